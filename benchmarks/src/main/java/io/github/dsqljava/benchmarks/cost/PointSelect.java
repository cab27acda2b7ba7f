package io.github.dsqljava.benchmarks.cost;

import io.github.dsqljava.local.DsqlLocal;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.postgresql.PGStatement;

/**
 * A select by key through dsql-local and through PgBouncer, beside the same select on PostgreSQL
 * alone. All over TLS, with pgjdbc and a prepared statement, as pgbench's {@code -S -M prepared};
 * they take turns, and a ratio is that of medians of one round, so that other work of the machine
 * concerns all. Without PgBouncer on the machine its column is missing. How to run it:
 * docs/benchmarks.md.
 */
public final class PointSelect {
  private static final int ROWS = 10_000;
  private static final int ROUNDS = 12;
  private static final int WARM_UP = 15;
  private static final int SELECTS = 4_000;
  private static final String SELECT = "SELECT abalance FROM accounts WHERE aid = ?";

  private PointSelect() {}

  /** Runs; takes about two minutes. Arguments are ignored. */
  public static void main(String[] arguments) throws Exception {
    try (DsqlLocal cluster = DsqlLocal.start();
        PlainPostgres plain = PlainPostgres.like(cluster)) {
      Sessions through = Sessions.of(cluster);
      fill(plain);
      fill(through);
      Map<String, Sessions> servers = new LinkedHashMap<>();
      servers.put("PostgreSQL", plain);
      servers.put("dsql-local", through);
      Optional<Path> program = PgBouncer.program();
      if (program.isPresent()) {
        try (PgBouncer bouncer = PgBouncer.before(plain, program.get())) {
          servers.put("PgBouncer", bouncer);
          measure(servers);
        }
      } else {
        System.out.println("PgBouncer is not installed, so it is not measured");
        measure(servers);
      }
    }
    System.exit(0);
  }

  private static void measure(Map<String, Sessions> servers)
      throws SQLException, InterruptedException, ExecutionException {
    for (int clients : new int[] {1, 4, 16}) {
      measure(servers, clients);
    }
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

  /** One server's part: its connections, and the median of each round in nanoseconds. */
  private record Part(String server, List<Connection> connections, List<Double> medians) {
    static Part open(String name, Sessions server, int clients) throws SQLException {
      Part part = new Part(name, new ArrayList<>(), new ArrayList<>());
      for (int i = 0; i < clients; i++) {
        part.connections.add(server.open());
      }
      return part;
    }
  }

  private static void measure(Map<String, Sessions> servers, int clients)
      throws SQLException, InterruptedException, ExecutionException {
    List<Part> parts = new ArrayList<>();
    ExecutorService threads = Executors.newFixedThreadPool(clients);
    try {
      for (Map.Entry<String, Sessions> server : servers.entrySet()) {
        parts.add(Part.open(server.getKey(), server.getValue(), clients));
      }
      for (int i = 0; i < WARM_UP + ROUNDS; i++) {
        for (Part part : parts) {
          double median = median(threads, part.connections());
          if (i >= WARM_UP) {
            part.medians().add(median);
          }
        }
      }
    } finally {
      threads.shutdownNow();
      for (Part part : parts) {
        for (Connection connection : part.connections()) {
          connection.close();
        }
      }
    }
    print(clients, parts);
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

  /** The first part is what the others are compared with. */
  private static void print(int clients, List<Part> parts) {
    StringBuilder line = new StringBuilder();
    line.append(String.format(Locale.ROOT, "%2d clients", clients));
    List<Double> alone = parts.get(0).medians();
    for (Part part : parts) {
      List<Double> rounds = part.medians();
      double[] sorted = rounds.stream().mapToDouble(Double::doubleValue).sorted().toArray();
      line.append(
          String.format(Locale.ROOT, ", %s %.1f us", part.server(), sorted[ROUNDS / 2] / 1e3));
      if (part != parts.get(0)) {
        double[] ratios =
            IntStream.range(0, ROUNDS)
                .mapToDouble(round -> rounds.get(round) / alone.get(round))
                .sorted()
                .toArray();
        line.append(
            String.format(
                Locale.ROOT,
                " (ratio %.2f, %.2f to %.2f)",
                ratios[ROUNDS / 2],
                ratios[0],
                ratios[ROUNDS - 1]));
      }
    }
    System.out.println(line);
  }
}
