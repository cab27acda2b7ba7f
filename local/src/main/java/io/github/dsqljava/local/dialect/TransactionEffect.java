package io.github.dsqljava.local.dialect;

import io.github.dsqljava.local.sql.StatementKind;

/** What a statement means to {@link TransactionRules}. */
public enum TransactionEffect {
  /** Nothing: it may share a transaction with any other. */
  NONE,
  /** Changes rows. */
  DML,
  /** Changes the catalog; one in a transaction, and no {@link #DML} with it. */
  DDL,
  /** Begins an explicit transaction. */
  BEGIN,
  /** Ends a transaction for good. */
  COMMIT,
  /** Ends a transaction for good and begins the next. */
  COMMIT_AND_CHAIN,
  /** Takes a transaction back. */
  ROLLBACK,
  /** Takes a transaction back and begins the next. */
  ROLLBACK_AND_CHAIN,
  /** {@code ANALYZE}: not between BEGIN and COMMIT. */
  OUTSIDE_BLOCK,
  /** {@code CALL sys.wait_for_job}: not behind any other statement of its transaction. */
  ALONE;

  /** Whether the statement ends the transaction it runs in. */
  boolean endsTransaction() {
    return switch (this) {
      case COMMIT, COMMIT_AND_CHAIN, ROLLBACK, ROLLBACK_AND_CHAIN -> true;
      default -> false;
    };
  }

  static TransactionEffect of(StatementClass statementClass) {
    return switch (statementClass) {
      case DML -> DML;
      case DDL -> DDL;
      default -> NONE;
    };
  }

  static TransactionEffect of(StatementKind kind) {
    return switch (kind) {
      case BEGIN -> BEGIN;
      case COMMIT -> COMMIT;
      case COMMIT_AND_CHAIN -> COMMIT_AND_CHAIN;
      case ROLLBACK -> ROLLBACK;
      case ROLLBACK_AND_CHAIN -> ROLLBACK_AND_CHAIN;
      case OTHER, EMPTY -> NONE;
    };
  }
}
