package io.github.dsqljava.spring.boot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.dsqljava.CommitOutcomeUnknownException;
import io.github.dsqljava.spring.transaction.RetryConflicts;
import io.github.dsqljava.testsupport.FaultRelay.Direction;
import java.time.Duration;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.NoUniqueBeanDefinitionException;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.r2dbc.core.DatabaseClient;
import org.springframework.transaction.annotation.Transactional;
import reactor.core.publisher.Mono;

/** One program with R2DBC and JDBC: each method says whose transaction it has. */
class BothKindsOfManagersTest {
  private static final Duration LIMIT = Duration.ofSeconds(60);

  private static Counted counted;
  private static ConfigurableApplicationContext context;
  private static Counters counters;

  @BeforeAll
  static void start() {
    counted = new Counted();
    context =
        Contexts.start(
            Contexts.app(counted.cluster, Jdbc.class, Counters.class),
            counted.cluster,
            counted.relay.port());
    counters = context.getBean(Counters.class);
  }

  @AfterAll
  static void stop() {
    context.close();
    counted.close();
  }

  @BeforeEach
  void reset() {
    counted.reset();
  }

  @Test
  void reactiveMethod_runsAgain() {
    assertThat(counters.reactive(counted.conflicts(1)).block(LIMIT)).isEqualTo(1);
    assertThat(counted.attempts).hasValue(2);
    assertThat(counted.value()).isEqualTo(101);
  }

  @Test
  void blockingMethod_runsAgain() {
    assertThat(counters.blocking(counted.conflicts(1))).isEqualTo(1);
    assertThat(counted.attempts).hasValue(2);
    assertThat(counted.value()).isEqualTo(101);
  }

  @Test
  void lostAnswerToCommit_isOurs_withBoth() {
    Runnable cut = () -> counted.cut(Direction.SERVER_TO_CLIENT);
    assertThatThrownBy(() -> counters.reactive(cut).block(LIMIT))
        .isInstanceOf(CommitOutcomeUnknownException.class);
    counted.relay.disarm();
    assertThatThrownBy(() -> counters.blocking(cut))
        .isInstanceOf(CommitOutcomeUnknownException.class);
    assertThat(counted.attempts).hasValue(2);
  }

  @Test
  void methodThatNamesNone_isSpringsError_whichNamesBoth() {
    assertThatThrownBy(() -> counters.ofAny().block(LIMIT))
        .isInstanceOf(NoUniqueBeanDefinitionException.class)
        .hasMessageContaining("connectionFactoryTransactionManager")
        .hasMessageContaining("jdbcTransactions");
  }

  static class Jdbc {
    @Bean
    JdbcTransactionManager jdbcTransactions() {
      DataSource dataSource = counted.dataSource();
      return new JdbcTransactionManager(dataSource);
    }
  }

  static class Counters {
    private final DatabaseClient client;
    private final JdbcTemplate jdbc;

    Counters(DatabaseClient client, JdbcTransactionManager manager) {
      this.client = client;
      jdbc = new JdbcTemplate(manager.getDataSource());
    }

    @Transactional("connectionFactoryTransactionManager")
    @RetryConflicts
    public Mono<Long> reactive(Runnable then) {
      return Mono.fromRunnable(counted.attempts::incrementAndGet)
          .then(
              client
                  .sql("UPDATE counters SET value = value + 1 WHERE id = 1")
                  .fetch()
                  .rowsUpdated())
          .doOnNext(changed -> then.run());
    }

    @Transactional("jdbcTransactions")
    @RetryConflicts
    public int blocking(Runnable then) {
      counted.attempts.incrementAndGet();
      int changed = jdbc.update("UPDATE counters SET value = value + 1 WHERE id = 1");
      then.run();
      return changed;
    }

    @Transactional
    @RetryConflicts
    public Mono<Long> ofAny() {
      return Mono.just(1L);
    }
  }
}
