package io.github.dsqljava.benchmarks.cost;

import io.github.dsqljava.local.DsqlLocal;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Measures the cost of a conflict as a ratio to the same transaction alone, alternating within one
 * run. For the figures and the command see docs/concurrency.md.
 */
public final class Marks {
  private static final List<String> PARTS = List.of("rows", "catalog", "orders");
  private static final int ROUNDS = 200;
  private static final int CONTENDED = 10_000;
  private static final int SECONDS = 60;
  private static final long SEED = 12;

  private Marks() {}

  /**
   * Runs; takes some minutes. Arguments may name the parts to run: {@code rows}, {@code catalog},
   * {@code orders}; others are ignored.
   */
  public static void main(String[] arguments) throws Exception {
    List<String> parts = new ArrayList<>(PARTS);
    parts.retainAll(List.of(arguments));
    if (parts.isEmpty()) {
      parts = PARTS;
    }
    try (DsqlLocal started = DsqlLocal.start()) {
      Sessions cluster = Sessions.of(started);
      if (parts.contains("rows")) {
        for (int rows : new int[] {300, 300_000}) {
          table(cluster, rows);
          met(cluster, rows);
          lockRead(cluster, rows);
          doomed(cluster, rows);
        }
      }
      if (parts.contains("catalog")) {
        catalog(cluster);
      }
      if (parts.contains("orders")) {
        orders(cluster);
      }
    }
  }

  private static void table(Sessions cluster, int rows) throws SQLException {
    try (Connection admin = cluster.open()) {
      Sessions.execute(
          admin, "DROP TABLE IF EXISTS m", "CREATE TABLE m (id int PRIMARY KEY, v int, pad text)");
      for (int from = 1; from <= rows; from += 3_000) {
        Sessions.execute(
            admin,
            "INSERT INTO m SELECT i, 0, repeat('x', 100) FROM generate_series("
                + from
                + ", "
                + Math.min(rows, from + 2_999)
                + ") i");
      }
    }
  }

  private static String update(int id) {
    return "UPDATE m SET v = v + 1 WHERE id = " + id;
  }

  /** Times a transaction whose row another one wants and gives up, without the other one's time. */
  private static void met(Sessions cluster, int rows) throws SQLException {
    try (Connection a = cluster.open();
        Connection b = cluster.open()) {
      long[] alone = new long[ROUNDS];
      long[] met = new long[ROUNDS];
      long[] meeting = new long[ROUNDS];
      for (int i = 0; i < ROUNDS; i++) {
        alone[i] = nanos(a, "BEGIN", update(1), update(2)) + nanos(a, "COMMIT");
        met[i] = nanos(a, "BEGIN", update(1));
        Sessions.execute(b, "BEGIN");
        meeting[i] = nanos(b, update(1));
        Sessions.execute(b, "ROLLBACK");
        met[i] += nanos(a, update(2)) + nanos(a, "COMMIT");
      }
      ratio(rows + " rows, met by another one that goes away", met, alone);
      print(rows + " rows, statement that meets another's row", meeting);
    }
  }

  private static void lockRead(Sessions cluster, int rows) throws SQLException {
    String read = "SELECT v FROM m WHERE id = 1 FOR UPDATE";
    try (Connection a = cluster.open();
        Connection b = cluster.open()) {
      long[] alone = new long[ROUNDS];
      long[] beside = new long[ROUNDS];
      for (int i = 0; i < ROUNDS; i++) {
        alone[i] = nanos(a, "BEGIN", read, "COMMIT");
        Sessions.execute(b, "BEGIN", "SELECT v FROM m WHERE id = 2");
        beside[i] = nanos(a, "BEGIN", read, "COMMIT");
        Sessions.execute(b, "ROLLBACK");
      }
      ratio(rows + " rows, one FOR UPDATE beside an open transaction", beside, alone);
    }
  }

  private static void doomed(Sessions cluster, int rows) throws SQLException {
    int rounds = 10;
    try (Connection a = cluster.open();
        Connection b = cluster.open()) {
      long[] first = new long[rounds];
      long[] next = new long[rounds];
      for (int i = 0; i < rounds; i++) {
        Sessions.execute(a, "BEGIN", "SELECT v FROM m WHERE id = 1");
        Sessions.execute(b, update(1));
        first[i] = nanos(a, update(1));
        next[i] = nanos(a, update(2));
        Sessions.execute(a, "ROLLBACK");
      }
      print(rows + " rows, statement that meets an overwritten row", first);
      print(rows + " rows, the next one of this transaction", next);
    }
  }

