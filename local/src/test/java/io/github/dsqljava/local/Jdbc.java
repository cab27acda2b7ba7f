package io.github.dsqljava.local;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;

/** Plain pgjdbc against a local cluster. */
final class Jdbc {
  private Jdbc() {}

  static Connection connect(DsqlLocal cluster, String user, String... properties)
      throws SQLException {
    Properties all = new Properties();
    all.setProperty("user", user);
    all.setProperty("password", cluster.token(user));
    all.setProperty("socketFactory", LoopbackSocketFactory.class.getName());
    all.setProperty("sslmode", "verify-full");
    all.setProperty("sslrootcert", cluster.caFile().toString());
    for (String property : properties) {
      String[] pair = property.split("=", 2);
      all.setProperty(pair[0], pair[1]);
    }
    return DriverManager.getConnection(
        "jdbc:postgresql://" + cluster.clusterHost() + ":" + cluster.port() + "/postgres", all);
  }

  static void execute(Connection connection, String... statements) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      for (String sql : statements) {
        statement.execute(sql);
      }
    }
  }

  /** The same with what a program does that is told that others have changed the schema. */
  static void executeAgain(Connection connection, String... statements) throws SQLException {
    for (String sql : statements) {
      for (int attempt = 1; ; attempt++) {
        try {
          execute(connection, sql);
          break;
        } catch (SQLException e) {
          if (attempt == 1000 || !"40001".equals(e.getSQLState())) {
            throw e;
          }
        }
      }
    }
  }

  /** First column of all rows. */
  static List<String> column(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(sql)) {
      List<String> values = new ArrayList<>();
      while (rows.next()) {
        values.add(rows.getString(1));
      }
      return values;
    }
  }

  static String value(Connection connection, String sql) throws SQLException {
    List<String> values = column(connection, sql);
    if (values.size() != 1) {
      throw new AssertionError(sql + " gave " + values);
    }
    return values.get(0);
  }

  /** Waits for all jobs that are open; the cluster's clock has to move. */
  static void awaitJobs(Connection connection) throws SQLException {
    for (String job :
        column(
            connection,
            "SELECT job_id FROM sys.jobs WHERE status IN ('submitted', 'processing')")) {
      execute(connection, "CALL sys.wait_for_job('" + job + "')");
    }
  }

  /** A role that the default principal may log in as, with a schema of its own. */
  static void createMappedRole(DsqlLocal cluster, String role) throws SQLException {
    try (Connection admin = connect(cluster, "admin")) {
      execute(
          admin,
          "CREATE ROLE " + role + " WITH LOGIN",
          "AWS IAM GRANT " + role + " TO '" + cluster.principal().arn() + "'",
          "CREATE SCHEMA " + role + "_schema",
          "GRANT USAGE, CREATE ON SCHEMA " + role + "_schema TO " + role);
    }
  }
}
