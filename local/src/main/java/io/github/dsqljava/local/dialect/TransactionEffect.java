package io.github.dsqljava.local.dialect;

/** The effect of a statement on its transaction, for {@link TransactionRules}. */
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
  /** Rolls a transaction back. */
  ROLLBACK,
  /** Rolls a transaction back and begins the next. */
  ROLLBACK_AND_CHAIN,
  /** {@code ANALYZE}: not between BEGIN and COMMIT. */
  OUTSIDE_BLOCK,
  /** {@code CALL sys.wait_for_job}: not behind any other statement of its transaction. */
  ALONE;

  /** Whether it takes precedence over another effect in a group of statements. */
  public boolean outranks(TransactionEffect other) {
    return rank() > other.rank();
  }

  private int rank() {
    return switch (this) {
      case NONE -> 0;
      case DML -> 1;
      case OUTSIDE_BLOCK -> 2;
      case DDL -> 3;
      case ALONE -> 4;
      case BEGIN, COMMIT, COMMIT_AND_CHAIN, ROLLBACK, ROLLBACK_AND_CHAIN -> 5;
    };
  }

  /** Whether the statement commits the transaction it runs in. */
  public boolean commits() {
    return this == COMMIT || this == COMMIT_AND_CHAIN;
  }

  /** Whether the statement rolls back the transaction it runs in. */
  public boolean rollsBack() {
    return this == ROLLBACK || this == ROLLBACK_AND_CHAIN;
  }

  /** Whether the statement ends the transaction it runs in. */
  public boolean endsTransaction() {
    return commits() || rollsBack();
  }

  /** Whether the statement begins or ends a transaction. */
  public boolean isTransactionControl() {
    return this == BEGIN || endsTransaction();
  }

  static TransactionEffect of(StatementClass statementClass) {
    return switch (statementClass) {
      case DML -> DML;
      case DDL -> DDL;
      default -> NONE;
    };
  }
}
