package io.github.dsqljava.vertx;

import io.github.dsqljava.InvalidConfigurationException;
import io.github.dsqljava.internal.Options;
import io.github.dsqljava.pool.ConnectRate;
import io.github.dsqljava.pool.PoolListener;
import io.github.dsqljava.pool.PoolPolicy;
import io.github.dsqljava.retry.RetryPolicy;
import io.github.dsqljava.retry.TransactionOptions;
import io.vertx.core.Future;
import io.vertx.sqlclient.SqlConnection;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;

/**
 * The settings of a pool. Immutable; {@link #toBuilder()} makes a changed copy.
 *
 * <pre>{@code
 * DsqlPool pool = connector.pool(
 *     PoolSettings.builder()
 *         .minSize(5)
 *         .maxSize(20)
 *         .initHook(connection -> connection.query("SET timezone = 'UTC'").execute().mapEmpty())
 *         .build());
 * }</pre>
 */
public final class PoolSettings {

  private static final Duration MILLISECOND = Duration.ofMillis(1);
  private static final Duration LONGEST_TIMER = Duration.ofDays(24);

  private static final PoolSettings DEFAULTS = builder().build();

  private record Values(
      PoolPolicy policy,
      Optional<ConnectRate> connectRate,
      RetryPolicy retryPolicy,
      boolean conflictLane,
      Optional<Duration> transactionDeadline,
      Optional<Duration> statementTimeout,
      Duration closeGrace,
      PoolListener listener,
      Optional<Function<SqlConnection, Future<Void>>> initHook,
      Optional<Function<SqlConnection, Future<Void>>> acquireHook) {}

  private final Values values;

  private PoolSettings(Values values) {
    this.values = values;
  }

  /** At most 10 connections, none kept open, 30 seconds of waiting, no hook. */
  public static PoolSettings defaults() {
    return DEFAULTS;
  }

  /** A builder that holds the defaults. */
  public static Builder builder() {
    return new Builder();
  }

  /** A builder that holds these values. */
  public Builder toBuilder() {
    return new Builder(values);
  }

  /**
   * Sizes and times; {@link PoolPolicy} documents their meanings and defaults. The builder here has
   * a setter for each of them.
   */
  public PoolPolicy policy() {
    return values.policy;
  }

  /**
   * The rate of opening connections. By default the rate that all pools of this process share for
   * the endpoint, {@link ConnectRate#shared}: 100 a second and 1,000 at once, the limits of a
   * cluster.
   */
  public Optional<ConnectRate> connectRate() {
    return values.connectRate;
  }

  /**
   * The retry policy of {@link DsqlPool#inTransaction}, unless its options have another one.
   * Default {@link RetryPolicy#defaults()}.
   */
  public RetryPolicy retryPolicy() {
    return values.retryPolicy;
  }

  /**
   * Whether transactions of {@link DsqlPool#inTransaction} that lost a conflict (OC000) run again
   * in a lane of the pool: in the order in which they first lost, and only as many at once as do
   * not conflict with each other. A transaction waits in the lane no longer than its deadline and
   * {@link RetryPolicy#maxElapsed()} allow. First attempts do not wait, and a pool without
   * conflicts never uses the lane. Default true: many callers on one row commit more with fewer
   * attempts, and none gives up. With false each transaction pauses on its own, by the retry
   * policy.
   */
  public boolean conflictLane() {
    return values.conflictLane;
  }

  /**
   * The deadline of transactions whose options have none, 1 millisecond to 24 days; see {@link
   * TransactionOptions#deadline()}. By default {@link PoolPolicy#acquireTimeout()}, the {@link
   * RetryPolicy#maxElapsed()} of the transaction's retry policy and {@link
   * PoolPolicy#LONGEST_TRANSACTION} in all, which are 6 minutes with the defaults of these. It ends
   * no transaction that could still commit, and it returns the connection of a function that never
   * completes.
   */
  public Optional<Duration> transactionDeadline() {
    return values.transactionDeadline;
  }

