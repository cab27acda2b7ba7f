package io.github.dsqljava.spi.pool;

import java.time.Duration;

/** Arithmetic with times of a clock that may overflow: only differences count. */
final class Times {

  /** As good as for ever, and far from what nanoseconds can count. */
  private static final Duration LONGEST = Duration.ofDays(36_500);

  private Times() {}

  static long earlier(long one, long other) {
    return one - other <= 0 ? one : other;
  }

  /** From zero to a hundred years. */
  static Duration bounded(Duration duration) {
    if (duration.isNegative()) {
      return Duration.ZERO;
    }
    return duration.compareTo(LONGEST) < 0 ? duration : LONGEST;
  }
}
