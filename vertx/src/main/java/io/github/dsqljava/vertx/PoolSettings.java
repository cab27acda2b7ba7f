package io.github.dsqljava.vertx;

import io.github.dsqljava.InvalidConfigurationException;
import io.vertx.core.Future;
import io.vertx.sqlclient.SqlConnection;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;

/**
 * How a pool behaves. Immutable: each {@code with} method returns a changed copy.
 *
 * <pre>{@code
 * Pool pool = connector.pool(
 *     PoolSettings.defaults()
 *         .withMaxSize(20)
 *         .withInitHook(connection -> connection.query("SET timezone = 'UTC'").execute().mapEmpty()));
 * }</pre>
 *
 * @param maxSize the most connections the pool opens, at least 1. Default 10, that of the official
 *     asyncpg connector: Aurora DSQL scales with many small transactions, not with many connections
 * @param acquireTimeout how long to wait for a connection, 1 millisecond or more. Default 30
 *     seconds: longer than opening one may take (credentials and connecting, 10 seconds each by
 *     default), so that the reason arrives rather than a timeout
 * @param initHook run once on each physical connection before its first use, on the connection's
 *     event loop; the next user waits for its future. If it fails or leaves a transaction open,
 *     that connection is closed and the acquire fails with the hook's error. It must not keep or
 *     close the connection. Default: none
 */
public record PoolSettings(
    int maxSize,
    Duration acquireTimeout,
    Optional<Function<SqlConnection, Future<Void>>> initHook) {

  private static final PoolSettings DEFAULTS =
      new PoolSettings(10, Duration.ofSeconds(30), Optional.empty());

  /**
   * Checks the values.
   *
   * @throws InvalidConfigurationException if one is out of range
   */
  public PoolSettings {
    if (maxSize < 1) {
      throw new InvalidConfigurationException("maxSize is " + maxSize + "; give 1 or more");
    }
    // Above that, Vert.x would count milliseconds in an int that overflows.
    if (acquireTimeout.compareTo(Duration.ofMillis(1)) < 0
        || acquireTimeout.compareTo(Duration.ofMillis(Integer.MAX_VALUE)) > 0) {
      throw new InvalidConfigurationException(
          "acquireTimeout is " + acquireTimeout + "; give 1 millisecond to 24 days");
    }
    Objects.requireNonNull(initHook, "initHook");
  }

  /** At most 10 connections, 30 seconds of waiting, no hook. */
  public static PoolSettings defaults() {
    return DEFAULTS;
  }

  /** A copy with another {@link #maxSize()}. */
  public PoolSettings withMaxSize(int connections) {
    return new PoolSettings(connections, acquireTimeout, initHook);
  }

  /** A copy with another {@link #acquireTimeout()}. */
  public PoolSettings withAcquireTimeout(Duration timeout) {
    return new PoolSettings(maxSize, timeout, initHook);
  }

  /** A copy with an {@link #initHook()}. */
  public PoolSettings withInitHook(Function<SqlConnection, Future<Void>> hook) {
    return new PoolSettings(maxSize, acquireTimeout, Optional.of(hook));
  }
}