  /**
   * The time limit of the server for a statement, 1 millisecond to 24 days. The time begins when
   * the statement is sent, or when the earlier ones on its connection are answered. So a slow
   * statement does not make later ones time out; they wait longer instead. When the time has
   * passed, the connection is closed, because Aurora DSQL does not cancel statements, and all
   * statements in flight on it fail as with a lost connection. Default none: only a program knows
   * the duration of its slowest statement ({@code CALL sys.wait_for_job} is one), and TCP keepalive
   * detects a dead network within some minutes.
   */
  public Optional<Duration> statementTimeout() {
    return values.statementTimeout;
  }

  /**
   * The time that {@link DsqlPool#close()} waits for connections in use, zero to 24 days. Default 5
   * seconds: enough for statements, and short enough for a shutdown.
   */
  public Duration closeGrace() {
    return values.closeGrace;
  }

  /** Hears of the pool's events. Default {@link PoolListener#NONE}. */
  public PoolListener listener() {
    return values.listener;
  }

  /**
   * Runs once on each physical connection before its first use, on the connection's event loop. The
   * next user waits for its future, for {@link io.github.dsqljava.DsqlConfig#connectTimeout()} at
   * most. If it fails, times out, or leaves a transaction open, the pool closes that connection and
   * backs off; if no other connection is open, a waiting caller fails with the hook's error. It
   * must not keep or close the connection. Default: none.
   */
  public Optional<Function<SqlConnection, Future<Void>>> initHook() {
    return values.initHook;
  }

  /**
   * Runs on a connection each time before the pool hands it out, for a query of the pool, a
   * transaction or {@code getConnection()}, on the caller's context. The caller waits for its
   * future, for {@link io.github.dsqljava.DsqlConfig#connectTimeout()} at most. Use it for settings
   * that depend on the caller, such as one per tenant; common settings belong in {@link
   * #initHook()}, which costs no round trip for each use. If it fails, times out, or leaves a
   * transaction open, the pool closes that connection and the caller gets the hook's error; {@code
   * inTransaction} runs again after a conflict or a loss of the connection in it. It must not keep
   * or close the connection. Default: none.
   */
  public Optional<Function<SqlConnection, Future<Void>>> acquireHook() {
    return values.acquireHook;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof PoolSettings that && values.equals(that.values);
  }

  @Override
  public int hashCode() {
    return values.hashCode();
  }

  /** All settings by name. */
  @Override
  public String toString() {
    return Options.text(PoolSettings.class, values);
  }

  /**
   * Collects settings. A setter throws {@link InvalidConfigurationException} for a value out of
   * range. Not safe to use from several threads.
   */
  public static final class Builder {
    private PoolPolicy.Builder policy = PoolPolicy.builder();
    private Optional<ConnectRate> connectRate = Optional.empty();
    private RetryPolicy retryPolicy = RetryPolicy.defaults();
    private boolean conflictLane = true;
    private Optional<Duration> transactionDeadline = Optional.empty();
    private Optional<Duration> statementTimeout = Optional.empty();
    private Duration closeGrace = Duration.ofSeconds(5);
    private PoolListener listener = PoolListener.NONE;
    private Optional<Function<SqlConnection, Future<Void>>> initHook = Optional.empty();
    private Optional<Function<SqlConnection, Future<Void>>> acquireHook = Optional.empty();

    private Builder() {}

    private Builder(Values from) {
      policy = from.policy.toBuilder();
      connectRate = from.connectRate;
      retryPolicy = from.retryPolicy;
      conflictLane = from.conflictLane;
      transactionDeadline = from.transactionDeadline;
      statementTimeout = from.statementTimeout;
      closeGrace = from.closeGrace;
      listener = from.listener;
      initHook = from.initHook;
      acquireHook = from.acquireHook;
    }

    /** All sizes and times at once; see {@link PoolSettings#policy()}. */
    public Builder policy(PoolPolicy numbers) {
      policy = Objects.requireNonNull(numbers, "policy").toBuilder();
      return this;
    }

    /** See {@link PoolPolicy#minSize()}. */
    public Builder minSize(int connections) {
      policy.minSize(connections);
      return this;
    }

    /** See {@link PoolPolicy#maxSize()}. */
    public Builder maxSize(int connections) {
      policy.maxSize(connections);
      return this;
    }

