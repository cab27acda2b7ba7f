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
 * Reports the events of a pool to Vert.x's metrics, if there are any, as Vert.x's own pools do.
 * Their exceptions are logged and have no effect.
 *
 * <p>Safe to use from several threads.
 */
final class PoolReports {
  private static final Logger LOGGER = System.getLogger(PoolReports.class.getName());
  private static final Runnable NOTHING = () -> {};

  private final @Nullable PoolMetrics<Object, Object> metrics;
  private final Runnable close;

  /**
   * @param name the endpoint of the pool
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

  /** A caller begins to wait; the returned task must run when it gets a connection or fails. */
  Runnable waits() {
    PoolMetrics<Object, Object> to = metrics;
    if (to == null) {
      return NOTHING;
    }
    Object queued = guarded(to::enqueue);
    return once(() -> to.dequeue(queued));
  }

  /** A caller has got a connection; the returned task must run when its use ends. */
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
