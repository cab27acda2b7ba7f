package io.github.dsqljava.vertx;

import io.github.dsqljava.InvalidConfigurationException;
import io.github.dsqljava.pool.ConnectRate;
import io.github.dsqljava.pool.PoolListener;
import io.github.dsqljava.pool.PoolPolicy;
import io.github.dsqljava.retry.RetryPolicy;
import io.vertx.core.Future;
import io.vertx.sqlclient.SqlConnection;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/**
 * How a pool behaves. Immutable: each {@code with} method returns a changed copy.
 *
 * <pre>{@code
 * DsqlPool pool = connector.pool(
 *     PoolSettings.defaults()
 *         .withMinSize(5)
 *         .withMaxSize(20)
 *         .withInitHook(connection -> connection.query("SET timezone = 'UTC'").execute().mapEmpty()));
 * }</pre>
 *
 * @param policy sizes and times; its defaults stand at {@link PoolPolicy}, and the {@code with}
 *     methods here change single ones
 * @param connectRate how fast connections are opened. By default what all pools of this process
 *     share for the endpoint, {@link ConnectRate#shared}: 100 a second and 1,000 at once, as much
 *     as a cluster admits
 * @param retryPolicy when {@link DsqlPool#inTransaction} runs a transaction again, unless its
 *     options say otherwise. Default {@link RetryPolicy#defaults()}
 * @param closeGrace how long {@link DsqlPool#close()} waits for connections in use, zero or more.
 *     Default 5 seconds: enough for statements, and short enough for a shutdown
 * @param listener is told what the pool does. Default {@link PoolListener#NONE}
 * @param initHook run once on each physical connection before its first use, on the connection's
 *     event loop; the next user waits for its future. If it fails or leaves a transaction open,
 *     that connection is closed, and a caller that waits for a connection, with no other one open,
 *     fails with the hook's error. It must not keep or close the connection. Default: none
 */
public record PoolSettings(
    PoolPolicy policy,
    Optional<ConnectRate> connectRate,
    RetryPolicy retryPolicy,
    Duration closeGrace,
    PoolListener listener,
    Optional<Function<SqlConnection, Future<Void>>> initHook) {

  private static final PoolSettings DEFAULTS =
      new PoolSettings(
          PoolPolicy.defaults(),
          Optional.empty(),
          RetryPolicy.defaults(),
          Duration.ofSeconds(5),
          PoolListener.NONE,
          Optional.empty());

  /**
   * Checks the values.
   *
   * @throws InvalidConfigurationException if one is out of range
   */
  public PoolSettings {
    Objects.requireNonNull(policy, "policy");
    Objects.requireNonNull(connectRate, "connectRate");
    Objects.requireNonNull(retryPolicy, "retryPolicy");
    if (closeGrace.isNegative() || closeGrace.compareTo(Duration.ofDays(24)) > 0) {
      throw new InvalidConfigurationException(
          "closeGrace is " + closeGrace + "; give zero to 24 days");
    }
    Objects.requireNonNull(listener, "listener");
    Objects.requireNonNull(initHook, "initHook");
  }

  /** At most 10 connections, none kept open, 30 seconds of waiting, no hook. */
  public static PoolSettings defaults() {
    return DEFAULTS;
  }

  /** A copy with another {@link #policy()}. */
  public PoolSettings withPolicy(PoolPolicy numbers) {
    return new PoolSettings(numbers, connectRate, retryPolicy, closeGrace, listener, initHook);
  }

  private PoolSettings with(UnaryOperator<PoolPolicy.Builder> change) {
    return withPolicy(change.apply(policy.toBuilder()).build());
  }

  /** A copy with another {@link PoolPolicy#minSize()}. */
  public PoolSettings withMinSize(int connections) {
    return with(policy -> policy.minSize(connections));
  }

  /** A copy with another {@link PoolPolicy#maxSize()}. */
  public PoolSettings withMaxSize(int connections) {
    return with(policy -> policy.maxSize(connections));
  }

  /** A copy with another {@link PoolPolicy#maxWaiting()}. */
  public PoolSettings withMaxWaiting(int callers) {
    return with(policy -> policy.maxWaiting(callers));
  }

  /** A copy with another {@link PoolPolicy#acquireTimeout()}. */
  public PoolSettings withAcquireTimeout(Duration timeout) {
    return with(policy -> policy.acquireTimeout(timeout));
  }

  /** A copy with another {@link PoolPolicy#maxLifetime()}. */
  public PoolSettings withMaxLifetime(Duration age) {
    return with(policy -> policy.maxLifetime(age));
  }

  /** A copy with another {@link PoolPolicy#idleTimeout()}. */
  public PoolSettings withIdleTimeout(Duration timeout) {
    return with(policy -> policy.idleTimeout(timeout));
  }

  /** A copy with a {@link #connectRate()} of its own. */
  public PoolSettings withConnectRate(ConnectRate rate) {
    return new PoolSettings(policy, Optional.of(rate), retryPolicy, closeGrace, listener, initHook);
  }

  /** A copy with another {@link #retryPolicy()}; {@link RetryPolicy#off()} for none. */
  public PoolSettings withRetryPolicy(RetryPolicy retries) {
    return new PoolSettings(policy, connectRate, retries, closeGrace, listener, initHook);
  }

  /** A copy with another {@link #closeGrace()}. */
  public PoolSettings withCloseGrace(Duration grace) {
    return new PoolSettings(policy, connectRate, retryPolicy, grace, listener, initHook);
  }

  /** A copy with a {@link #listener()}. */
  public PoolSettings withListener(PoolListener events) {
    return new PoolSettings(policy, connectRate, retryPolicy, closeGrace, events, initHook);
  }

  /** A copy with an {@link #initHook()}. */
  public PoolSettings withInitHook(Function<SqlConnection, Future<Void>> hook) {
    return new PoolSettings(
        policy, connectRate, retryPolicy, closeGrace, listener, Optional.of(hook));
  }
}
