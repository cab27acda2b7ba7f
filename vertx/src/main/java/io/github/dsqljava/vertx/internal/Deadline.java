package io.github.dsqljava.vertx.internal;

import java.time.Duration;

/**
 * A moment at which several steps together must be over.
 *
 * @param nanoTime the moment, as {@link System#nanoTime()}
 */
public record Deadline(long nanoTime) {

  private static final long NANOS_PER_MILLI = 1_000_000;

  /** Returns the moment after a time from now. */
  public static Deadline in(Duration time) {
    return new Deadline(System.nanoTime() + time.toNanos());
  }

  /** The time until then; zero or less when it has passed. */
  public Duration remaining() {
    return Duration.ofNanos(nanoTime - System.nanoTime());
  }

  /** The remaining time for a timer, at least one millisecond. */
  long remainingMillis() {
    return Math.max(1, (nanoTime - System.nanoTime() + NANOS_PER_MILLI - 1) / NANOS_PER_MILLI);
  }
}
