package io.github.dsqljava;

/**
 * The connection was lost inside a transaction, before COMMIT was sent: nothing of it is in the
 * database, and running it again is safe. The cause is the driver's exception.
 *
 * <pre>{@code
 * .onErrorResume(
 *     failure -> NestedExceptionUtils.getMostSpecificCause(failure) instanceof ConnectionLostException,
 *     failure -> transferAgain(id))
 * }</pre>
 */
public final class ConnectionLostException extends DsqlException {

  private static final long serialVersionUID = 1L;

  /**
   * Made by an adapter.
   *
   * @param where the endpoint of the connection, for the message
   * @param cause the driver's exception
   */
  public ConnectionLostException(String where, Throwable cause) {
    super(
        "The connection to "
            + where
            + " was lost inside a transaction, before COMMIT was sent: nothing of it is in the"
            + " database. Run it again.",
        cause);
  }
}
