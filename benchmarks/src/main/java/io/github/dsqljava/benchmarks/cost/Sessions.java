package io.github.dsqljava.benchmarks.cost;

import io.github.dsqljava.local.DsqlLocal;
import io.github.dsqljava.local.LoopbackSocketFactory;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Properties;

/** Opens sessions of one server with pgjdbc, over TLS. */
interface Sessions {
  Connection open() throws SQLException;

  static Sessions of(DsqlLocal cluster) {
    return () ->
        connect(
            cluster.clusterHost(),
            cluster.port(),
            cluster.caFile(),
            "admin",
            cluster.token("admin"));
  }

  static Connection connect(String host, int port, Path caFile, String user, String password)
      throws SQLException {
    Properties properties = new Properties();
    properties.setProperty("user", user);
    properties.setProperty("password", password);
    properties.setProperty("sslmode", "verify-full");
    properties.setProperty("sslrootcert", caFile.toString());
    properties.setProperty("socketFactory", LoopbackSocketFactory.class.getName());
    return DriverManager.getConnection(
        "jdbc:postgresql://" + host + ":" + port + "/postgres", properties);
  }

  static void execute(Connection session, String... statements) throws SQLException {
    try (Statement statement = session.createStatement()) {
      for (String sql : statements) {
        statement.execute(sql);
      }
    }
  }

  static String value(Connection session, String sql) throws SQLException {
    try (Statement statement = session.createStatement();
        ResultSet rows = statement.executeQuery(sql)) {
      if (!rows.next()) {
        throw new SQLException("no row: " + sql);
      }
      return rows.getString(1);
    }
  }
}
