package io.github.dsqljava.local;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Properties;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * What a select by key costs through dsql-local, beside the same select on the PostgreSQL behind
 * it. Both over TLS, with pgjdbc and a prepared statement, as pgbench's {@code -S -M prepared}; the
 * two take turns, and the ratio is that of medians of one round, so that whatever else the machine
 * does concerns both.
 *
 * <p>In dsql-local's package for the one setting that opens PostgreSQL itself. How to run it:
 * docs/benchmarks.md.
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
    int directPort = freePort();
    try (DsqlLocal cluster = DsqlLocal.builder().directPort(directPort).start()) {
      fill(cluster);
      for (int clients : new int[] {1, 4, 16}) {
        measure(cluster, directPort, clients);
      }
    }
    System.exit(0);
  }

  private static int freePort() throws Exception {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  private static void fill(DsqlLocal cluster) throws SQLException {
    try (Connection connection = connect(cluster, cluster.port(), cluster.token("admin"));
        Statement statement = connection.createStatement()) {
      statement.execute("CREATE TABLE accounts (aid int PRIMARY KEY, abalance int)");
      for (int from = 1; from <= ROWS; from += 2_000) {
        statement.execute(
            "INSERT INTO accounts SELECT i, 0 FROM generate_series("
                + from
                + ", "
                + (from + 1_999)
                + ") i");
      }
      statement.execute("ANALYZE accounts");
    }
  }

  private static Connection connect(DsqlLocal cluster, int port, String password)
      throws SQLException {
    Properties properties = new Properties();
    properties.setProperty("user", "admin");
    properties.setProperty("password", password);
    properties.setProperty("sslmode", "verify-full");
    properties.setProperty("sslrootcert", cluster.caFile().toString());
    properties.setProperty("socketFactory", LoopbackSocketFactory.class.getName());
    properties.setProperty("prepareThreshold", "1");
    return DriverManager.getConnection(
        "jdbc:postgresql://" + cluster.clusterHost() + ":" + port + "/postgres", properties);
  }

  /** Medians of one round, in nanoseconds. */
  private record Round(double direct, double through) {
    double ratio() {
      return through / direct;
    }
  }

  private static void measure(DsqlLocal cluster, int directPort, int clients)
      throws SQLException, InterruptedException, ExecutionException {
    List<Round> rounds = new ArrayList<>();
    List<Connection> direct = new ArrayList<>();
    List<Connection> through = new ArrayList<>();
    ExecutorService threads = Executors.newFixedThreadPool(clients);
    try {
      for (int i = 0; i < clients; i++) {
        direct.add(connect(cluster, directPort, ""));
        through.add(connect(cluster, cluster.port(), cluster.token("admin")));
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
