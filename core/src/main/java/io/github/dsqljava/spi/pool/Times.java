package io.github.dsqljava.spi.pool;

import java.time.Duration;

/** Arithmetic with times of a clock that may overflow: only differences count. */
final class Times {

  /** A hundred years: in effect no limit, and far below the range of nanoseconds in a long. */
  private static final Duration LONGEST = Duration.ofDays(36_500);

  private Times() {}

  static long earlier(long one, long other) {
    return one - other <= 0 ? one : other;
  }

  /** Limits a duration to the range from zero to a hundred years. */
  static Duration bounded(Duration duration) {
    if (duration.isNegative()) {
      return Duration.ZERO;
    }
    return duration.compareTo(LONGEST) < 0 ? duration : LONGEST;
  }
}
