package io.github.dsqljava.vertx.internal;

import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Counts how often a connection of a connector has found that the schema is not what it was. All
 * others then forget the statements that they have prepared, for they would find the same.
 *
 * <p>Safe to use from several threads.
 */
final class SchemaEpoch {

  /**
   * A program that keeps giving values of a wrong type looks like a schema that keeps changing; all
   * connections would prepare everything again for each of its calls.
   */
  private static final long LEAST_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

  private final LongSupplier clock;
  private volatile long current;
  private long raisedAt;

  SchemaEpoch() {
    this(System::nanoTime);
  }

  /** With another clock, of nanoseconds. */
  SchemaEpoch(LongSupplier clock) {
    this.clock = clock;
    this.raisedAt = clock.getAsLong() - LEAST_NANOS;
  }

  long current() {
    return current;
  }

  /**
   * A connection has found a sign.
   *
   * @param seen the epoch in which it has prepared its statements; if that is over, the others know
   * @return the epoch that has begun, or the current one
   */
  synchronized long raise(long seen) {
    long now = clock.getAsLong();
    if (seen == current && now - raisedAt >= LEAST_NANOS) {
      raisedAt = now;
      current = seen + 1;
    }
    return current;
  }
}
