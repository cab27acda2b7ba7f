package io.github.dsqljava.vertx;

import io.github.dsqljava.InvalidConfigurationException;
import io.github.dsqljava.internal.Options;
import io.github.dsqljava.pool.ConnectRate;
import io.github.dsqljava.pool.PoolListener;
import io.github.dsqljava.pool.PoolPolicy;
import io.vertx.core.Future;
import io.vertx.sqlclient.SqlConnection;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;

/**
 * The settings of a {@link DsqlClient}. Immutable; {@link #toBuilder()} makes a changed copy.
 *
 * <pre>{@code
 * DsqlClient client = connector.client(
 *     ClientSettings.builder()
 *         .minSize(5)
 *         .maxSize(20)
 *         .initHook(connection -> connection.query("SET timezone = 'UTC'").execute().mapEmpty())
 *         .build());
 * }</pre>
 */
public final class ClientSettings {

  private static final Duration MILLISECOND = Duration.ofMillis(1);
  private static final int PIPELINING_LIMIT = 256;
  private static final Duration LONGEST_TIMER = Duration.ofDays(24);

  private static final ClientSettings DEFAULTS = builder().build();

  private record Values(
      PoolPolicy policy,
      int maxInFlight,
      Optional<ConnectRate> connectRate,
      Optional<Duration> statementTimeout,
      Duration closeGrace,
      PoolListener listener,
      Optional<Function<SqlConnection, Future<Void>>> initHook) {}

  private final Values values;

  private ClientSettings(Values values) {
    this.values = values;
  }

  /** At most 10 connections, none kept open, 30 seconds of waiting, no hook. */
  public static ClientSettings defaults() {
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
   * The largest number of statements in flight on a connection, 1 to 256, the driver's pipelining
   * limit. Further callers wait for the first connection with a free place. Default 64: enough for
   * a round trip of 30 milliseconds at half a millisecond for each statement, and few enough that a
   * slow statement does not hold up too many others.
   */
  public int maxInFlight() {
    return values.maxInFlight;
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
   * The time that {@link DsqlClient#close()} waits for connections in use, zero to 24 days. Default
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
   * Runs once on each physical connection before its first use, on the connection's event loop. The
   * next user waits for its future, for {@link io.github.dsqljava.DsqlConfig#connectTimeout()} at
   * most. If it fails, times out, or leaves a transaction open, the pool closes that connection and
   * backs off; if no other connection is open, a waiting caller fails with the hook's error. It
   * must not keep or close the connection. Default: none.
   */
  public Optional<Function<SqlConnection, Future<Void>>> initHook() {
    return values.initHook;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof ClientSettings that && values.equals(that.values);
  }

  @Override
  public int hashCode() {
    return values.hashCode();
  }

  /** All settings by name. */
  @Override
  public String toString() {
    return Options.text(ClientSettings.class, values);
  }

  /**
   * Collects settings. A setter throws {@link InvalidConfigurationException} for a value out of
   * range. Not safe to use from several threads.
   */
  public static final class Builder {
    private PoolPolicy.Builder policy = PoolPolicy.builder();
    private int maxInFlight = 64;
    private Optional<ConnectRate> connectRate = Optional.empty();
    private Optional<Duration> statementTimeout = Optional.empty();
    private Duration closeGrace = Duration.ofSeconds(5);
    private PoolListener listener = PoolListener.NONE;
    private Optional<Function<SqlConnection, Future<Void>>> initHook = Optional.empty();

    private Builder() {}

    private Builder(Values from) {
      policy = from.policy.toBuilder();
      maxInFlight = from.maxInFlight;
      connectRate = from.connectRate;
      statementTimeout = from.statementTimeout;
      closeGrace = from.closeGrace;
      listener = from.listener;
      initHook = from.initHook;
    }

    /** All sizes and times at once; see {@link ClientSettings#policy()}. */
    public Builder policy(PoolPolicy numbers) {
      if (Objects.requireNonNull(numbers, "policy").leakThreshold().isPresent()) {
        throw new InvalidConfigurationException(
            "leakThreshold is for connections that a caller of a pool holds; a client hands out none."
                + " Leave it out");
      }
      policy = numbers.toBuilder();
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

    /** See {@link ClientSettings#maxInFlight()}. */
    public Builder maxInFlight(int statements) {
      maxInFlight = Options.inRange("maxInFlight", statements, 1, PIPELINING_LIMIT);
      return this;
    }

    /** See {@link ClientSettings#connectRate()}. */
    public Builder connectRate(ConnectRate rate) {
      connectRate = Optional.of(Objects.requireNonNull(rate, "connectRate"));
      return this;
    }

    /** See {@link ClientSettings#statementTimeout()}. */
    public Builder statementTimeout(Duration time) {
      statementTimeout =
          Optional.of(Options.inRange("statementTimeout", time, MILLISECOND, LONGEST_TIMER));
      return this;
    }

    /** See {@link ClientSettings#closeGrace()}. */
    public Builder closeGrace(Duration grace) {
      closeGrace = Options.inRange("closeGrace", grace, Duration.ZERO, LONGEST_TIMER);
      return this;
    }

    /** See {@link ClientSettings#listener()}. */
    public Builder listener(PoolListener events) {
      listener = Objects.requireNonNull(events, "listener");
      return this;
    }

    /** See {@link ClientSettings#initHook()}. */
    public Builder initHook(Function<SqlConnection, Future<Void>> hook) {
      initHook = Optional.of(Objects.requireNonNull(hook, "initHook"));
      return this;
    }

    /**
     * The settings.
     *
     * @throws InvalidConfigurationException if two sizes or times do not fit each other; see {@link
     *     PoolPolicy.Builder#build()}
     */
    public ClientSettings build() {
      return new ClientSettings(
          new Values(
              policy.build(),
              maxInFlight,
              connectRate,
              statementTimeout,
              closeGrace,
              listener,
              initHook));
    }
  }
}
