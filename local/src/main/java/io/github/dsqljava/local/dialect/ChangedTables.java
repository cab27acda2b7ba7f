package io.github.dsqljava.local.dialect;

import io.github.dsqljava.local.sql.SqlStatement;
import io.github.dsqljava.local.sql.SqlToken.Kind;
import io.github.dsqljava.local.sql.StatementCursor;
import io.github.dsqljava.local.sql.TableName;
import java.util.LinkedHashSet;
import java.util.Set;

/** Finds the tables that a statement changes, as far as its text tells. */
final class ChangedTables {
  private ChangedTables() {}

  /**
   * The targets of {@code INSERT}, {@code UPDATE} and {@code DELETE}, in a {@code WITH} too.
   * Changes by functions, cascades and views are not in the text. Linear in its length, never
   * fails.
   */
  static Set<TableName> of(SqlStatement statement) {
    var cursor = new StatementCursor(statement);
    if (!mayChangeRows(cursor)) {
      return Set.of();
    }
    Set<TableName> tables = new LinkedHashSet<>();
    // A statement begins with the text, behind the parenthesis of a WITH part, or behind the last.
    boolean mayBegin = true;
    while (!cursor.atEnd()) {
      if (mayBegin && acceptsChange(cursor)) {
        cursor.accept("ONLY");
        TableName.read(cursor).ifPresent(tables::add);
        mayBegin = false;
        continue;
      }
      mayBegin = cursor.at(Kind.LEFT_PARENTHESIS) || cursor.at(Kind.RIGHT_PARENTHESIS);
      cursor.skip();
    }
    return tables;
  }

  private static boolean mayChangeRows(StatementCursor first) {
    return first.at("INSERT") || first.at("UPDATE") || first.at("DELETE") || first.at("WITH");
  }

  private static boolean acceptsChange(StatementCursor cursor) {
    return cursor.accept("INSERT", "INTO")
        || cursor.accept("DELETE", "FROM")
        || cursor.accept("UPDATE");
  }
}
