package io.github.dsqljava.local.dialect;

import io.github.dsqljava.local.sql.SqlScanner;
import io.github.dsqljava.local.sql.SqlToken.Kind;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Recognises the statements that make up nearly all traffic, queries and changes of rows without
 * any word that could concern a rule, in one pass and without a list of their tokens.
 */
final class PlainStatement {
  private static final String ADVISORY = "pg_advisory_";
  private static final String TRY_ADVISORY = "pg_try_advisory_";

  private PlainStatement() {}

  /** The only statement of a text, or null if there are others or it needs a closer look. */
  static @Nullable ClassifiedStatement of(String sql) {
    var scanner = new SqlScanner(sql);
    if (!scanner.advanceSignificant()) {
      return null;
    }
    String node = node(scanner);
    if (node == null) {
      return null;
    }
    boolean insert = node.equals("Insert");
    int start = scanner.start();
    int end = scanner.end();
    for (int index = 1; scanner.advanceSignificant(); index++) {
      if (scanner.kind() == Kind.SEMICOLON) {
        if (scanner.advanceSignificant()) {
          return null;
        }
        break;
      }
      boolean target = insert && index == 1 && scanner.is("INTO");
      if (!target && isSuspicious(sql, scanner)) {
        return null;
      }
      end = scanner.end();
    }
    StatementClass statementClass =
        node.equals("Select") ? StatementClass.QUERY : StatementClass.DML;
    return new ClassifiedStatement(
        node,
        statementClass,
        TransactionEffect.of(statementClass),
        AsyncForm.NONE,
        Optional.empty(),
        Optional.empty(),
        start,
        end);
  }

  private static @Nullable String node(SqlScanner first) {
    if (first.is("SELECT") || first.is("VALUES")) {
      return "Select";
    }
    if (first.is("INSERT")) {
      return "Insert";
    }
    if (first.is("UPDATE")) {
      return "Update";
    }
    return first.is("DELETE") ? "Delete" : null;
  }

  private static boolean isSuspicious(String sql, SqlScanner token) {
    int start = token.start();
    return switch (token.kind()) {
      case IDENTIFIER ->
          switch (token.end() - start) {
            case 3 -> token.is("FOR");
            case 4 -> token.is("INTO");
            case 11 -> token.is("TABLESAMPLE");
            default -> isAdvisory(sql, start);
          };
      case QUOTED_IDENTIFIER -> isAdvisory(sql, start + 1);
      case UNICODE_IDENTIFIER -> true;
      default -> false;
    };
  }

  private static boolean isAdvisory(String sql, int start) {
    return sql.regionMatches(/* ignoreCase= */ true, start, ADVISORY, 0, ADVISORY.length())
        || sql.regionMatches(/* ignoreCase= */ true, start, TRY_ADVISORY, 0, TRY_ADVISORY.length());
  }
}
