package com.example;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.dsqljava.spring.DsqlLocalConnection;
import io.github.dsqljava.spring.DsqlLocalConnection.JdbcDriver;
import javax.sql.DataSource;
import com.zaxxer.hikari.HikariDataSource;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;

@SpringBootTest
@DsqlLocalConnection(driver = JdbcDriver.AWS)
class AwsConnectorTest {
  @Autowired OrderRepository orders;
  @Autowired DataSource source;

  @Test
  void order_isStored_throughAwsConnector() {
    orders.save(new Order("pen"));
    assertEquals(1, orders.findByItem("pen").size());
    String url = ((HikariDataSource) source).getJdbcUrl();
    assertTrue(url.startsWith("jdbc:aws-dsql:"), url);
  }
}
