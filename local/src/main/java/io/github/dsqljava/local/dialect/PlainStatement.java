package io.github.dsqljava.local.dialect;

import io.github.dsqljava.local.sql.SqlStatement;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Makes the statements that need no rules: queries and changes of rows without a suspicious word.
 */
final class PlainStatement {
  private PlainStatement() {}

  /** Returns the statement; null if it is of another kind or needs rules. */
  static @Nullable Statement of(SqlStatement tokens, StatementWords words) {
    String node = words.isSuspicious() ? null : node(tokens);
    if (node == null) {
      return null;
    }
    StatementClass statementClass =
        node.equals("Select") ? StatementClass.QUERY : StatementClass.DML;
    return new Statement(
        node,
        statementClass,
        TransactionEffect.of(statementClass),
        words.traits(),
        AsyncForm.NONE,
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        tokens);
  }

  private static @Nullable String node(SqlStatement tokens) {
    if (tokens.is(0, "SELECT") || tokens.is(0, "VALUES")) {
      return "Select";
    }
    if (tokens.is(0, "INSERT")) {
      return "Insert";
    }
    if (tokens.is(0, "UPDATE")) {
      return "Update";
    }
    return tokens.is(0, "DELETE") ? "Delete" : null;
  }
}
