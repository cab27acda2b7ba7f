package io.github.dsqljava.benchmarks.cost;

import io.github.dsqljava.local.DsqlLocal;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * Measures the cost of optimistic concurrency: transactions without a conflict, compared with
 * PostgreSQL alone, and the time that a conflict takes. For the figures and the command see
 * docs/concurrency.md.
 */
public final class Contention {
  private Contention() {}

  /** Runs; takes about a minute. Arguments are ignored. */
  public static void main(String[] arguments) throws Exception {
    try (DsqlLocal started = DsqlLocal.start();
        PlainPostgres plain = PlainPostgres.like(started)) {
      Sessions cluster = Sessions.of(started);
      for (Sessions each : List.of(cluster, plain)) {
        try (Connection admin = each.open()) {
          Sessions.execute(
              admin,
              "CREATE TABLE b (id int PRIMARY KEY, v int)",
              "INSERT INTO b SELECT i, 0 FROM generate_series(1, 1000) i");
        }
      }
      for (int clients : new int[] {1, 4}) {
        compare(cluster, plain, clients);
      }
      contended(cluster, 1);
      contended(cluster, 1000);
      crossed(cluster, "UPDATE b SET v = v + 1 WHERE id = %d");
      crossed(cluster, "SELECT v FROM b WHERE id = %d FOR UPDATE");
      hotRow(cluster, 64, 10);
    }
  }

  /**
   * Runs BEGIN, SELECT, UPDATE, COMMIT on own rows, alternating so that both see the same noise.
   */
  private static void compare(Sessions cluster, Sessions plain, int clients)
      throws SQLException, InterruptedException, ExecutionException {
    List<Double> ratios = new ArrayList<>();
    long[] with = new long[0];
    long[] without = new long[0];
    for (int round = 0; round < 21; round++) {
      with = disjoint(cluster, clients);
      without = disjoint(plain, clients);
      if (round > 0) { // the first one warms up
        // The fastest tenth is free of disturbance by other programs on the machine.
        ratios.add(with[with.length / 10] / (double) without[without.length / 10]);
      }
    }
    ratios.sort(null);
    print(clients + " clients, rows of their own, dsql-local", with);
    print(clients + " clients, rows of their own, PostgreSQL", without);
    System.out.printf(
        "%d clients: ratio of the first deciles %.3f (%.3f to %.3f)%n",
        clients, ratios.get(ratios.size() / 2), ratios.get(0), ratios.get(ratios.size() - 1));
  }

  private static long[] disjoint(Sessions cluster, int clients)
      throws SQLException, InterruptedException, ExecutionException {
    ExecutorService threads = Executors.newFixedThreadPool(clients);
    List<Future<long[]>> running = new ArrayList<>();
    for (int c = 0; c < clients; c++) {
      int id = 1 + c;
      running.add(threads.submit(() -> transactions(cluster, id)));
    }
    List<Long> all = new ArrayList<>();
    for (Future<long[]> client : running) {
      Arrays.stream(client.get()).forEach(all::add);
    }
    threads.shutdown();
    return all.stream().mapToLong(x -> x).sorted().toArray();
  }

  private static long[] transactions(Sessions cluster, int id) throws SQLException {
    long[] nanos = new long[600];
    try (Connection session = cluster.open()) {
      for (int i = 0; i < nanos.length; i++) {
        long start = System.nanoTime();
        Sessions.execute(
            session,
            "BEGIN",
            "SELECT v FROM b WHERE id = " + id,
            "UPDATE b SET v = v + 1 WHERE id = " + id,
            "COMMIT");
        nanos[i] = System.nanoTime() - start;
      }
    }
    return nanos;
  }

  /** Times the statement that meets a lock, and the loser's last three statements. */
  private static void contended(Sessions cluster, int rows) throws SQLException {
    try (Connection admin = cluster.open()) {
      Sessions.execute(
          admin,
          "DROP TABLE IF EXISTS c",
          "CREATE TABLE c (id int PRIMARY KEY, v int)",
          "INSERT INTO c SELECT i, 0 FROM generate_series(1, " + rows + ") i");
    }
    // Opened after the DDL, because an older session would first get a schema conflict (OC001).
    try (Connection a = cluster.open();
        Connection b = cluster.open()) {
      long[] meet = new long[150];
      long[] lose = new long[meet.length];
      long[] next = new long[meet.length];
      long[] overwritten = new long[meet.length];
      for (int i = 0; i < meet.length; i++) {
        Sessions.execute(a, "BEGIN", "UPDATE c SET v = v + 1 WHERE id = 1");
        Sessions.execute(b, "BEGIN");
        long start = System.nanoTime();
        Sessions.execute(b, "UPDATE c SET v = v + 1 WHERE id = 1");
        meet[i] = System.nanoTime() - start;
        Sessions.execute(b, "COMMIT");
        start = System.nanoTime();
        Sessions.execute(a, "UPDATE c SET v = v + 1 WHERE id = 1");
        next[i] = System.nanoTime() - start;
        start = System.nanoTime();
        expectConflict(a);
        lose[i] = System.nanoTime() - start;
        Sessions.execute(a, "BEGIN", "SELECT 1 FROM c WHERE id = 1");
        Sessions.execute(b, "UPDATE c SET v = v + 1 WHERE id = 1");
        start = System.nanoTime();
        Sessions.execute(a, "UPDATE c SET v = v + 1 WHERE id = 1");
        overwritten[i] = System.nanoTime() - start;
        expectConflict(a);
      }
      print(rows + " rows: statement that meets a lock", meet);
      print(rows + " rows: first statement on shadows", next);
      print(rows + " rows: commit that loses", lose);
      print(rows + " rows: statement that meets an overwritten row", overwritten);
    }
  }

