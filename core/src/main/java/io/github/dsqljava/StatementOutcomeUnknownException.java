package io.github.dsqljava;

/**
 * The connection was lost while a statement outside of transactions was under way: it may have been
 * executed, as a whole, or not. It is never sent twice; look for its effects before repeating it,
 * or run it with {@code inTransaction}, which is sure as long as COMMIT was not sent. Whatever the
 * driver calls the loss of the connection is the cause.
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
   * @param where what the connection led to
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
