package io.github.dsqljava;

/**
 * The connector or the pool is closed, or was closed while the caller waited for a connection.
 *
 * <pre>{@code
 * if (failure instanceof ClosedException) {
 *   return; // shutting down
 * }
 * }</pre>
 */
public final class ClosedException extends DsqlException {

  private static final long serialVersionUID = 1L;

  /**
   * Made by the connector or the pool that was closed.
   *
   * @param what its kind and endpoint, as the beginning of a sentence
   */
  public ClosedException(String what) {
    super(what + " is closed; make a new one", null);
  }
}
