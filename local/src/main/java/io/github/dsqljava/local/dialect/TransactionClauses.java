package io.github.dsqljava.local.dialect;

import io.github.dsqljava.local.sql.StatementCursor;

/**
 * The statements that begin and end transactions. With a mistake in its syntax such a statement has
 * no effect: PostgreSQL refuses it.
 */
final class TransactionClauses implements ClauseFinder {
  @Override
  public void find(StatementCursor statement, Draft draft) {
    if (statement.accept("BEGIN")) {
      acceptNoise(statement);
      begin(statement, draft);
    } else if (statement.accept("START", "TRANSACTION")) {
      begin(statement, draft);
    } else if (statement.accept("COMMIT") || statement.accept("END")) {
      end(
          statement,
          draft,
          TransactionEffect.COMMIT,
          /* chained= */ TransactionEffect.COMMIT_AND_CHAIN);
    } else if (statement.accept("ROLLBACK") || statement.accept("ABORT")) {
      end(
          statement,
          draft,
          TransactionEffect.ROLLBACK,
          /* chained= */ TransactionEffect.ROLLBACK_AND_CHAIN);
    }
  }

  private static void begin(StatementCursor statement, Draft draft) {
    TransactionModes.parse(statement)
        .ifPresent(
            modes -> {
              draft.has(TransactionEffect.BEGIN);
              modes
                  .unsupportedLevel()
                  .ifPresent(level -> draft.found(Clause.ISOLATION_LEVEL, level));
            });
  }

  private static void end(
      StatementCursor statement, Draft draft, TransactionEffect plain, TransactionEffect chained) {
    acceptNoise(statement);
    boolean chain = statement.accept("AND", "CHAIN");
    if (!chain) {
      statement.accept("AND", "NO", "CHAIN");
    }
    if (statement.atEnd()) {
      draft.has(chain ? chained : plain);
    }
  }

  private static void acceptNoise(StatementCursor statement) {
    if (!statement.accept("WORK")) {
      statement.accept("TRANSACTION");
    }
  }
}
