package io.github.dsqljava.local.wire;

import io.netty.channel.SelectStrategy;
import io.netty.util.IntSupplier;

/**
 * Goes on looking for a moment when there is nothing to do, before it sleeps: PostgreSQL answers a
 * short statement sooner than the system wakes a thread. Belongs to one event loop.
 */
final class BriefSpin implements SelectStrategy {
  /** About as long as PostgreSQL takes for a select by key. */
  private static final long NANOS = 50_000;

  private long end = System.nanoTime();

  @Override
  public int calculateStrategy(IntSupplier selectNow, boolean hasTasks) throws Exception {
    int ready = selectNow.get();
    if (ready > 0) {
      end = System.nanoTime() + NANOS;
      return ready;
    }
    if (hasTasks) {
      return ready;
    }
    if (System.nanoTime() - end < 0) {
      Thread.yield(); // to whoever has something to do, PostgreSQL above all
      return CONTINUE;
    }
    return SELECT;
  }
}
