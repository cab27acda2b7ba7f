package io.github.dsqljava.pool;

import io.github.dsqljava.InvalidConfigurationException;
import io.github.dsqljava.internal.Options;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The sizes and times of a pool. Immutable; {@link #toBuilder()} makes a changed copy.
 *
 * <pre>{@code
 * PoolPolicy policy = PoolPolicy.builder().minSize(5).maxSize(20).build();
 * }</pre>
 *
 * <p>Durations are measured on the pool's own clock, which never goes back.
 */
public final class PoolPolicy {

  /** The age at which Aurora DSQL closes a connection. */
  public static final Duration SERVICE_LIFETIME = Duration.ofMinutes(60);

  /** The age at which Aurora DSQL ends a transaction. */
  public static final Duration LONGEST_TRANSACTION = Duration.ofMinutes(5);

  /** The latest age at which a connection may begin a transaction of full length. */
  public static final Duration LONGEST_LIFETIME = SERVICE_LIFETIME.minus(LONGEST_TRANSACTION);

  private static final Duration SHORTEST_LIFETIME = Duration.ofSeconds(1);
  private static final Duration DEFAULT_JITTER = Duration.ofMinutes(5);
  private static final Duration MILLISECOND = Duration.ofMillis(1);
  private static final int LARGEST = 10_000;

  private static final PoolPolicy DEFAULTS = builder().build();

  private record Values(
      int minSize,
      int maxSize,
      int maxWaiting,
      Duration acquireTimeout,
      Duration maxLifetime,
      Duration lifetimeJitter,
      Duration idleTimeout,
      Duration idleCheck,
      Optional<Duration> leakThreshold,
      Duration baseBackoff,
      Duration maxBackoff) {}

  private final Values values;

  private PoolPolicy(Values values) {
    this.values = values;
  }

  /** At most 10 connections, none kept open, 30 seconds of waiting. */
  public static PoolPolicy defaults() {
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
   * Connections that are kept open, 0 to {@link #maxSize()}. Default 0: the first caller opens the
   * first one.
   */
  public int minSize() {
    return values.minSize;
  }

  /**
   * The largest number of connections, 1 to 10,000, which is a cluster's limit. Default 10, that of
   * the official asyncpg connector: Aurora DSQL scales with many small transactions, not with many
   * connections. While the pool replaces connections at the end of their life, there may be more:
   * one, or a quarter of {@code maxSize} if that is more.
   */
  public int maxSize() {
    return values.maxSize;
  }

  /**
   * The largest number of waiting callers, besides those for whom a connection is or can be opened,
   * 0 to 1,000,000; the next one fails at once. Default 10,000: ten connections serve no more in a
   * second, even if each caller needs only a millisecond, and failing fast is better than an ever
   * longer queue.
   */
  public int maxWaiting() {
    return values.maxWaiting;
  }

  /**
   * The time that a caller waits unless it gives a time of its own, 1 millisecond to 24 days.
   * Default 30 seconds: longer than opening a connection may take (credentials and connecting, 10
   * seconds each by default), so that the caller gets the reason and not a timeout.
   */
  public Duration acquireTimeout() {
    return values.acquireTimeout;
  }

  /**
   * The age at which a connection is no longer handed out, 1 second to 55 minutes. Default 55
   * minutes: the service cuts connections at 60, and a transaction begun at the last moment may
   * take 5 ("Cluster quotas and database limits" in the Aurora DSQL User Guide).
   */
  public Duration maxLifetime() {
    return values.maxLifetime;
  }

  /**
   * The largest lead with which the pool opens a connection's replacement, zero to less than {@link
   * #maxLifetime()}. The pool draws a random share of it for each connection, so that connections
   * opened together do not all end together. Default 5 minutes, or a tenth of a shorter lifetime.
   */
  public Duration lifetimeJitter() {
    return values.lifetimeJitter;
  }

  /**
   * The idle time after which the pool closes a connection above {@link #minSize()}, 1 millisecond
   * to a year. Default 10 minutes, as in the official connectors with a pool.
   */
  public Duration idleTimeout() {
    return values.idleTimeout;
  }

  /**
   * The period of the check of idle connections, 1 millisecond to a year: the pool sends a query to
   * see whether the connection is alive. Default 2 minutes: NAT gateways and load balancers
   * silently forget idle connections after 4 to 6 minutes, and the next statement would wait a
   * quarter of an hour for an answer. The check keeps the connection alive, too; a caller never
   * waits for it.
   */
  public Duration idleCheck() {
    return values.idleCheck;
  }

  /**
   * The time for which a caller may hold a connection before the pool logs a warning, once, with
   * the stack of the call that took it, 1 millisecond to a year. The pool calls {@link
   * PoolListener#heldTooLong}, too. Default none, because it costs a stack trace for each acquire,
   * some microseconds. Set it to find connections that are not given back.
   */
  public Optional<Duration> leakThreshold() {
    return values.leakThreshold;
  }

  /**
   * The bound of the first backoff after a failure to open a connection, 1 millisecond to a day.
   * Each pause is drawn evenly from zero to its bound, which doubles up to {@link #maxBackoff()}.
   * Default 100 milliseconds, because the rate limit refills within a second.
   */
  public Duration baseBackoff() {
    return values.baseBackoff;
  }

  /**
   * The largest bound of a backoff after failures to open a connection, 1 millisecond to a day.
   * Default 5 seconds, because a cluster wakes up in some seconds.
   */
  public Duration maxBackoff() {
    return values.maxBackoff;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof PoolPolicy that && values.equals(that.values);
  }

  @Override
  public int hashCode() {
    return values.hashCode();
  }

  /** All settings by name. */
  @Override
  public String toString() {
    return Options.text(PoolPolicy.class, values);
  }

  private static Duration defaultJitter(Duration maxLifetime) {
    Duration tenth = maxLifetime.dividedBy(10);
    return tenth.compareTo(DEFAULT_JITTER) < 0 ? tenth : DEFAULT_JITTER;
  }

  /**
   * Collects settings. A setter throws {@link InvalidConfigurationException} for a value out of
   * range. Not safe to use from several threads.
   */
  public static final class Builder {
    private int minSize;
    private int maxSize = 10;
    private int maxWaiting = 10_000;
    private Duration acquireTimeout = Duration.ofSeconds(30);
    private Duration maxLifetime = LONGEST_LIFETIME;
    private @Nullable Duration lifetimeJitter;
    private Duration idleTimeout = Duration.ofMinutes(10);
    private Duration idleCheck = Duration.ofMinutes(2);
    private Optional<Duration> leakThreshold = Optional.empty();
    private Duration baseBackoff = Duration.ofMillis(100);
    private Duration maxBackoff = Duration.ofSeconds(5);

    private Builder() {}

    private Builder(Values from) {
      minSize = from.minSize;
      maxSize = from.maxSize;
      maxWaiting = from.maxWaiting;
      acquireTimeout = from.acquireTimeout;
      maxLifetime = from.maxLifetime;
      // A default jitter follows the lifetime, also when that changes.
      lifetimeJitter =
          from.lifetimeJitter.equals(defaultJitter(maxLifetime)) ? null : from.lifetimeJitter;
      idleTimeout = from.idleTimeout;
      idleCheck = from.idleCheck;
      leakThreshold = from.leakThreshold;
      baseBackoff = from.baseBackoff;
      maxBackoff = from.maxBackoff;
    }

    /** See {@link PoolPolicy#minSize()}. */
    public Builder minSize(int connections) {
      minSize = Options.inRange("minSize", connections, 0, LARGEST);
      return this;
    }

    /** See {@link PoolPolicy#maxSize()}. */
    public Builder maxSize(int connections) {
      maxSize = Options.inRange("maxSize", connections, 1, LARGEST);
      return this;
    }

    /** See {@link PoolPolicy#maxWaiting()}. */
    public Builder maxWaiting(int callers) {
      maxWaiting = Options.inRange("maxWaiting", callers, 0, 1_000_000);
      return this;
    }

    /** See {@link PoolPolicy#acquireTimeout()}. */
    public Builder acquireTimeout(Duration timeout) {
      acquireTimeout = Options.inRange("acquireTimeout", timeout, MILLISECOND, Duration.ofDays(24));
      return this;
    }

    /** See {@link PoolPolicy#maxLifetime()}. */
    public Builder maxLifetime(Duration age) {
      Objects.requireNonNull(age, "maxLifetime");
      if (age.compareTo(LONGEST_LIFETIME) > 0) {
        throw new InvalidConfigurationException(
            "maxLifetime is "
                + age
                + "; give "
                + LONGEST_LIFETIME
                + " or less: Aurora DSQL cuts connections at "
                + SERVICE_LIFETIME
                + ", and a transaction may take "
                + LONGEST_TRANSACTION);
      }
      maxLifetime = Options.inRange("maxLifetime", age, SHORTEST_LIFETIME, LONGEST_LIFETIME);
      return this;
    }

    /** See {@link PoolPolicy#lifetimeJitter()}. */
    public Builder lifetimeJitter(Duration most) {
      lifetimeJitter =
          Options.inRange("lifetimeJitter", most, Duration.ZERO, shorterThan(LONGEST_LIFETIME));
      return this;
    }

    /** See {@link PoolPolicy#idleTimeout()}. */
    public Builder idleTimeout(Duration timeout) {
      idleTimeout = Options.inRange("idleTimeout", timeout, MILLISECOND, Duration.ofDays(365));
      return this;
    }

    /** See {@link PoolPolicy#idleCheck()}. */
    public Builder idleCheck(Duration time) {
      idleCheck = Options.inRange("idleCheck", time, MILLISECOND, Duration.ofDays(365));
      return this;
    }

    /** See {@link PoolPolicy#leakThreshold()}. */
    public Builder leakThreshold(Duration held) {
      leakThreshold =
          Optional.of(Options.inRange("leakThreshold", held, MILLISECOND, Duration.ofDays(365)));
      return this;
    }

    /** See {@link PoolPolicy#baseBackoff()}. */
    public Builder baseBackoff(Duration bound) {
      baseBackoff = Options.inRange("baseBackoff", bound, MILLISECOND, Duration.ofDays(1));
      return this;
    }

    /** See {@link PoolPolicy#maxBackoff()}. */
    public Builder maxBackoff(Duration bound) {
      maxBackoff = Options.inRange("maxBackoff", bound, MILLISECOND, Duration.ofDays(1));
      return this;
    }

    private static Duration shorterThan(Duration lifetime) {
      return lifetime.minus(MILLISECOND);
    }

    /**
     * The policy.
     *
     * @throws InvalidConfigurationException if {@code minSize} is larger than {@code maxSize}, or
     *     {@code lifetimeJitter} as long as {@code maxLifetime}
     */
    public PoolPolicy build() {
      Duration jitter = lifetimeJitter != null ? lifetimeJitter : defaultJitter(maxLifetime);
      return new PoolPolicy(
          new Values(
              Options.inRange("minSize", minSize, 0, maxSize),
              maxSize,
              maxWaiting,
              acquireTimeout,
              maxLifetime,
              Options.inRange("lifetimeJitter", jitter, Duration.ZERO, shorterThan(maxLifetime)),
              idleTimeout,
              idleCheck,
              leakThreshold,
              baseBackoff,
              maxBackoff));
    }
  }
}
