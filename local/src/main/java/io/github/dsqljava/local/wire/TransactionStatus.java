package io.github.dsqljava.local.wire;

import io.github.dsqljava.local.sql.StatementKind;

/** The status of a session as ReadyForQuery tells it. */
enum TransactionStatus {
  /** No transaction block. */
  IDLE,
  OPEN,
  /** A transaction block in which nothing but its end is accepted. */
  FAILED;

  static TransactionStatus of(byte letter) {
    return switch (letter) {
      case 'T' -> OPEN;
      case 'E' -> FAILED;
      default -> IDLE;
    };
  }

  /** The status after a statement that succeeds. */
  TransactionStatus after(StatementKind kind) {
    return switch (kind) {
      case BEGIN -> this == IDLE ? OPEN : this;
      case COMMIT, ROLLBACK -> IDLE;
      case COMMIT_AND_CHAIN, ROLLBACK_AND_CHAIN -> this == IDLE ? IDLE : OPEN;
      case OTHER, EMPTY -> this;
    };
  }
}
