package io.github.dsqljava.vertx.internal;

import io.vertx.core.internal.VertxInternal;
import io.vertx.core.spi.metrics.PoolMetrics;
import io.vertx.core.spi.metrics.VertxMetrics;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Tells Vert.x's metrics what a pool does, if there are any, as Vert.x's own pools do. What they
 * throw is logged and changes nothing.
 *
 * <p>Safe to use from several threads.
 */
final class PoolReports {
  private static final Logger LOGGER = System.getLogger(PoolReports.class.getName());
  private static final Runnable NOTHING = () -> {};

  private final @Nullable PoolMetrics<Object, Object> metrics;
  private final Runnable close;

  /**
   * @param name what the pool leads to
   */
  PoolReports(VertxInternal vertx, String name, int maxSize) {
    VertxMetrics spi = vertx.metrics();
    @SuppressWarnings("unchecked") // what comes from a metric goes back to it
    PoolMetrics<Object, Object> made =
        spi == null
            ? null
            : (PoolMetrics<Object, Object>)
                guarded(() -> spi.createPoolMetrics("sql", name, maxSize));
    this.metrics = made;
    this.close = made == null ? NOTHING : once(made::close);
  }

  /** A caller wants a connection; the result is to be run when it gets one, or none. */
  Runnable waits() {
    PoolMetrics<Object, Object> to = metrics;
    if (to == null) {
      return NOTHING;
    }
    Object queued = guarded(to::enqueue);
    return once(() -> to.dequeue(queued));
  }

  /** A caller has a connection; the result is to be run when that ends. */
  Runnable uses() {
    PoolMetrics<Object, Object> to = metrics;
    if (to == null) {
      return NOTHING;
    }
    Object used = guarded(to::begin);
    return once(() -> to.end(used));
  }

  void close() {
    close.run();
  }

  private static Runnable once(Runnable report) {
    AtomicBoolean done = new AtomicBoolean();
    return () -> {
      if (done.compareAndSet(false, true)) {
        guarded(
            () -> {
              report.run();
              return null;
            });
      }
    };
  }

  private static <T> @Nullable T guarded(Supplier<@Nullable T> report) {
    try {
      return report.get();
    } catch (Throwable e) { // also a checked exception that was thrown past the compiler
      LOGGER.log(Level.WARNING, "A metric of Vert.x failed", e);
      return null;
    }
  }
}
