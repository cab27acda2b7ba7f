package io.github.dsqljava.r2dbc;

import io.github.dsqljava.InvalidConfigurationException;
import io.github.dsqljava.internal.Options;
import io.github.dsqljava.pool.ConnectRate;
import io.github.dsqljava.pool.PoolListener;
import io.github.dsqljava.pool.PoolPolicy;
import io.github.dsqljava.retry.RetryPolicy;
import io.github.dsqljava.retry.TransactionOptions;
import io.r2dbc.postgresql.api.PostgresqlConnection;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import org.reactivestreams.Publisher;

/**
 * The settings of a pool. Immutable; {@link #toBuilder()} makes a changed copy.
 *
 * <pre>{@code
 * DsqlR2dbc dsql =
 *     DsqlR2dbc.of(config, R2dbcSettings.builder().minSize(5).maxSize(20).build());
 * }</pre>
 */
public final class R2dbcSettings {

  private static final Duration MILLISECOND = Duration.ofMillis(1);
  private static final Duration LONGEST_TIMER = Duration.ofDays(24);

  private static final R2dbcSettings DEFAULTS = builder().build();

  private record Values(
      PoolPolicy policy,
      Optional<ConnectRate> connectRate,
      RetryPolicy retryPolicy,
      boolean conflictLane,
      Optional<Duration> transactionDeadline,
      Optional<Duration> statementTimeout,
      Duration closeGrace,
      PoolListener listener,
      Optional<Function<PostgresqlConnection, Publisher<Void>>> initHook,
      Optional<Function<PostgresqlConnection, Publisher<Void>>> acquireHook) {}

  private final Values values;

  private R2dbcSettings(Values values) {
    this.values = values;
  }

  /** At most 10 connections, none kept open, 30 seconds of waiting. */
  public static R2dbcSettings defaults() {
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
   * The retry policy of {@link DsqlR2dbc#inTransaction}, unless its options have another one.
   * Default {@link RetryPolicy#defaults()}.
   */
  public RetryPolicy retryPolicy() {
    return values.retryPolicy;
  }

  /**
   * Whether transactions of {@link DsqlR2dbc#inTransaction} that lost a conflict (OC000) run again
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
   * The longest silence of the server while it owes an answer to a statement, 1 millisecond to 24
   * days. Rows count as an answer, and the time in which a subscriber requests none does not count.
   * When the time has passed, the connection is closed, because Aurora DSQL does not cancel
   * statements, and all statements in flight on it fail as with a lost connection. Default none:
   * only a program knows the duration of its slowest statement ({@code CALL sys.wait_for_job} is
   * one), and TCP keepalive detects a dead network within some minutes.
   */
  public Optional<Duration> statementTimeout() {
    return values.statementTimeout;
  }

  /**
   * The time that {@link DsqlR2dbc#close()} waits for connections in use, zero to 24 days. Default
   * 5 seconds: enough for statements, and short enough for a shutdown.
   */
  public Duration closeGrace() {
    return values.closeGrace;
  }

  /** Hears of the pool's events. Default {@link PoolListener#NONE}. */
  public PoolListener listener() {
    return values.listener;
  }

  /**
   * Runs once on each physical connection before its first use, and again after its settings were
   * reset. The next user waits for its publisher, for {@link
   * io.github.dsqljava.DsqlConfig#connectTimeout()} at most. If it fails, times out, or leaves a
   * transaction open, the pool closes that connection and backs off; if no other connection is
   * open, a waiting caller fails with the hook's error. It must not keep or close the connection.
   * Results of statements have to be consumed, as everywhere in R2DBC: {@code
   * connection.createStatement("SET timezone = 'UTC'").execute().flatMap(Result::getRowsUpdated)
   * .then()}. Default: none.
   */
  public Optional<Function<PostgresqlConnection, Publisher<Void>>> initHook() {
    return values.initHook;
  }

  /**
   * Runs on a connection each time before the pool hands it out, for {@code create()} or a
   * transaction, with the subscriber's context. The caller waits for its publisher, for {@link
   * io.github.dsqljava.DsqlConfig#connectTimeout()} at most. Use it for settings that depend on the
   * caller, such as one per tenant; common settings belong in {@link #initHook()}, which costs no
   * round trip for each use. If it fails, times out, or leaves a transaction open, the pool closes
   * that connection and the caller gets the hook's error; {@code inTransaction} runs again after a
   * conflict or a loss of the connection in it. It must not keep or close the connection. Default:
   * none.
   */
  public Optional<Function<PostgresqlConnection, Publisher<Void>>> acquireHook() {
    return values.acquireHook;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof R2dbcSettings that && values.equals(that.values);
  }

  @Override
  public int hashCode() {
    return values.hashCode();
  }

  /** All settings by name. */
  @Override
  public String toString() {
    return Options.text(R2dbcSettings.class, values);
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
    private Optional<Function<PostgresqlConnection, Publisher<Void>>> initHook = Optional.empty();
    private Optional<Function<PostgresqlConnection, Publisher<Void>>> acquireHook =
        Optional.empty();

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

    /** All sizes and times at once; see {@link R2dbcSettings#policy()}. */
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

    /** See {@link R2dbcSettings#connectRate()}. */
    public Builder connectRate(ConnectRate rate) {
      connectRate = Optional.of(Objects.requireNonNull(rate, "connectRate"));
      return this;
    }

    /** See {@link R2dbcSettings#retryPolicy()}; {@link RetryPolicy#off()} for none. */
    public Builder retryPolicy(RetryPolicy retries) {
      retryPolicy = Objects.requireNonNull(retries, "retryPolicy");
      return this;
    }

    /** See {@link R2dbcSettings#conflictLane()}. */
    public Builder conflictLane(boolean on) {
      conflictLane = on;
      return this;
    }

    /** See {@link R2dbcSettings#transactionDeadline()}. */
    public Builder transactionDeadline(Duration all) {
      transactionDeadline =
          Optional.of(Options.inRange("transactionDeadline", all, MILLISECOND, LONGEST_TIMER));
      return this;
    }

    /** See {@link R2dbcSettings#statementTimeout()}. */
    public Builder statementTimeout(Duration time) {
      statementTimeout =
          Optional.of(Options.inRange("statementTimeout", time, MILLISECOND, LONGEST_TIMER));
      return this;
    }

    /** See {@link R2dbcSettings#closeGrace()}. */
    public Builder closeGrace(Duration grace) {
      closeGrace = Options.inRange("closeGrace", grace, Duration.ZERO, LONGEST_TIMER);
      return this;
    }

    /** See {@link R2dbcSettings#listener()}. */
    public Builder listener(PoolListener events) {
      listener = Objects.requireNonNull(events, "listener");
      return this;
    }

    /** See {@link R2dbcSettings#initHook()}. */
    public Builder initHook(Function<PostgresqlConnection, Publisher<Void>> hook) {
      initHook = Optional.of(Objects.requireNonNull(hook, "initHook"));
      return this;
    }

    /** See {@link R2dbcSettings#acquireHook()}. */
    public Builder acquireHook(Function<PostgresqlConnection, Publisher<Void>> hook) {
      acquireHook = Optional.of(Objects.requireNonNull(hook, "acquireHook"));
      return this;
    }

    /**
     * The settings.
     *
     * @throws InvalidConfigurationException if two sizes or times do not fit each other; see {@link
     *     PoolPolicy.Builder#build()}
     */
    public R2dbcSettings build() {
      return new R2dbcSettings(
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
