package io.github.dsqljava.spi;

import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * Pauses between attempts: each is drawn evenly from zero to a bound that doubles from {@code base}
 * to {@code cap}. So attempts that failed together are repeated at different times. A jitter of a
 * tenth or a quarter would spread them too little.
 *
 * @param base the bound of the first pause, zero or more; zero means no pauses
 * @param cap the largest bound, zero or more
 */
public record FullJitter(Duration base, Duration cap) {

  private static final int MAX_DOUBLINGS = 62; // beyond it, every cap is reached

  /**
   * Checks the bounds.
   *
   * @throws IllegalArgumentException if one is negative
   */
  public FullJitter {
    if (base.isNegative() || cap.isNegative()) {
      throw new IllegalArgumentException("A negative pause: base " + base + ", cap " + cap);
    }
  }

  /** Returns the bound of the pause after this number of failures, 1 or more. */
  public Duration bound(int failures) {
    int doublings = Math.min(Math.max(0, failures - 1), MAX_DOUBLINGS);
    long baseNanos = base.toNanos();
    long capNanos = cap.toNanos();
    return Duration.ofNanos(baseNanos > capNanos >> doublings ? capNanos : baseNanos << doublings);
  }

  /** Draws a pause after this number of failures, 1 or more. */
  public Duration pause(int failures, RandomGenerator random) {
    return Duration.ofNanos(random.nextLong(bound(failures).toNanos() + 1));
  }
}