  /** Two transactions want each other's row at the same time. */
  private static void crossed(Sessions cluster, String statement)
      throws SQLException, InterruptedException, ExecutionException {
    ExecutorService threads = Executors.newFixedThreadPool(2);
    List<Long> nanos = new ArrayList<>();
    try (Connection a = cluster.open();
        Connection b = cluster.open()) {
      for (int i = 0; i < 150; i++) {
        Sessions.execute(a, "BEGIN", statement.formatted(1));
        Sessions.execute(b, "BEGIN", statement.formatted(2));
        Future<Long> first = threads.submit(() -> timed(a, statement.formatted(2)));
        Future<Long> second = threads.submit(() -> timed(b, statement.formatted(1)));
        nanos.add(first.get());
        nanos.add(second.get());
        Sessions.execute(a, "COMMIT");
        expectConflict(b);
      }
    } finally {
      threads.shutdown();
    }
    print("crossed: " + statement, nanos.stream().mapToLong(x -> x).toArray());
  }

  private static long timed(Connection session, String statement) throws SQLException {
    long start = System.nanoTime();
    Sessions.execute(session, statement);
    return System.nanoTime() - start;
  }

  private static void expectConflict(Connection session) throws SQLException {
    try {
      Sessions.execute(session, "COMMIT");
      throw new AssertionError("no conflict");
    } catch (SQLException e) {
      if (!"40001".equals(e.getSQLState())) {
        throw e;
      }
    }
  }

  private static void hotRow(Sessions cluster, int clients, int seconds)
      throws SQLException, InterruptedException, ExecutionException {
    try (Connection admin = cluster.open()) {
      Sessions.execute(admin, "UPDATE b SET v = 0 WHERE id = 1");
      AtomicLong acknowledged = new AtomicLong();
      AtomicLong conflicts = new AtomicLong();
      long end = System.nanoTime() + seconds * 1_000_000_000L;
      ExecutorService threads = Executors.newFixedThreadPool(clients);
      CountDownLatch ready = new CountDownLatch(clients);
      List<Future<?>> running = new ArrayList<>();
      for (int i = 0; i < clients; i++) {
        running.add(
            threads.submit(
                () -> {
                  try (Connection session = cluster.open()) {
                    ready.countDown();
                    ready.await();
                    while (System.nanoTime() < end) {
                      increment(session, acknowledged, conflicts, end);
                    }
                  }
                  return null;
                }));
      }
      for (Future<?> client : running) {
        client.get();
      }
      threads.shutdown();
      System.out.printf(
          "hot row, %d clients: %.0f commits/s, %.1f conflicts for each, value %s of %d%n",
          clients,
          acknowledged.get() / (double) seconds,
          conflicts.get() / (double) Math.max(1, acknowledged.get()),
          Sessions.value(admin, "SELECT v FROM b WHERE id = 1"),
          acknowledged.get());
    }
  }

  private static void increment(
      Connection session, AtomicLong acknowledged, AtomicLong conflicts, long end)
      throws SQLException {
    for (int attempt = 0; System.nanoTime() < end; attempt++) {
      try (Statement statement = session.createStatement()) {
        statement.execute("BEGIN");
        statement.execute("UPDATE b SET v = v + 1 WHERE id = 1");
        statement.execute("COMMIT");
        acknowledged.incrementAndGet();
        return;
      } catch (SQLException e) {
        if (!"40001".equals(e.getSQLState())) {
          throw e;
        }
        conflicts.incrementAndGet();
        long limit = 10_000_000L << Math.min(attempt, 8);
        LockSupport.parkNanos(ThreadLocalRandom.current().nextLong(limit / 2, limit));
      }
    }
  }

  private static void print(String what, long[] nanos) {
    Arrays.sort(nanos);
    System.out.printf(
        "%-55s median %7.0f us, p99 %7.0f us, longest %7.0f us%n",
        what,
        nanos[nanos.length / 2] / 1e3,
        nanos[nanos.length * 99 / 100] / 1e3,
        nanos[nanos.length - 1] / 1e3);
  }
}
