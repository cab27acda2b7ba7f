package com.example;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.github.dsqljava.junit.DsqlLocalTest;
import io.github.dsqljava.local.DsqlLocal;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import org.junit.jupiter.api.Test;

@DsqlLocalTest(systemProperties = true)
class OrdersTest {
  @Test
  void order_isStored(DsqlLocal cluster) throws SQLException {
    try (Connection connection = DriverManager.getConnection(cluster.awsJdbcUrl())) {
      connection.createStatement().execute("CREATE TABLE orders (id int PRIMARY KEY)");
      assertEquals(1, connection.createStatement().executeUpdate("INSERT INTO orders VALUES (1)"));
    }
  }
}
