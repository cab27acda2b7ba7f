package io.github.dsqljava;

/**
 * The pool is closed, or was while the caller waited for a connection.
 *
 * <pre>{@code
 * if (failure instanceof PoolClosedException) {
 *   return; // shutting down
 * }
 * }</pre>
 */
public final class PoolClosedException extends DsqlException {

  private static final long serialVersionUID = 1L;

  /**
   * Made by the pool.
   *
   * @param pool where it led
   */
  public PoolClosedException(String pool) {
    super("The pool of connections to " + pool + " is closed; make a new one", null);
  }
}
