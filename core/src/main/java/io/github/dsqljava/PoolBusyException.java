package io.github.dsqljava;

/**
 * So many callers wait for a connection of the pool that one more is not let in.
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
   * @param pool where it leads
   * @param waiting how many wait already
   * @param state what the pool was doing
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