    /** See {@link PoolPolicy#maxWaiting()}. */
    public Builder maxWaiting(int callers) {
      policy.maxWaiting(callers);
      return this;
    }

    /** See {@link PoolPolicy#acquireTimeout()}. */
    public Builder acquireTimeout(Duration timeout) {
      policy.acquireTimeout(timeout);
      return this;
    }

    /** See {@link PoolPolicy#maxLifetime()}. */
    public Builder maxLifetime(Duration age) {
      policy.maxLifetime(age);
      return this;
    }

    /** See {@link PoolPolicy#lifetimeJitter()}. */
    public Builder lifetimeJitter(Duration most) {
      policy.lifetimeJitter(most);
      return this;
    }

    /** See {@link PoolPolicy#idleTimeout()}. */
    public Builder idleTimeout(Duration timeout) {
      policy.idleTimeout(timeout);
      return this;
    }

    /** See {@link PoolPolicy#idleCheck()}. */
    public Builder idleCheck(Duration time) {
      policy.idleCheck(time);
      return this;
    }

    /** See {@link PoolPolicy#leakThreshold()}. */
    public Builder leakThreshold(Duration held) {
      policy.leakThreshold(held);
      return this;
    }

    /** See {@link PoolPolicy#baseBackoff()}. */
    public Builder baseBackoff(Duration bound) {
      policy.baseBackoff(bound);
      return this;
    }

    /** See {@link PoolPolicy#maxBackoff()}. */
    public Builder maxBackoff(Duration bound) {
      policy.maxBackoff(bound);
      return this;
    }

    /** See {@link PoolSettings#connectRate()}. */
    public Builder connectRate(ConnectRate rate) {
      connectRate = Optional.of(Objects.requireNonNull(rate, "connectRate"));
      return this;
    }

    /** See {@link PoolSettings#retryPolicy()}; {@link RetryPolicy#off()} for none. */
    public Builder retryPolicy(RetryPolicy retries) {
      retryPolicy = Objects.requireNonNull(retries, "retryPolicy");
      return this;
    }

    /** See {@link PoolSettings#conflictLane()}. */
    public Builder conflictLane(boolean on) {
      conflictLane = on;
      return this;
    }

    /** See {@link PoolSettings#transactionDeadline()}. */
    public Builder transactionDeadline(Duration all) {
      transactionDeadline =
          Optional.of(Options.inRange("transactionDeadline", all, MILLISECOND, LONGEST_TIMER));
      return this;
    }

    /** See {@link PoolSettings#statementTimeout()}. */
    public Builder statementTimeout(Duration time) {
      statementTimeout =
          Optional.of(Options.inRange("statementTimeout", time, MILLISECOND, LONGEST_TIMER));
      return this;
    }

    /** See {@link PoolSettings#closeGrace()}. */
    public Builder closeGrace(Duration grace) {
      closeGrace = Options.inRange("closeGrace", grace, Duration.ZERO, LONGEST_TIMER);
      return this;
    }

    /** See {@link PoolSettings#listener()}. */
    public Builder listener(PoolListener events) {
      listener = Objects.requireNonNull(events, "listener");
      return this;
    }

    /** See {@link PoolSettings#initHook()}. */
    public Builder initHook(Function<SqlConnection, Future<Void>> hook) {
      initHook = Optional.of(Objects.requireNonNull(hook, "initHook"));
      return this;
    }

    /** See {@link PoolSettings#acquireHook()}. */
    public Builder acquireHook(Function<SqlConnection, Future<Void>> hook) {
      acquireHook = Optional.of(Objects.requireNonNull(hook, "acquireHook"));
      return this;
    }

    /**
     * The settings.
     *
     * @throws InvalidConfigurationException if two sizes or times do not fit each other; see {@link
     *     PoolPolicy.Builder#build()}
     */
    public PoolSettings build() {
      return new PoolSettings(
          new Values(
              policy.build(),
              connectRate,
              retryPolicy,
              conflictLane,
              transactionDeadline,
              statementTimeout,
              closeGrace,
              listener,
              initHook,
              acquireHook));
    }
  }
}
