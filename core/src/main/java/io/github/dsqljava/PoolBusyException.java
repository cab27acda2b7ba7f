package io.github.dsqljava;

/**
 * The pool refused a caller, because its queue of waiting callers is full.
 *
 * <pre>{@code
 * if (failure instanceof PoolBusyException) {
 *   response.setStatusCode(503).end();
 * }
 * }</pre>
 */
public final class PoolBusyException extends DsqlException {

  private static final long serialVersionUID = 1L;

  /**
   * Made by the pool.
   *
   * @param pool the endpoint of the pool
   * @param waiting the number of waiting callers
   * @param state the state of the pool
   */
  public PoolBusyException(String pool, int waiting, String state) {
    super(
        waiting
            + " callers wait for a connection to "
            + pool
            + " already, which is the most the pool allows ("
            + state
            + "). Send less work at once, make the pool larger, or raise maxWaiting.",
        null);
  }
}
