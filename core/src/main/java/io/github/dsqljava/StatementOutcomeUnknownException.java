package io.github.dsqljava;

/**
 * The connection was lost while a statement outside of a transaction was in flight. The server has
 * executed it as a whole or not at all. The connector never sends it twice. Look for its effects
 * before you repeat it, or run it with {@code inTransaction}, where the outcome is certain as long
 * as COMMIT was not sent. The cause is the driver's exception.
 *
 * <pre>{@code
 * .recover(failure -> failure instanceof StatementOutcomeUnknownException
 *     ? paymentExists(id)
 *     : Future.failedFuture(failure))
 * }</pre>
 */
public final class StatementOutcomeUnknownException extends DsqlException {

  private static final long serialVersionUID = 1L;

  /**
   * Made by an adapter.
   *
   * @param where the endpoint of the connection, for the message
   * @param cause the driver's exception
   */
  public StatementOutcomeUnknownException(String where, Throwable cause) {
    super(
        "The statement may or may not have been executed: the connection to "
            + where
            + " was lost before its answer came. A statement that only reads can be sent again; for"
            + " others, look for its effects, or use inTransaction.",
        cause);
  }
}
