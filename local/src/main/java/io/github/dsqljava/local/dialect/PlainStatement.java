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
    if (token.kind() == Kind.IDENTIFIER) {
      switch (token.end() - token.start()) {
        case 3 -> {
          return token.is("FOR");
        }
        case 4 -> {
          return token.is("INTO");
        }
        case 11 -> {
          return token.is("TABLESAMPLE");
        }
        default -> {}
      }
    }
    return AdvisoryLocks.mayBe(sql, token.kind(), token.start());
  }
}
