package io.github.dsqljava.local.limits;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.atomic.AtomicReference;

/**
 * A clock that can be moved forward, so that connections, transactions and jobs age. Thread-safe.
 */
public final class MovableClock implements InstantSource {
  private final InstantSource base;
  private final AtomicReference<Duration> ahead = new AtomicReference<>(Duration.ZERO);

  /** Starts with the time of another clock, and goes on with it. */
  public MovableClock(InstantSource base) {
    this.base = base;
  }

  /**
   * Moves the clock forward.
   *
   * @throws IllegalArgumentException if the duration is negative, or leads to the end of time
   */
  public void advance(Duration duration) {
    if (duration.isNegative()) {
      throw new IllegalArgumentException("time does not go back: " + duration);
    }
    try {
      // Checks the new time first: with a bad one, every age check would fail.
      ahead.updateAndGet(
          before -> {
            Duration sum = before.plus(duration);
            Instant unused = base.instant().plus(sum);
            return sum;
          });
    } catch (ArithmeticException | DateTimeException e) {
      throw new IllegalArgumentException("time ends before that: " + duration, e);
    }
  }

  @Override
  public Instant instant() {
    return base.instant().plus(ahead.get());
  }
}
