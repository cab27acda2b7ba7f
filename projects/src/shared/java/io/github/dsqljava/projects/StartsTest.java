package io.github.dsqljava.projects;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.dsqljava.local.DsqlLocal;
import io.github.dsqljava.local.LoopbackSocketFactory;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.Statement;
import java.util.Properties;
import org.junit.jupiter.api.Test;

/** dsql-local in a project that has a Netty of its own, or none. */
class StartsTest {
  @Test
  void cluster_starts_andRunsAStatement() throws Exception {
    try (DsqlLocal cluster = DsqlLocal.start()) {
      Properties properties = new Properties();
      properties.setProperty("user", "admin");
      properties.setProperty("password", cluster.token("admin"));
      properties.setProperty("sslmode", "verify-full");
      properties.setProperty("sslrootcert", cluster.caFile().toString());
      properties.setProperty("socketFactory", LoopbackSocketFactory.class.getName());
      String url = "jdbc:postgresql://" + cluster.clusterHost() + ":" + cluster.port() + "/postgres";
      try (Connection connection = DriverManager.getConnection(url, properties);
          Statement statement = connection.createStatement();
          ResultSet rows = statement.executeQuery("SELECT version()")) {
        assertTrue(rows.next());
        assertTrue(rows.getString(1).startsWith("PostgreSQL 16"), rows.getString(1));
      }
    }
  }

  @Test
  void netty_isTheOneOfTheProject() throws Exception {
    assertEquals(System.getProperty("expected.netty"), netty());
  }

  /** Its first two numbers, as a library would find them out. */
  private static String netty() throws Exception {
    Class<?> version;
    try {
      version = Class.forName("io.netty.util.Version");
    } catch (ClassNotFoundException e) {
      return "none";
    }
    Object all = version.getMethod("identify").invoke(null);
    Object common = ((java.util.Map<?, ?>) all).get("netty-common");
    String number = (String) common.getClass().getMethod("artifactVersion").invoke(common);
    return number.substring(0, number.indexOf('.', number.indexOf('.') + 1));
  }
}
