package io.github.dsqljava.benchmarks.load;

import java.util.Arrays;
import java.util.Collection;

/** Measured times in nanoseconds, every one of them kept. Used by one thread at a time. */
final class Latencies {
  private static final int FIRST_CAPACITY = 1024;

  private long[] nanos = new long[FIRST_CAPACITY];
  private int count;

  void add(long time) {
    if (count == nanos.length) {
      nanos = Arrays.copyOf(nanos, count * 2);
    }
    nanos[count++] = time;
  }

  int count() {
    return count;
  }

  /** All times of several callers, in ascending order. */
  static long[] sorted(Collection<Latencies> all) {
    long[] merged = new long[all.stream().mapToInt(Latencies::count).sum()];
    int end = 0;
    for (Latencies one : all) {
      System.arraycopy(one.nanos, 0, merged, end, one.count);
      end += one.count;
    }
    Arrays.sort(merged);
    return merged;
  }

  /** The smallest time that this share of all does not exceed; 0 if there is none. */
  static long percentile(long[] sorted, double share) {
    if (sorted.length == 0) {
      return 0;
    }
    int rank = (int) Math.ceil(share * sorted.length);
    return sorted[Math.min(sorted.length, Math.max(1, rank)) - 1];
  }
}
