package io.github.dsqljava.retry;

import io.github.dsqljava.InvalidConfigurationException;
import io.github.dsqljava.internal.Options;
import java.time.Duration;
import java.util.Objects;

/**
 * The limits and pauses of a transaction's retries. Immutable; {@link #toBuilder()} makes a changed
 * copy.
 *
 * <pre>{@code
 * RetryPolicy patient = RetryPolicy.builder().maxElapsed(Duration.ofMinutes(2)).build();
 * }</pre>
 *
 * <p>Conflicts are normal in Aurora DSQL: no transaction waits for a lock, and the one that commits
 * second starts over. So the first pauses are short, a few round trips, and they grow until fewer
 * transactions compete for a hot row. Each pause is drawn evenly from zero to a bound (full
 * jitter), which doubles from {@link #basePause()} to {@link #maxPause()}, so that transactions
 * that failed together do not retry together. After the first schema conflict the next attempt
 * follows at once, because the failed attempt has refreshed the session's catalog.
 *
 * <p>In a pool with a conflict lane, which is the default, a transaction that lost a conflict waits
 * for its turn there instead of pausing; {@link #maxAttempts()} and {@link #maxElapsed()} apply as
 * well.
 *
 * <p>Two counts bound the attempts. {@link #maxAttempts()} counts all of them, and is large: a
 * conflict shows that the service works and that another transaction has committed. {@link
 * #maxOtherFailures()} counts all other failures, and is small: if one transaction loses its
 * connection ten times, something is wrong, often with the transaction itself.
 */
public final class RetryPolicy {

  /** The longest bound of a pause: a longer one must be a mistake in the unit. */
  private static final Duration LONGEST_PAUSE = Duration.ofDays(1);

  private static final RetryPolicy DEFAULTS = builder().build();
  private static final RetryPolicy OFF = builder().maxAttempts(1).build();

  private record Values(
      int maxAttempts,
      int maxOtherFailures,
      Duration basePause,
      Duration maxPause,
      Duration maxElapsed) {}

  private final Values values;

  private RetryPolicy(Values values) {
    this.values = values;
  }

  /** The defaults: 100 attempts within 30 seconds, 10 failures that are no conflict. */
  public static RetryPolicy defaults() {
    return DEFAULTS;
  }

  /** One attempt and no more. */
  public static RetryPolicy off() {
    return OFF;
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
   * The number of attempts, 1 or more; 1 means no retry. Default 100: with the default pauses
   * {@link #maxElapsed()} is over first, so that a transaction does not give up on a hot row while
   * there is time left. Failures of all kinds count; for those that are no conflict there is a
   * lower limit, {@link #maxOtherFailures()}.
   */
  public int maxAttempts() {
    return values.maxAttempts;
  }

  /**
   * The number of failures other than a lost conflict after which a transaction is given up, 1 or
   * more: a lost connection or statement timeout, a changed schema, a lost answer to COMMIT. 1
   * means that none of them leads to another attempt. Default 10: the nine default pauses between
   * them take 1.1 seconds on average and 2.3 at most, so a transaction survives a second without a
   * server, and a statement that loses its connection each time does not use up a hundred of them.
   */
  public int maxOtherFailures() {
    return values.maxOtherFailures;
  }

  /** The bound of the first pause, zero to a day; zero is no pause at all. Default 5 ms. */
  public Duration basePause() {
    return values.basePause;
  }

  /** The largest bound of a pause, zero to a day. Default 1 second. */
  public Duration maxPause() {
    return values.maxPause;
  }

  /**
   * The time after the begin of the first attempt in which further attempts may begin, zero or
   * more. Default 30 seconds, the usual patience of callers.
   */
  public Duration maxElapsed() {
    return values.maxElapsed;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof RetryPolicy that && values.equals(that.values);
  }

  @Override
  public int hashCode() {
    return values.hashCode();
  }

  /** All settings by name. */
  @Override
  public String toString() {
    return Options.text(RetryPolicy.class, values);
  }

  /**
   * Collects settings. A setter throws {@link InvalidConfigurationException} for a value out of
   * range. Not safe to use from several threads.
   */
  public static final class Builder {
    private int maxAttempts = 100;
    private int maxOtherFailures = 10;
    private Duration basePause = Duration.ofMillis(5);
    private Duration maxPause = Duration.ofSeconds(1);
    private Duration maxElapsed = Duration.ofSeconds(30);

    private Builder() {}

    private Builder(Values from) {
      maxAttempts = from.maxAttempts;
      maxOtherFailures = from.maxOtherFailures;
      basePause = from.basePause;
      maxPause = from.maxPause;
      maxElapsed = from.maxElapsed;
    }

    /** See {@link RetryPolicy#maxAttempts()}. */
    public Builder maxAttempts(int attempts) {
      if (attempts < 1) {
        throw new InvalidConfigurationException(
            "maxAttempts is " + attempts + "; give 1 or more, the first attempt included");
      }
      maxAttempts = attempts;
      return this;
    }

    /** See {@link RetryPolicy#maxOtherFailures()}. */
    public Builder maxOtherFailures(int failures) {
      if (failures < 1) {
        throw new InvalidConfigurationException(
            "maxOtherFailures is " + failures + "; give 1 or more, the last failure included");
      }
      maxOtherFailures = failures;
      return this;
    }

    /** See {@link RetryPolicy#basePause()}. */
    public Builder basePause(Duration bound) {
      basePause = Options.inRange("basePause", bound, Duration.ZERO, LONGEST_PAUSE);
      return this;
    }

    /** See {@link RetryPolicy#maxPause()}. */
    public Builder maxPause(Duration bound) {
      maxPause = Options.inRange("maxPause", bound, Duration.ZERO, LONGEST_PAUSE);
      return this;
    }

    /** See {@link RetryPolicy#maxElapsed()}. */
    public Builder maxElapsed(Duration elapsed) {
      Objects.requireNonNull(elapsed, "maxElapsed");
      if (elapsed.isNegative()) {
        throw new InvalidConfigurationException("maxElapsed is " + elapsed + "; give zero or more");
      }
      maxElapsed = elapsed;
      return this;
    }

    /** The policy. */
    public RetryPolicy build() {
      return new RetryPolicy(
          new Values(maxAttempts, maxOtherFailures, basePause, maxPause, maxElapsed));
    }
  }
}
