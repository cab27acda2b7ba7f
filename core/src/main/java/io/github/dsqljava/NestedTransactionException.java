package io.github.dsqljava;

/**
 * A transaction was begun inside another one. Aurora DSQL has neither nested transactions nor
 * savepoints; a second transaction on another connection would neither see the first one's changes
 * nor share its fate.
 *
 * <pre>{@code
 * pool.inTransaction(connection -> debit(connection).compose(done -> credit(connection)));
 * // not: debit(connection).compose(done -> pool.inTransaction(other -> credit(other)))
 * }</pre>
 */
public final class NestedTransactionException extends DsqlException {

  private static final long serialVersionUID = 1L;

  /**
   * Made by the runner of transactions.
   *
   * @param call the method that was called
   */
  public NestedTransactionException(String call) {
    super(
        call
            + " was called inside inTransaction, and Aurora DSQL has no nested transactions and no"
            + " savepoints: do everything on the connection the function is given, which commits when"
            + " the function's future succeeds and rolls back when it fails.",
        null);
  }
}
