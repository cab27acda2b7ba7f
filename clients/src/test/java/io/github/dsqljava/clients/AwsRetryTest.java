package io.github.dsqljava.clients;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.zaxxer.hikari.HikariDataSource;
import io.github.dsqljava.CommitOutcomeUnknownException;
import io.github.dsqljava.local.DsqlLocal;
import io.github.dsqljava.spring.transaction.RetryConflicts;
import io.github.dsqljava.testsupport.FaultRelay;
import io.github.dsqljava.testsupport.FaultRelay.Direction;
import io.github.dsqljava.testsupport.FaultRelay.Fault;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.atomic.AtomicInteger;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.transaction.annotation.Transactional;

/** {@code @RetryConflicts} on blocking methods, over AWS's JDBC connector as it is. */
class AwsRetryTest {
  private static final AtomicInteger ATTEMPTS = new AtomicInteger();

  private static DsqlLocal cluster;
  private static FaultRelay relay;
  private static ConfigurableApplicationContext context;
  private static Counters counters;

  @BeforeAll
  static void start() throws SQLException {
    cluster = DsqlLocal.start();
    relay = FaultRelay.start(cluster.port());
    cluster.setSystemProperties(); // where the connector looks for keys
    execute("CREATE TABLE counters (id int PRIMARY KEY, value int NOT NULL)");
    String url = cluster.awsJdbcUrl().replace(":" + cluster.port(), ":" + relay.port());
    context =
        new SpringApplicationBuilder(Application.class)
            .web(WebApplicationType.NONE)
            .run(
                "--spring.main.banner-mode=off",
                "--spring.datasource.url=" + url,
                "--spring.datasource.driver-class-name=software.amazon.dsql.jdbc.DSQLConnector",
                "--spring.datasource.hikari.maximum-pool-size=2",
                "--spring.datasource.hikari.minimum-idle=0");
    counters = context.getBean(Counters.class);
  }

  @AfterAll
  static void stop() {
    context.close();
    relay.close();
    cluster.close();
  }

  @BeforeEach
  void reset() throws SQLException {
    relay.disarm();
    execute("DELETE FROM counters");
    execute("INSERT INTO counters VALUES (1, 0)");
    ATTEMPTS.set(0);
  }

  private static void execute(String sql) throws SQLException {
    try (Connection connection = cluster.dataSource().getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  private interface Harm {
    void harm() throws SQLException;
  }

  /** Harms the first attempt. */
  private static Runnable once(Harm harm) {
    AtomicInteger left = new AtomicInteger(1);
    return () -> {
      if (left.getAndDecrement() > 0) {
        try {
          harm.harm();
        } catch (SQLException e) {
          throw new AssertionError(e);
        }
      }
    };
  }

  private static void cut(Direction direction) {
    var unused = relay.armNext(new Fault.Cut(), direction);
  }

  private static int value() {
    return new JdbcTemplate(cluster.dataSource())
        .queryForObject("SELECT value FROM counters", Integer.class);
  }

  @Test
  void application_isOnAwsConnector() {
    HikariDataSource pool = (HikariDataSource) context.getBean(DataSource.class);
    assertThat(pool.getJdbcUrl()).startsWith("jdbc:aws-dsql:");
    assertThat(counters.add(() -> {})).isEqualTo(1);
  }

  @Test
  void conflict_runsAgain() {
    Runnable conflict = once(() -> execute("UPDATE counters SET value = value + 100"));
    assertThat(counters.add(conflict)).isEqualTo(1);
    assertThat(ATTEMPTS).hasValue(2);
    assertThat(value()).isEqualTo(101);
  }

  @Test
  void connectionLostBeforeCommit_runsAgain() {
    assertThat(counters.addBehind(once(() -> cut(Direction.CLIENT_TO_SERVER)))).isEqualTo(1);
    assertThat(ATTEMPTS).hasValue(2);
    assertThat(value()).isEqualTo(1);
  }

  @Test
  void lostAnswerToCommit_isOurException_andNotRunAgain() {
    assertThatThrownBy(() -> counters.add(() -> cut(Direction.SERVER_TO_CLIENT)))
        .isInstanceOf(CommitOutcomeUnknownException.class);
    assertThat(ATTEMPTS).hasValue(1);
    assertThat(value()).as("the server has committed").isEqualTo(1);
  }

  @SpringBootConfiguration(proxyBeanMethods = false)
  @EnableAutoConfiguration(
      excludeName = {
        "io.github.dsqljava.spring.boot.DsqlR2dbcAutoConfiguration", // for the tests of R2DBC here
        "org.springframework.boot.liquibase.autoconfigure.LiquibaseAutoConfiguration"
      })
  static class Application {
    @Bean
    Counters counters(JdbcTemplate jdbc) {
      return new Counters(jdbc);
    }
  }

  static class Counters {
    private final JdbcTemplate jdbc;

    Counters(JdbcTemplate jdbc) {
      this.jdbc = jdbc;
    }

    @Transactional
    @RetryConflicts
    public int add(Runnable then) {
      ATTEMPTS.incrementAndGet();
      int changed = increment();
      then.run();
      return changed;
    }

    @Transactional
    @RetryConflicts
    public int addBehind(Runnable before) {
      ATTEMPTS.incrementAndGet();
      jdbc.queryForObject("SELECT value FROM counters", Integer.class);
      before.run();
      return increment();
    }

    private int increment() {
      return jdbc.update("UPDATE counters SET value = value + 1");
    }
  }
}
