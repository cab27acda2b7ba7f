package io.github.dsqljava;

/**
 * A transaction's function succeeded, but one of its statements had failed before, so the server
 * could only roll back. The cause is the first error of the transaction. Nothing of it is in the
 * database.
 *
 * <pre>{@code
 * if (failure instanceof TransactionRolledBackException rolledBack) {
 *   log("swallowed in the transaction: " + rolledBack.getCause());
 * }
 * }</pre>
 */
public final class TransactionRolledBackException extends DsqlException {

  private static final long serialVersionUID = 1L;

  /**
   * Made by the runner of transactions.
   *
   * @param cause the first error of the transaction
   */
  public TransactionRolledBackException(Throwable cause) {
    super(
        "The transaction is rolled back, because a statement in it failed, although the function"
            + " went on: "
            + text(cause)
            + ". After an error a transaction can only be rolled back; do not recover from it inside.",
        cause);
  }
}
