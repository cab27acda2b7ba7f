package io.github.dsqljava.clients;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.dsqljava.local.DsqlLocal;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * AWS's JDBC connector as it is, in a JVM of its own: it gets the environment of the cluster, the
 * JDK's properties and settings that pgjdbc documents.
 */
class AwsJdbcTest {

  /** The PEM file serves pgjdbc's own factory, which this version of the connector leaves alone. */
  @ParameterizedTest
  @ValueSource(strings = {"sslrootcert", "trust store"})
  void connector_logsInByItself_andRunsTransactions(String trust) throws Exception {
    try (DsqlLocal cluster = DsqlLocal.builder().record(true).start()) {
      Map<String, String> environment = cluster.environment();
      List<String> command = new ArrayList<>();
      command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
      command.add("-Djdk.net.hosts.file=" + environment.get("CLUSTER_HOSTS_FILE"));
      String parameters = "&sslmode=verify-full";
      if (trust.equals("sslrootcert")) {
        parameters += "&sslrootcert=" + environment.get("CLUSTER_CA_FILE");
      } else {
        parameters += "&sslfactory=org.postgresql.ssl.DefaultJavaSSLFactory";
        command.add("-Djavax.net.ssl.trustStore=" + environment.get("CLUSTER_TRUST_STORE"));
        command.add(
            "-Djavax.net.ssl.trustStorePassword="
                + environment.get("CLUSTER_TRUST_STORE_PASSWORD"));
      }
      command.addAll(
          List.of("-cp", System.getProperty("java.class.path"), Program.class.getName()));
      command.add(parameters);
      assertThat(Child.run(cluster, Map.of(), command)).contains("I am admin", "total 20");
      assertThat(cluster.record().conflicts()).isNotEmpty();
      assertThat(cluster.record().refusedLogins()).isEmpty();
    }
  }

  /** What it says on localhost, so that docs/clients.md stays true. */
  @Test
  void connector_onLocalhost_findsNoRegion() {
    assertThatThrownBy(
            () -> DriverManager.getConnection("jdbc:aws-dsql:postgresql://localhost/?user=admin"))
        .isInstanceOf(SQLException.class)
        .hasStackTraceContaining("region");
  }

  /** In a JVM of its own. */
  static final class Program {
    public static void main(String[] arguments) throws Exception {
      Map<String, String> environment = System.getenv();
      String url =
          "jdbc:aws-dsql:postgresql://"
              + environment.get("CLUSTER_HOST")
              + ":"
              + environment.get("CLUSTER_PORT")
              + "/postgres?user=admin"
              + arguments[0];
      try (Connection connection = DriverManager.getConnection(url)) {
        System.out.println("I am " + value(connection, "SELECT current_user"));
        execute(connection, "CREATE TABLE counter (id int PRIMARY KEY, value int)");
        again(() -> execute(connection, "INSERT INTO counter VALUES (1, 0)"));
      }
      List<Thread> threads = new ArrayList<>();
      for (int i = 0; i < 2; i++) {
        Thread thread = new Thread(() -> count(url));
        thread.start();
        threads.add(thread);
      }
      for (Thread thread : threads) {
        thread.join();
      }
      try (Connection first = DriverManager.getConnection(url);
          Connection second = DriverManager.getConnection(url)) {
        first.setAutoCommit(false);
        execute(first, "UPDATE counter SET value = -1");
        execute(second, "UPDATE counter SET value = value");
        try {
          first.commit();
          throw new IllegalStateException("no conflict");
        } catch (SQLException e) {
          if (!"40001".equals(e.getSQLState())) {
            throw e;
          }
        }
        System.out.println("total " + value(second, "SELECT value FROM counter"));
      }
    }

    private static void count(String url) {
      try (Connection connection = DriverManager.getConnection(url)) {
        connection.setAutoCommit(false);
        for (int i = 0; i < 10; i++) {
          again(
              () -> {
                try {
                  execute(connection, "UPDATE counter SET value = value + 1 WHERE id = 1");
                  connection.commit();
                } catch (SQLException e) {
                  connection.rollback();
                  throw e;
                }
              });
        }
      } catch (SQLException e) {
        throw new IllegalStateException(e);
      }
    }

    private interface Work {
      void run() throws SQLException;
    }

    private static void again(Work work) throws SQLException {
      for (int attempt = 1; ; attempt++) {
        try {
          work.run();
          return;
        } catch (SQLException e) {
          if (attempt == 100 || !"40001".equals(e.getSQLState())) {
            throw e;
          }
        }
      }
    }

    private static void execute(Connection connection, String sql) throws SQLException {
      try (Statement statement = connection.createStatement()) {
        statement.execute(sql);
      }
    }

    private static String value(Connection connection, String sql) throws SQLException {
      try (Statement statement = connection.createStatement();
          ResultSet rows = statement.executeQuery(sql)) {
        rows.next();
        return rows.getString(1);
      }
    }
  }
}
