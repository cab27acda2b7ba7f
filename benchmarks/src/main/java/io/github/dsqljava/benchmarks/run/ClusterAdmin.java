package io.github.dsqljava.benchmarks.run;

import io.github.dsqljava.benchmarks.cluster.Addresses;
import io.github.dsqljava.benchmarks.cluster.Target;
import io.github.dsqljava.benchmarks.peer.BenchmarkCase;
import io.github.dsqljava.benchmarks.peer.Statements;
import io.github.dsqljava.local.LoopbackSocketFactory;
import io.github.dsqljava.spi.TokenSource;
import java.sql.Connection;
import java.sql.Driver;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Arrays;
import java.util.List;
import java.util.Properties;

/** Makes the tables and looks into them, past the relays. Used by one thread. */
public final class ClusterAdmin implements AutoCloseable {
  private static final int ROUND_TRIPS = 200;
  private static final Driver DRIVER = new org.postgresql.Driver();

  private final Addresses addresses;
  private final TokenSource tokens;
  private final Connection connection;

  /** Connects. */
  public ClusterAdmin(Addresses addresses) throws SQLException {
    this.addresses = addresses;
    this.tokens = TokenSource.of(addresses.target().config(addresses.directPort()));
    this.connection = connect(addresses.directPort());
  }

  private Connection connect(int port) throws SQLException {
    Target target = addresses.target();
    Properties properties = new Properties();
    properties.setProperty("user", Target.USER);
    properties.setProperty("password", tokens.token().join().value());
    properties.setProperty("sslmode", "verify-full");
    properties.setProperty("sslNegotiation", "direct");
    properties.setProperty("sslrootcert", target.caFile().toString());
    properties.setProperty("socketFactory", LoopbackSocketFactory.class.getName());
    String url = "jdbc:postgresql://" + target.clusterHost() + ":" + port + "/" + Target.DATABASE;
    return DRIVER.connect(url, properties);
  }

  /** Makes and fills all tables. */
  public void createTables() throws SQLException {
    int callers =
        Arrays.stream(BenchmarkCase.values()).mapToInt(BenchmarkCase::callers).max().orElse(1);
    execute(Statements.schema());
    execute(Statements.points());
    execute(Statements.accounts(callers));
    emptyTables();
  }

  /** Makes the tables that cases fill anew. */
  public void emptyTables() throws SQLException {
    execute(Statements.emptyTables());
  }

  /** The only value of a query. */
  public long value(String query) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(query)) {
      rows.next();
      return rows.getLong(1);
    }
  }

  /** The median time of a statement that does nothing, through a relay, in nanoseconds. */
  long roundTrip(int port) throws SQLException {
    try (Connection relayed = connect(port);
        Statement statement = relayed.createStatement()) {
      long[] times = new long[ROUND_TRIPS];
      for (int i = 0; i < times.length; i++) {
        long begin = System.nanoTime();
        statement.execute("SELECT 1");
        times[i] = System.nanoTime() - begin;
      }
      Arrays.sort(times);
      return times[times.length / 2];
    }
  }

  private void execute(List<String> statements) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      for (String sql : statements) {
        statement.execute(sql);
      }
    }
  }

  /** Disconnects. */
  @Override
  public void close() throws SQLException {
    tokens.close();
    connection.close();
  }
}
