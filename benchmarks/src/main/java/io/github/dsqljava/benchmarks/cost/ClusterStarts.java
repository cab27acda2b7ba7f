package io.github.dsqljava.benchmarks.cost;

import io.github.dsqljava.local.DsqlLocal;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Measures the time until a cluster of dsql-local accepts connections, and its memory: for the
 * first one of a JVM, and for later ones with a test of 200 ms on each.
 */
public final class ClusterStarts {
  private static final int STARTS = 40;
  private static final int HELD = 10;
  private static final Duration TEST = Duration.ofMillis(200);

  private ClusterStarts() {}

  /** Prints the figures; ignores the arguments, which are those of the other benchmarks. */
  public static void main(String[] arguments) throws Exception {
    List<Long> micros = new ArrayList<>();
    for (int i = 0; i < STARTS; i++) {
      long begin = System.nanoTime();
      DsqlLocal cluster = DsqlLocal.start();
      micros.add(TimeUnit.NANOSECONDS.toMicros(System.nanoTime() - begin));
      LockSupport.parkNanos(TEST.toNanos());
      cluster.close();
    }
    long[] later = micros.stream().skip(1).mapToLong(value -> value).sorted().toArray();
    print("first start of the JVM, ms", micros.get(0) / 1000.0);
    print("later starts, median, ms", later[later.length / 2] / 1000.0);
    print("later starts, 95 of 100 below, ms", later[later.length * 95 / 100] / 1000.0);

    long heapBefore = heap();
    long serversBefore = servers();
    List<DsqlLocal> held = new ArrayList<>();
    for (int i = 0; i < HELD; i++) {
      held.add(DsqlLocal.builder().ahead(false).start());
    }
    double mega = 1024.0 * 1024.0;
    print("a cluster in the JVM's heap, MB", (heap() - heapBefore) / mega / HELD);
    print("a cluster's PostgreSQL, MB", (servers() - serversBefore) / mega / HELD);
    print("the spare, MB", serversBefore / mega);
    held.forEach(DsqlLocal::close);
  }

  private static void print(String what, double value) {
    System.out.printf(Locale.ROOT, "%-40s %8.1f%n", what, value);
  }

  private static long heap() {
    Runtime runtime = Runtime.getRuntime();
    long[] seen = new long[5];
    for (int i = 0; i < seen.length; i++) {
      System.gc();
      seen[i] = runtime.totalMemory() - runtime.freeMemory();
    }
    return Arrays.stream(seen).min().orElseThrow();
  }

  /**
   * Returns the memory of the processes below this JVM; a shared page counts by its share (PSS).
   */
  private static long servers() {
    return ProcessHandle.current()
        .descendants()
        .mapToLong(process -> proportionalSize(process.pid()))
        .sum();
  }

  private static long proportionalSize(long pid) {
    try {
      return Files.readAllLines(Path.of("/proc/" + pid + "/smaps_rollup")).stream()
          .filter(line -> line.startsWith("Pss:"))
          .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) * 1024)
          .sum();
    } catch (IOException e) {
      return 0; // it has ended, or this is no Linux
    }
  }
}
