package com.example;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.github.dsqljava.local.DsqlLocal;
import io.github.dsqljava.spring.DsqlLocalConnection;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.util.ClassUtils;

/** JPA on JDBC, with nothing else of ours: the starter is there for the retries alone. */
@SpringBootTest
@DsqlLocalConnection
class RetryTest {
  @Autowired OrderRepository orders;
  @Autowired Renames renames;
  @Autowired DsqlLocal cluster;

  @Test
  void conflict_runsAgain() {
    orders.save(new Order("ink"));
    AtomicInteger attempts = new AtomicInteger();
    String renamed =
        renames.append(
            "ink",
            " blue",
            () -> {
              if (attempts.getAndIncrement() == 0) {
                update("UPDATE orders SET item = 'ink pot' WHERE item = 'ink'");
              }
            });
    assertEquals("ink pot blue", renamed);
    assertEquals(2, attempts.get());
  }

  private void update(String sql) {
    try (Connection connection = cluster.dataSource().getConnection();
        var statement = connection.createStatement()) {
      statement.execute(sql);
    } catch (SQLException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void nobodyGetsWhatHeDidNotAskFor() {
    for (String type :
        new String[] {
          "reactor.core.publisher.Flux", "io.r2dbc.spi.ConnectionFactory", "io.vertx.core.Vertx"
        }) {
      assertFalse(ClassUtils.isPresent(type, null), type);
    }
  }
}
