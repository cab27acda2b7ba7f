package io.github.dsqljava.spi;

import io.github.dsqljava.InvalidConfigurationException;
import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * Pauses between attempts: each is drawn evenly from zero to a bound that doubles from {@code base}
 * to {@code cap}. Those who failed together so come back apart, which an added tenth or quarter
 * would not achieve.
 *
 * @param base the bound of the first pause, zero to a day; zero is no pause at all
 * @param cap the largest bound, zero to a day
 */
public record FullJitter(Duration base, Duration cap) {

  /** The longest pause: who wants more has mistaken the unit. */
  public static final Duration LONGEST = Duration.ofDays(1);

  private static final int MAX_DOUBLINGS = 62; // beyond it, every cap is reached

  /**
   * Checks the values.
   *
   * @throws InvalidConfigurationException if one is out of range
   */
  public FullJitter {
    check("base", base);
    check("cap", cap);
  }

  private static void check(String name, Duration bound) {
    if (bound.isNegative() || bound.compareTo(LONGEST) > 0) {
      throw new InvalidConfigurationException(
          "The " + name + " of the pauses is " + bound + "; give zero to " + LONGEST);
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
