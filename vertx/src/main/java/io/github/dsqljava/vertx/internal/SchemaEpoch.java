package io.github.dsqljava.vertx.internal;

import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Counts how often a connection of a connector has found a changed schema. All others then forget
 * their prepared statements, because these would fail in the same way.
 *
 * <p>Safe to use from several threads.
 */
final class SchemaEpoch {

  /**
   * A program that repeats a value of a wrong type looks like a schema that keeps changing. Without
   * this limit, all connections would prepare all statements again for each of its calls.
   */
  private static final long LEAST_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

  private final LongSupplier clock;
  private volatile long current;
  private long raisedAt;

  SchemaEpoch() {
    this(System::nanoTime);
  }

  /** Uses another clock, in nanoseconds. */
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
   * @param seen the epoch in which it has prepared its statements; if that is over, the sign is not
   *     new
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
