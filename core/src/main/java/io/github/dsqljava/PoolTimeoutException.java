package io.github.dsqljava;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * No connection of the pool became free, and none could be opened, before the caller's deadline.
 * The cause is the last failure to open a connection while the caller waited. Without a cause, the
 * pool is too small for its load, or connections are not given back.
 *
 * <pre>{@code
 * if (failure instanceof PoolTimeoutException timeout && timeout.getCause() == null) {
 *   log("pool exhausted: " + timeout.getMessage());
 * }
 * }</pre>
 */
public final class PoolTimeoutException extends DsqlException {

  private static final long serialVersionUID = 1L;

  private final Duration timeout;

  /**
   * Made by the pool.
   *
   * @param pool the endpoint of the pool
   * @param timeout the time that the caller waited
   * @param state the state of the pool
   * @param cause the last failure to open a connection, or null
   */
  public PoolTimeoutException(
      String pool, Duration timeout, String state, @Nullable Throwable cause) {
    super(
        "No connection to "
            + pool
            + " within "
            + timeout
            + " ("
            + state
            + "). "
            + (cause == null
                ? "Give connections back sooner, make the pool larger, or wait longer."
                : "The last attempt to open one failed: " + text(cause) + "."),
        cause);
    this.timeout = timeout;
  }

  /** The time that the caller waited. */
  public Duration timeout() {
    return timeout;
  }
}
