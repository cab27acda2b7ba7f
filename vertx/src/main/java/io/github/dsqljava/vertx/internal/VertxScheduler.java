package io.github.dsqljava.vertx.internal;

import io.github.dsqljava.spi.pool.PoolScheduler;
import io.vertx.core.internal.ContextInternal;
import io.vertx.core.internal.VertxInternal;
import java.time.Duration;
import java.util.concurrent.RejectedExecutionException;

/** The JVM's clock, and Vert.x's timers on an event loop. */
final class VertxScheduler implements PoolScheduler {

  private static final long NANOS_PER_MILLI = 1_000_000;

  private final ContextInternal context;

  VertxScheduler(VertxInternal vertx) {
    this.context = vertx.createEventLoopContext();
  }

  @Override
  public long nanoTime() {
    return System.nanoTime();
  }

  @Override
  public void schedule(Duration delay, Runnable task) {
    // Rounded up: a timer that fires too early would only have to be set again.
    long millis = Math.max(1, (delay.toNanos() + NANOS_PER_MILLI - 1) / NANOS_PER_MILLI);
    try {
      var unused = context.setTimer(millis, id -> task.run());
    } catch (IllegalStateException | RejectedExecutionException e) {
      // Vert.x is closed, and so are all connections.
    }
  }
}
