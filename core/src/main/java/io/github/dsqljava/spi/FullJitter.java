package io.github.dsqljava.spi;

import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * Pauses between attempts: each is drawn evenly from zero to a bound that doubles from {@code base}
 * to {@code cap}. Attempts that failed together so come back apart, which an added tenth or quarter
 * would not achieve.
 *
 * @param base the bound of the first pause, zero or more; zero is no pause at all
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

  /** The bound of the pause after so many failures, from 1. */
  public Duration bound(int failures) {
    int doublings = Math.min(Math.max(0, failures - 1), MAX_DOUBLINGS);
    long baseNanos = base.toNanos();
    long capNanos = cap.toNanos();
    return Duration.ofNanos(baseNanos > capNanos >> doublings ? capNanos : baseNanos << doublings);
  }

  /** A pause after so many failures, from 1. */
  public Duration pause(int failures, RandomGenerator random) {
    return Duration.ofNanos(random.nextLong(bound(failures).toNanos() + 1));
  }
}
