package io.github.dsqljava.local.dialect;

import io.github.dsqljava.local.sql.StatementCursor;
import io.github.dsqljava.local.sql.StatementKind;
import io.github.dsqljava.local.sql.TransactionModes;

/** The statements that begin and end transactions. */
final class TransactionClauses implements ClauseFinder {
  @Override
  public void find(StatementCursor statement, Draft draft) {
    draft.has(TransactionEffect.of(StatementKind.of(draft.statement())));
    if (statement.accept("BEGIN")) {
      if (!statement.accept("WORK")) {
        statement.accept("TRANSACTION");
      }
    } else if (!statement.accept("START", "TRANSACTION")) {
      return;
    }
    TransactionModes.parse(statement)
        .flatMap(TransactionModes::unsupportedLevel)
        .ifPresent(level -> draft.found(Clause.ISOLATION_LEVEL, level));
  }
}
