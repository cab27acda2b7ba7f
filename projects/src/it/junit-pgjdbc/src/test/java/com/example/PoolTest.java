package com.example;

import static org.junit.jupiter.api.Assertions.assertTrue;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.github.dsqljava.junit.DsqlLocalTest;
import io.github.dsqljava.local.DsqlLocal;
import java.sql.Connection;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;

/** A pool that holds a URL, or the data source. */
@DsqlLocalTest
class PoolTest {
  @Test
  void pool_withTheUrlAlone(DsqlLocal cluster) throws Exception {
    HikariConfig config = new HikariConfig();
    config.setJdbcUrl(cluster.jdbcUrl());
    try (HikariDataSource pool = new HikariDataSource(config);
        Connection connection = pool.getConnection()) {
      assertTrue(connection.isValid(10));
    }
  }

  @Test
  void pool_onTheDataSource(DataSource source) throws Exception {
    HikariConfig config = new HikariConfig();
    config.setDataSource(source);
    try (HikariDataSource pool = new HikariDataSource(config);
        Connection connection = pool.getConnection()) {
      assertTrue(connection.isValid(10));
    }
  }
}
