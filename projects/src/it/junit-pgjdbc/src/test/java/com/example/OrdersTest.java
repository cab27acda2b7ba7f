package com.example;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.github.dsqljava.junit.DsqlLocalTest;
import java.sql.Connection;
import java.sql.SQLException;
import org.junit.jupiter.api.Test;

@DsqlLocalTest
class OrdersTest {
  @Test
  void order_isStored(Connection connection) throws SQLException {
    connection.createStatement().execute("CREATE TABLE orders (id int PRIMARY KEY)");
    assertEquals(1, connection.createStatement().executeUpdate("INSERT INTO orders VALUES (1)"));
  }
}
