package io.github.dsqljava.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.dsqljava.local.limits.Limit;
import io.github.dsqljava.local.limits.Limits;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

/** How many connections there may be, how fast they may come, and how old they may get. */
class ConnectionLimitsTest {
  private static final Instant NOW = Instant.parse("2026-11-23T00:00:00Z");

  @Test
  void aConnectionEndsAfterAnHour() throws Exception {
    try (DsqlLocal cluster = DsqlLocal.start();
        Connection old = Jdbc.connect(cluster, "admin")) {
      cluster.advanceTime(Duration.ofMinutes(59));
      try (Connection young = Jdbc.connect(cluster, "admin")) {
        Jdbc.execute(old, "SELECT 1");
        cluster.advanceTime(Duration.ofMinutes(2));
        Eventually.holds("one connection is left", () -> cluster.openConnections() == 1);
        assertThatThrownBy(() -> Jdbc.execute(old, "SELECT 1"))
            .isInstanceOfSatisfying(
                SQLException.class, e -> assertThat(e.getSQLState()).startsWith("08"));
        Jdbc.execute(young, "SELECT 1");
      }
    }
  }

  @Test
  void timeThatCannotBe_isRefusedAndHurtsNobody() throws Exception {
    try (DsqlLocal cluster = DsqlLocal.start()) {
      for (Duration impossible :
          new Duration[] {Duration.ofSeconds(Long.MAX_VALUE), Duration.ofNanos(-1)}) {
        assertThatThrownBy(() -> cluster.advanceTime(impossible))
            .isInstanceOf(IllegalArgumentException.class)
            .hasMessageContaining(impossible.toString());
      }
      try (Connection connection = Jdbc.connect(cluster, "admin")) {
        Jdbc.execute(connection, "BEGIN", "SELECT 1", "COMMIT");
      }
    }
  }

  @Test
  void tooManyAndTooFast() throws Exception {
    Limits limits =
        Limits.builder()
            .limit(Limit.CONNECTIONS, 2)
            .limit(Limit.CONNECTION_BURST, 4)
            .limit(Limit.CONNECTIONS_PER_SECOND, 1)
            .build();
    try (DsqlLocal cluster = DsqlLocal.builder().clock(() -> NOW).limits(limits).start();
        Connection first = Jdbc.connect(cluster, "admin")) {
      Connection second = Jdbc.connect(cluster, "admin");
      assertRefused(cluster, "53300", "Unable to accept connection, too many open connections.");
      second.close();
      Eventually.holds("one connection is left", () -> cluster.openConnections() == 1);
      Jdbc.connect(cluster, "admin").close();
      Eventually.holds("one connection is left", () -> cluster.openConnections() == 1);
      Jdbc.connect(cluster, "admin").close();
      assertRefused(cluster, "53400", "Unable to accept connection, rate exceeded.");
      cluster.advanceTime(Duration.ofSeconds(1));
      Eventually.holds("one connection is left", () -> cluster.openConnections() == 1);
      Jdbc.connect(cluster, "admin").close();
      assertRefused(cluster, "53400", "Unable to accept connection, rate exceeded.");
      Jdbc.execute(first, "SELECT 1");
    }
  }

  private static void assertRefused(DsqlLocal cluster, String sqlState, String message) {
    assertThatThrownBy(() -> Jdbc.connect(cluster, "admin").close())
        .isInstanceOfSatisfying(
            SQLException.class,
            e -> {
              assertThat(e.getSQLState()).isEqualTo(sqlState);
              assertThat(e.getMessage()).isEqualTo("FATAL: " + message);
            });
  }
}
