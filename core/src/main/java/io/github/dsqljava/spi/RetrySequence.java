package io.github.dsqljava.spi;

import io.github.dsqljava.RetryKind;
import io.github.dsqljava.retry.RetryPolicy;
import java.time.Duration;
import java.util.Optional;
import java.util.random.RandomGenerator;

/**
 * Counts the attempts of one transaction, and decides whether and when there is another one.
 *
 * <pre>{@code
 * RetrySequence attempts = new RetrySequence(policy, random, System.nanoTime());
 * Optional<Duration> pause = attempts.failed(RetryKind.CONFLICT, System.nanoTime());
 * }</pre>
 *
 * <p>Not safe to use from several threads.
 */
public final class RetrySequence {
  private final RetryPolicy policy;
  private final FullJitter jitter;
  private final RandomGenerator random;
  private final long begunAt;
  private int failures;

  /** The failures that were no conflict. */
  private int otherFailures;

  private int pauses;
  private boolean schemaRefreshed;

  /**
   * Begins with the first attempt.
   *
   * @param begunAt nanoseconds of a clock that never goes back
   */
  public RetrySequence(RetryPolicy policy, RandomGenerator random, long begunAt) {
    this.policy = policy;
    this.jitter = new FullJitter(policy.basePause(), policy.maxPause());
    this.random = random;
    this.begunAt = begunAt;
  }

  /** The number of the current attempt, from 1. */
  public int attempt() {
    return failures + 1;
  }

  /** The time since the begin of the first attempt. */
  public Duration elapsed(long now) {
    return Duration.ofNanos(now - begunAt);
  }

  /**
   * The current attempt has failed.
   *
   * @param now on the clock of the beginning
   * @return the pause before the next attempt, or empty when there is none
   */
  public Optional<Duration> failed(RetryKind kind, long now) {
    failures++;
    otherFailures += kind == RetryKind.CONFLICT ? 0 : 1;
    if (failures >= policy.maxAttempts() || otherFailures >= policy.maxOtherFailures()) {
      return Optional.empty();
    }
    Duration pause = pauseAfter(kind);
    return elapsed(now).plus(pause).compareTo(policy.maxElapsed()) > 0
        ? Optional.empty()
        : Optional.of(pause);
  }

  /**
   * As {@link #failed}, after a conflict, for a transaction that waits for its turn in a lane
   * instead of pausing.
   *
   * @return whether there is another attempt
   */
  public boolean failedInLane(long now) {
    failures++;
    return failures < policy.maxAttempts() && elapsed(now).compareTo(policy.maxElapsed()) < 0;
  }

  private Duration pauseAfter(RetryKind kind) {
    if (kind == RetryKind.STALE_SCHEMA && !schemaRefreshed) {
      schemaRefreshed = true;
      return Duration.ZERO;
    }
    pauses++;
    return jitter.pause(pauses, random);
  }
}
