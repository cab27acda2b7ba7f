package io.github.dsqljava.r2dbc;

import io.github.dsqljava.r2dbc.wire.SessionWire;
import io.github.dsqljava.spi.StaleSign;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Replaces connections whose prepared statements may no longer fit the schema. The driver cannot
 * forget statements, so such a connection is closed when it is given back. The pool's others are
 * closed, too, because they may have the same statements.
 *
 * <p>Safe to use from several threads.
 */
final class StaleStatements {

  /**
   * The least time between two expirations of all connections: a program that repeats a mistake
   * looks like a schema that keeps changing.
   */
  private static final long LEAST_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

  private final Runnable expireAll;
  private final LongSupplier clock;
  private long expiredAt;

  /**
   * @param expireAll gives up all connections of the pool
   * @param clock nanoseconds
   */
  StaleStatements(Runnable expireAll, LongSupplier clock) {
    this.expireAll = expireAll;
    this.clock = clock;
    this.expiredAt = clock.getAsLong() - LEAST_NANOS;
  }

  /** Whether a connection must not be used again, because of a sign that its last user met. */
  boolean concern(SessionWire wire) {
    Optional<StaleSign> sign = wire.notes().firstSign();
    if (sign.isEmpty()) {
      return false;
    }
    if (sign.get() != StaleSign.TOLD && mayExpire()) {
      expireAll.run();
    }
    return true;
  }

  private synchronized boolean mayExpire() {
    long now = clock.getAsLong();
    if (now - expiredAt < LEAST_NANOS) {
      return false;
    }
    expiredAt = now;
    return true;
  }
}
