package io.github.dsqljava.retry;

import io.github.dsqljava.InvalidConfigurationException;
import io.github.dsqljava.spi.FullJitter;
import java.time.Duration;
import java.util.Objects;

/**
 * How often and how long a transaction is run again. Immutable.
 *
 * <pre>{@code
 * RetryPolicy patient = RetryPolicy.defaults().toBuilder().maxAttempts(30).build();
 * }</pre>
 *
 * <p>A conflict is expected in Aurora DSQL: nobody waits for a lock, and who commits second starts
 * over. So the first pauses are short, a few round trips, and they grow until the crowd on a hot
 * row has thinned out. Each pause is drawn evenly from zero to its bound, see {@link FullJitter}. A
 * schema conflict is different: the failed attempt has refreshed the session's catalog, and so the
 * first one is followed by another attempt at once.
 *
 * @param maxAttempts how often in all, 1 or more; 1 means never again. Default 10: with the default
 *     pauses that is 1.1 seconds of pauses on average, and 2.3 at most
 * @param pauses the bounds of the pauses. Default 5 milliseconds to 1 second
 * @param maxElapsed no attempt begins later than this after the first one, 0 or more. Default 30
 *     seconds, what callers usually wait
 */
public record RetryPolicy(int maxAttempts, FullJitter pauses, Duration maxElapsed) {

  private static final RetryPolicy DEFAULTS =
      new RetryPolicy(
          10, new FullJitter(Duration.ofMillis(5), Duration.ofSeconds(1)), Duration.ofSeconds(30));

  private static final RetryPolicy OFF =
      new RetryPolicy(1, DEFAULTS.pauses(), DEFAULTS.maxElapsed());

  /**
   * Checks the values.
   *
   * @throws InvalidConfigurationException if one is out of range
   */
  public RetryPolicy {
    if (maxAttempts < 1) {
      throw new InvalidConfigurationException(
          "maxAttempts is " + maxAttempts + "; give 1 or more, the first attempt included");
    }
    Objects.requireNonNull(pauses, "pauses");
    if (maxElapsed.isNegative()) {
      throw new InvalidConfigurationException(
          "maxElapsed is " + maxElapsed + "; give zero or more");
    }
  }

  /** The defaults: 10 attempts within 30 seconds. */
  public static RetryPolicy defaults() {
    return DEFAULTS;
  }

  /** One attempt and no more. */
  public static RetryPolicy off() {
    return OFF;
  }

  /** A builder that holds the defaults. */
  public static Builder builder() {
    return DEFAULTS.toBuilder();
  }

  /** A builder that holds these values. */
  public Builder toBuilder() {
    return new Builder(this);
  }

  /** Collects values. Not safe to use from several threads. */
  public static final class Builder {
    private int maxAttempts;
    private Duration basePause;
    private Duration maxPause;
    private Duration maxElapsed;

    private Builder(RetryPolicy policy) {
      maxAttempts = policy.maxAttempts;
      basePause = policy.pauses.base();
      maxPause = policy.pauses.cap();
      maxElapsed = policy.maxElapsed;
    }

    /** See {@link RetryPolicy#maxAttempts()}. */
    public Builder maxAttempts(int attempts) {
      maxAttempts = attempts;
      return this;
    }

    /** The bound of the first pause. */
    public Builder basePause(Duration bound) {
      basePause = bound;
      return this;
    }

    /** The largest bound of a pause. */
    public Builder maxPause(Duration bound) {
      maxPause = bound;
      return this;
    }

    /** See {@link RetryPolicy#maxElapsed()}. */
    public Builder maxElapsed(Duration elapsed) {
      maxElapsed = elapsed;
      return this;
    }

    /**
     * The policy.
     *
     * @throws InvalidConfigurationException if a value is out of range
     */
    public RetryPolicy build() {
      return new RetryPolicy(maxAttempts, new FullJitter(basePause, maxPause), maxElapsed);
    }
  }
}
