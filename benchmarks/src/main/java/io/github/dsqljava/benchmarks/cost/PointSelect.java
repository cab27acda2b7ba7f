package io.github.dsqljava.benchmarks.cost;

import io.github.dsqljava.local.DsqlLocal;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.postgresql.PGStatement;

/**
 * What a select by key costs through dsql-local, beside the same select on PostgreSQL alone. Both
 * over TLS, with pgjdbc and a prepared statement, as pgbench's {@code -S -M prepared}; the two take
 * turns, and the ratio is that of medians of one round, so that whatever else the machine does
 * concerns both. How to run it: docs/benchmarks.md.
 */
public final class PointSelect {
  private static final int ROWS = 10_000;
  private static final int ROUNDS = 12;
  private static final int WARM_UP = 15;
  private static final int SELECTS = 4_000;
  private static final String SELECT = "SELECT abalance FROM accounts WHERE aid = ?";

  private PointSelect() {}

  /** Runs; takes about a minute. Arguments are ignored. */
  public static void main(String[] arguments) throws Exception {
    try (DsqlLocal cluster = DsqlLocal.start();
        PlainPostgres plain = PlainPostgres.like(cluster)) {
      Sessions through = Sessions.of(cluster);
      fill(plain);
      fill(through);
      for (int clients : new int[] {1, 4, 16}) {
        measure(plain, through, clients);
      }
    }
    System.exit(0);
  }

  private static void fill(Sessions server) throws SQLException {
    try (Connection session = server.open()) {
      Sessions.execute(session, "CREATE TABLE accounts (aid int PRIMARY KEY, abalance int)");
      for (int from = 1; from <= ROWS; from += 2_000) {
        Sessions.execute(
            session,
            "INSERT INTO accounts SELECT i, 0 FROM generate_series("
                + from
                + ", "
                + (from + 1_999)
                + ") i");
      }
      Sessions.execute(session, "ANALYZE accounts");
    }
  }

  /** Medians of one round, in nanoseconds. */
  private record Round(double direct, double through) {
    double ratio() {
      return through / direct;
    }
  }

  private static void measure(Sessions plain, Sessions cluster, int clients)
      throws SQLException, InterruptedException, ExecutionException {
    List<Round> rounds = new ArrayList<>();
    List<Connection> direct = new ArrayList<>();
    List<Connection> through = new ArrayList<>();
    ExecutorService threads = Executors.newFixedThreadPool(clients);
    try {
      for (int i = 0; i < clients; i++) {
        direct.add(plain.open());
        through.add(cluster.open());
      }
      for (int i = 0; i < WARM_UP + ROUNDS; i++) {
        Round round = new Round(median(threads, direct), median(threads, through));
        if (i >= WARM_UP) {
          rounds.add(round);
        }
      }
    } finally {
      threads.shutdownNow();
      for (Connection connection : direct) {
        connection.close();
      }
      for (Connection connection : through) {
        connection.close();
      }
    }
    print(clients, rounds);
  }

  private static double median(ExecutorService threads, List<Connection> connections)
      throws InterruptedException, ExecutionException {
    List<Callable<long[]>> tasks = new ArrayList<>();
    for (Connection connection : connections) {
      tasks.add(() -> selects(connection, SELECTS / connections.size()));
    }
    List<long[]> parts = new ArrayList<>();
    for (Future<long[]> part : threads.invokeAll(tasks)) {
      parts.add(part.get());
    }
    long[] all = parts.stream().flatMapToLong(Arrays::stream).sorted().toArray();
    return all[all.length / 2];
  }

  private static long[] selects(Connection connection, int count) throws SQLException {
    long[] nanos = new long[count];
    try (PreparedStatement select = connection.prepareStatement(SELECT)) {
      select.unwrap(PGStatement.class).setPrepareThreshold(1);
      for (int i = 0; i < count; i++) {
        long begin = System.nanoTime();
        select.setInt(1, 1 + (i * 7919) % ROWS);
        try (ResultSet rows = select.executeQuery()) {
          if (!rows.next()) {
            throw new IllegalStateException("no row");
          }
        }
        nanos[i] = System.nanoTime() - begin;
      }
    }
    return nanos;
  }

  private static void print(int clients, List<Round> rounds) {
    double[] ratios = rounds.stream().mapToDouble(Round::ratio).sorted().toArray();
    double direct = rounds.stream().mapToDouble(Round::direct).sorted().toArray()[ROUNDS / 2];
    double through = rounds.stream().mapToDouble(Round::through).sorted().toArray()[ROUNDS / 2];
    System.out.printf(
        Locale.ROOT,
        "%2d clients: PostgreSQL %.1f us, dsql-local %.1f us, ratio %.2f (%.2f to %.2f)%n",
        clients,
        direct / 1e3,
        through / 1e3,
        ratios[ROUNDS / 2],
        ratios[0],
        ratios[ROUNDS - 1]);
  }
}
