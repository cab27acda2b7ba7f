package io.github.dsqljava.benchmarks.run;

import io.netty.util.internal.PlatformDependent;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;

/**
 * The memory that a JVM uses at a moment, in bytes.
 *
 * @param heap after garbage collections
 * @param direct of buffers outside the heap
 */
record MemoryUse(long heap, long direct) {
  private static final int COLLECTIONS = 4;
  private static final long PAUSE_MILLIS = 200;

  /** Collects garbage several times, with pauses for cleaners to run, and then measures. */
  static MemoryUse now() throws InterruptedException {
    for (int i = 0; i < COLLECTIONS; i++) {
      System.gc();
      Thread.sleep(PAUSE_MILLIS);
    }
    long heap = ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    return new MemoryUse(heap, Math.max(bufferPool(), PlatformDependent.usedDirectMemory()));
  }

  private static long bufferPool() {
    return ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream()
        .filter(pool -> pool.getName().equals("direct"))
        .mapToLong(BufferPoolMXBean::getMemoryUsed)
        .sum();
  }
}