  /** Measures the growth of PostgreSQL's catalog. */
  private static void catalog(Sessions cluster) throws SQLException {
    table(cluster, 300);
    String size = "SELECT pg_relation_size('pg_catalog.pg_attribute')";
    try (Connection a = cluster.open();
        Connection b = cluster.open()) {
      long before = Long.parseLong(Sessions.value(a, size));
      int conflicts = 0;
      for (int i = 0; i < CONTENDED; i++) {
        Sessions.execute(a, "BEGIN", update(1));
        Sessions.execute(b, "BEGIN", update(1));
        Sessions.execute(i % 2 == 0 ? b : a, "COMMIT");
        Sessions.execute(i % 2 == 0 ? a : b, update(2));
        try {
          Sessions.execute(i % 2 == 0 ? a : b, "COMMIT");
        } catch (SQLException e) {
          conflicts++;
        }
      }
      System.out.printf(
          "%d contended transactions, %d conflicts: pg_attribute has grown by %.1f MiB%n",
          CONTENDED,
          conflicts,
          (Long.parseLong(Sessions.value(a, size)) - before) / 1024.0 / 1024.0);
    }
  }

  // ---- orders

  private static void orders(Sessions cluster)
      throws SQLException, InterruptedException, ExecutionException {
    try (Connection admin = cluster.open()) {
      Warehouse.load(admin);
    }
    terminals(cluster, 1, 5); // warms up
    long[] alone = terminals(cluster, 1, SECONDS / 2);
    long[] beside = terminals(cluster, 4, SECONDS);
    ratio("NewOrder, 4 terminals to 1", beside, alone);
    try (Connection admin = cluster.open()) {
      System.out.println("conditions that do not hold: " + Warehouse.violations(admin));
    }
  }

  /** Returns the duration of each NewOrder, including its retries. */
  private static long[] terminals(Sessions cluster, int terminals, int seconds)
      throws InterruptedException, ExecutionException {
    ExecutorService threads = Executors.newFixedThreadPool(terminals);
    List<Future<Tally>> running = new ArrayList<>();
    long end = System.nanoTime() + seconds * 1_000_000_000L;
    for (int t = 0; t < terminals; t++) {
      Random dice = new Random(SEED + t);
      Callable<Tally> terminal = () -> terminal(cluster, dice, end);
      running.add(threads.submit(terminal));
    }
    Tally all = new Tally();
    for (Future<Tally> terminal : running) {
      all.add(terminal.get());
    }
    threads.shutdown();
    System.out.printf(
        "%d terminals: %.1f transactions/s, %d conflicts%n",
        terminals, all.committed() / (double) seconds, all.conflicts);
    for (Warehouse.Kind kind : Warehouse.Kind.values()) {
      print("  " + kind, all.of(kind));
    }
    print("  attempts that lost", all.lost());
    return all.of(Warehouse.Kind.NEW_ORDER);
  }

  private static Tally terminal(Sessions cluster, Random dice, long end) throws SQLException {
    Tally tally = new Tally();
    try (Connection session = cluster.open()) {
      session.setAutoCommit(false);
      Warehouse warehouse = new Warehouse(session, dice);
      while (System.nanoTime() < end) {
        Warehouse.Kind kind = Warehouse.Kind.any(dice);
        long start = System.nanoTime();
        boolean done = false;
        while (!done) {
          long attempt = System.nanoTime();
          try {
            warehouse.run(kind);
            done = true;
          } catch (SQLException e) {
            if (!"40001".equals(e.getSQLState())) {
              throw e;
            }
            tally.conflicts++;
            tally.lost.add(System.nanoTime() - attempt);
          }
        }
        tally.add(kind, System.nanoTime() - start);
      }
    }
    return tally;
  }

  /** The results of terminals. */
  private static final class Tally {
    private final Map<Warehouse.Kind, List<Long>> nanos = new EnumMap<>(Warehouse.Kind.class);
    private final List<Long> lost = new ArrayList<>();
    private int conflicts;

    void add(Warehouse.Kind kind, long taken) {
      times(kind).add(taken);
    }

    private List<Long> times(Warehouse.Kind kind) {
      return nanos.computeIfAbsent(kind, unused -> new ArrayList<>());
    }

    void add(Tally other) {
      other.nanos.forEach((kind, times) -> times(kind).addAll(times));
      lost.addAll(other.lost);
      conflicts += other.conflicts;
    }

    int committed() {
      return nanos.values().stream().mapToInt(List::size).sum();
    }

    long[] of(Warehouse.Kind kind) {
      return times(kind).stream().mapToLong(x -> x).toArray();
    }

    long[] lost() {
      return lost.stream().mapToLong(x -> x).toArray();
    }
  }

  // ---- figures

  private static long nanos(Connection session, String... statements) throws SQLException {
    long start = System.nanoTime();
    Sessions.execute(session, statements);
    return System.nanoTime() - start;
  }

  private static void ratio(String what, long[] nanos, long[] alone) {
    print(what, nanos);
    print("  the same alone", alone);
    System.out.printf("%s: ratio %.2f%n", what, median(nanos) / (double) median(alone));
  }

  private static long median(long[] nanos) {
    Arrays.sort(nanos);
    return nanos[nanos.length / 2];
  }

  private static void print(String what, long[] nanos) {
    if (nanos.length == 0) {
      return;
    }
    long median = median(nanos);
    System.out.printf(
        "%-58s median %8.2f ms, p99 %8.2f ms (%d)%n",
        what, median / 1e6, nanos[nanos.length * 99 / 100] / 1e6, nanos.length);
  }
}
