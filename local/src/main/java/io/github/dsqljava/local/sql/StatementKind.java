package io.github.dsqljava.local.sql;

import java.util.Optional;

/**
 * What a statement does to the transaction it runs in, as far as its text tells. Savepoints and
 * two-phase commit, which Aurora DSQL does not have, are {@link #OTHER}.
 */
public enum StatementKind {
  /** {@code BEGIN} or {@code START TRANSACTION}, with any modes. */
  BEGIN,
  /** {@code COMMIT} or {@code END}. */
  COMMIT,
  /** {@code COMMIT AND CHAIN}: the next transaction begins at once. */
  COMMIT_AND_CHAIN,
  /** {@code ROLLBACK} or {@code ABORT}. */
  ROLLBACK,
  /** {@code ROLLBACK AND CHAIN}. */
  ROLLBACK_AND_CHAIN,
  /** Every other statement, and one of the above with a mistake in its syntax. */
  OTHER,
  /** No statement at all: white space, comments and semicolons. */
  EMPTY;

  /** The kind of a statement of which the tokens are known. */
  public static StatementKind of(SqlStatement statement) {
    var cursor = new StatementCursor(statement);
    if (cursor.accept("BEGIN")) {
      acceptNoise(cursor);
      return ifPresent(TransactionModes.parse(cursor), BEGIN);
    }
    if (cursor.accept("START", "TRANSACTION")) {
      return ifPresent(TransactionModes.parse(cursor), BEGIN);
    }
    if (cursor.accept("COMMIT") || cursor.accept("END")) {
      return ending(cursor, COMMIT, COMMIT_AND_CHAIN);
    }
    if (cursor.accept("ROLLBACK") || cursor.accept("ABORT")) {
      return ending(cursor, ROLLBACK, ROLLBACK_AND_CHAIN);
    }
    return OTHER;
  }

  private static StatementKind ending(
      StatementCursor cursor, StatementKind plain, StatementKind chained) {
    acceptNoise(cursor);
    boolean chain = cursor.accept("AND", "CHAIN");
    if (!chain) {
      cursor.accept("AND", "NO", "CHAIN");
    }
    if (!cursor.atEnd()) {
      return OTHER;
    }
    return chain ? chained : plain;
  }

  private static void acceptNoise(StatementCursor cursor) {
    if (!cursor.accept("WORK")) {
      cursor.accept("TRANSACTION");
    }
  }

  private static StatementKind ifPresent(Optional<?> modes, StatementKind kind) {
    return modes.isPresent() ? kind : OTHER;
  }
}
