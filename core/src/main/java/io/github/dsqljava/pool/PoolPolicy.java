package io.github.dsqljava.pool;

import io.github.dsqljava.InvalidConfigurationException;
import io.github.dsqljava.spi.FullJitter;
import io.github.dsqljava.spi.pool.PoolScheduler;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The numbers a pool works with. Immutable; {@link #toBuilder()} makes a changed copy.
 *
 * <pre>{@code
 * PoolPolicy policy = PoolPolicy.builder().minSize(5).maxSize(20).build();
 * }</pre>
 *
 * <p>Durations are measured on the pool's {@link PoolScheduler}.
 *
 * @param minSize connections that are kept open, 0 to {@code maxSize}. Default 0: the first caller
 *     opens the first one
 * @param maxSize the most connections for callers, 1 to 10,000, which is what a cluster admits in
 *     all. Default 10, that of the official asyncpg connector: Aurora DSQL scales with many small
 *     transactions, not with many connections. While connections at the end of their life are being
 *     replaced there may be more: one, or a quarter of {@code maxSize} if that is more
 * @param maxWaiting how many callers may wait besides those for whom a connection is or can be
 *     opened, 0 to 1,000,000; the next one fails at once. Default 10,000: more than that are not
 *     served within a second even if each needs a millisecond on one of ten connections, and
 *     failing fast is better than an ever longer queue
 * @param acquireTimeout how long a caller waits unless it says otherwise, 1 millisecond to 24 days.
 *     Default 30 seconds: longer than opening a connection may take (credentials and connecting, 10
 *     seconds each by default), so that a reason arrives rather than a timeout
 * @param maxLifetime the age at which a connection is no longer handed out, 1 second to 55 minutes.
 *     Default 55 minutes: the service cuts connections at 60, and a transaction begun at the last
 *     moment may take 5 ("Cluster quotas and database limits" in the Aurora DSQL User Guide)
 * @param lifetimeJitter how much earlier a connection's replacement may be sought, zero to less
 *     than {@code maxLifetime}; a random share of it is drawn for each connection, so that
 *     connections opened together do not all go together. Default 5 minutes, or a tenth of a
 *     shorter lifetime
 * @param idleTimeout how long a connection above {@code minSize} may wait unused, 1 millisecond to
 *     a year. Default 10 minutes, as the official connectors with a pool do
 * @param backoff the bounds of the pauses after failures to open a connection, 1 millisecond or
 *     more, so that a pool does not knock without a pause. Default 100 milliseconds to 5 seconds:
 *     the rate limit refills within a second, and a cluster wakes up in some seconds
 */
public record PoolPolicy(
    int minSize,
    int maxSize,
    int maxWaiting,
    Duration acquireTimeout,
    Duration maxLifetime,
    Duration lifetimeJitter,
    Duration idleTimeout,
    FullJitter backoff) {

  /** The age at which Aurora DSQL closes a connection. */
  public static final Duration SERVICE_LIFETIME = Duration.ofMinutes(60);

  /** The age at which Aurora DSQL ends a transaction. */
  public static final Duration LONGEST_TRANSACTION = Duration.ofMinutes(5);

  /** The last moment at which a connection may begin a transaction of full length. */
  public static final Duration LONGEST_LIFETIME = SERVICE_LIFETIME.minus(LONGEST_TRANSACTION);

  private static final Duration SHORTEST_LIFETIME = Duration.ofSeconds(1);
  private static final Duration DEFAULT_JITTER = Duration.ofMinutes(5);
  private static final Duration LONGEST_TIMEOUT = Duration.ofDays(24);

  /**
   * Checks the values.
   *
   * @throws InvalidConfigurationException if one is out of range
   */
  public PoolPolicy {
    check("maxSize", maxSize, 1, 10_000);
    check("minSize", minSize, 0, maxSize);
    check("maxWaiting", maxWaiting, 0, 1_000_000);
    check("acquireTimeout", acquireTimeout, Duration.ofMillis(1), LONGEST_TIMEOUT);
    if (maxLifetime.compareTo(LONGEST_LIFETIME) > 0) {
      throw new InvalidConfigurationException(
          "maxLifetime is "
              + maxLifetime
              + "; give "
              + LONGEST_LIFETIME
              + " or less: Aurora DSQL cuts connections at "
              + SERVICE_LIFETIME
              + ", and a transaction may take "
              + LONGEST_TRANSACTION);
    }
    check("maxLifetime", maxLifetime, SHORTEST_LIFETIME, LONGEST_LIFETIME);
    check("lifetimeJitter", lifetimeJitter, Duration.ZERO, maxLifetime.minusMillis(1));
    check("idleTimeout", idleTimeout, Duration.ofMillis(1), Duration.ofDays(365));
    check("base of backoff", backoff.base(), Duration.ofMillis(1), FullJitter.LONGEST);
    check("cap of backoff", backoff.cap(), Duration.ofMillis(1), FullJitter.LONGEST);
  }

  private static void check(String name, int value, int least, int most) {
    if (value < least || value > most) {
      throw new InvalidConfigurationException(
          name + " is " + value + "; give " + least + " to " + most);
    }
  }

  private static void check(String name, Duration value, Duration least, Duration most) {
    if (value.compareTo(least) < 0 || value.compareTo(most) > 0) {
      throw new InvalidConfigurationException(
          name + " is " + value + "; give " + least + " to " + most);
    }
  }

  private static Duration defaultJitter(Duration maxLifetime) {
    Duration tenth = maxLifetime.dividedBy(10);
    return tenth.compareTo(DEFAULT_JITTER) < 0 ? tenth : DEFAULT_JITTER;
  }

  /** The defaults. */
  public static PoolPolicy defaults() {
    return builder().build();
  }

  /** A builder that holds the defaults. */
  public static Builder builder() {
    return new Builder();
  }

  /** A builder that holds these values. */
  public Builder toBuilder() {
    Builder builder = new Builder();
    builder.minSize = minSize;
    builder.maxSize = maxSize;
    builder.maxWaiting = maxWaiting;
    builder.acquireTimeout = acquireTimeout;
    builder.maxLifetime = maxLifetime;
    // One that was not chosen follows the lifetime, also when that changes.
    builder.lifetimeJitter =
        lifetimeJitter.equals(defaultJitter(maxLifetime)) ? null : lifetimeJitter;
    builder.idleTimeout = idleTimeout;
    builder.backoff = backoff;
    return builder;
  }

  /** Collects values. Not safe to use from several threads. */
  public static final class Builder {
    private int minSize;
    private int maxSize = 10;
    private int maxWaiting = 10_000;
    private Duration acquireTimeout = Duration.ofSeconds(30);
    private Duration maxLifetime = LONGEST_LIFETIME;
    private @Nullable Duration lifetimeJitter;
    private Duration idleTimeout = Duration.ofMinutes(10);
    private FullJitter backoff = new FullJitter(Duration.ofMillis(100), Duration.ofSeconds(5));

    private Builder() {}

    /** See {@link PoolPolicy#minSize()}. */
    public Builder minSize(int connections) {
      minSize = connections;
      return this;
    }

    /** See {@link PoolPolicy#maxSize()}. */
    public Builder maxSize(int connections) {
      maxSize = connections;
      return this;
    }

    /** See {@link PoolPolicy#maxWaiting()}. */
    public Builder maxWaiting(int callers) {
      maxWaiting = callers;
      return this;
    }

    /** See {@link PoolPolicy#acquireTimeout()}. */
    public Builder acquireTimeout(Duration timeout) {
      acquireTimeout = timeout;
      return this;
    }

    /** See {@link PoolPolicy#maxLifetime()}. */
    public Builder maxLifetime(Duration age) {
      maxLifetime = age;
      return this;
    }

    /** See {@link PoolPolicy#lifetimeJitter()}. */
    public Builder lifetimeJitter(Duration most) {
      lifetimeJitter = most;
      return this;
    }

    /** See {@link PoolPolicy#idleTimeout()}. */
    public Builder idleTimeout(Duration timeout) {
      idleTimeout = timeout;
      return this;
    }

    /** See {@link PoolPolicy#backoff()}. */
    public Builder backoff(FullJitter pauses) {
      backoff = pauses;
      return this;
    }

    /**
     * The policy.
     *
     * @throws InvalidConfigurationException if a value is out of range
     */
    public PoolPolicy build() {
      return new PoolPolicy(
          minSize,
          maxSize,
          maxWaiting,
          acquireTimeout,
          maxLifetime,
          lifetimeJitter != null ? lifetimeJitter : defaultJitter(maxLifetime),
          idleTimeout,
          backoff);
    }
  }
}
