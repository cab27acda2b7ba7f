package io.github.dsqljava.local.dialect;

import io.github.dsqljava.local.sql.SqlToken;
import io.github.dsqljava.local.sql.SqlToken.Kind;
import io.github.dsqljava.local.sql.StatementCursor;
import java.util.Set;

/** {@code WITH ...}: which statement it belongs to, and whether one inside it changes rows. */
final class WithQuery {
  /** Words behind which a name stands, even if it looks like a key word. */
  private static final Set<String> BEFORE_NAME =
      Set.of("WITH", "RECURSIVE", "BY", "SET", "TO", "DEFAULT", "USING", "AS");

  private WithQuery() {}

  /** Whether a part of the WITH clause changes rows. */
  static boolean changesRows(StatementCursor statement) {
    StatementCursor cursor = statement.copy();
    while (!cursor.atEnd()) {
      boolean body = cursor.at("AS") || cursor.at("MATERIALIZED");
      cursor.skip();
      if (body && cursor.at(Kind.LEFT_PARENTHESIS)) {
        StatementCursor inside = cursor.copy();
        inside.skip();
        if (inside.at("INSERT")
            || inside.at("UPDATE")
            || inside.at("DELETE")
            || inside.at("MERGE")) {
          return true;
        }
      }
    }
    return false;
  }

  /** Steps behind the WITH clause, to the statement it belongs to, if there is one. */
  static void skip(StatementCursor statement) {
    boolean nameFollows = true;
    while (!statement.atEnd()) {
      SqlToken token = statement.token();
      if (!nameFollows && isMain(statement)) {
        return;
      }
      nameFollows = token.kind() == Kind.COMMA || isBeforeName(token);
      boolean group = token.kind() == Kind.LEFT_PARENTHESIS;
      statement.skipGroup();
      if (group && statement.at(Kind.LEFT_PARENTHESIS)) {
        return;
      }
    }
  }

  private static boolean isBeforeName(SqlToken token) {
    for (String word : BEFORE_NAME) {
      if (token.is(word)) {
        return true;
      }
    }
    return false;
  }

  private static boolean isMain(StatementCursor cursor) {
    return cursor.at("SELECT")
        || cursor.at("VALUES")
        || cursor.at("TABLE")
        || cursor.at("INSERT")
        || cursor.at("UPDATE")
        || cursor.at("DELETE")
        || cursor.at("MERGE");
  }
}
