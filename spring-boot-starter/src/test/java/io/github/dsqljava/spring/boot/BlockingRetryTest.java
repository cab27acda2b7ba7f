package io.github.dsqljava.spring.boot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.dsqljava.CommitOutcomeUnknownException;
import io.github.dsqljava.RetriesExhaustedException;
import io.github.dsqljava.spring.transaction.ConflictRetry;
import io.github.dsqljava.spring.transaction.RetryConflicts;
import io.github.dsqljava.testsupport.FaultRelay.Direction;
import java.io.IOException;
import java.sql.SQLException;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.dao.ConcurrencyFailureException;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.annotation.Propagation;
import org.springframework.transaction.annotation.Transactional;
import org.springframework.transaction.support.TransactionOperations;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Blocking transactions with pgjdbc and HikariCP, in a whole application without a pool of ours.
 */
class BlockingRetryTest {

  private static Counted counted;
  private static ConfigurableApplicationContext context;
  private static Counters counters;

  @BeforeAll
  static void start() {
    counted = new Counted();
    context =
        Contexts.builder(Counters.class, Outer.class)
            .run(
                "--spring.datasource.url=" + counted.jdbcUrl(),
                "--spring.datasource.username=admin",
                "--spring.datasource.password=" + counted.cluster.token("admin"),
                "--spring.main.banner-mode=off",
                "--spring.datasource.hikari.maximum-pool-size=3",
                "--spring.datasource.hikari.minimum-idle=0",
                "--dsql.retry.max-attempts=4",
                // Both of ours stay away: nothing names a cluster for them.
                "--spring.autoconfigure.exclude="
                    + DsqlR2dbcAutoConfiguration.class.getName()
                    + ","
                    + DsqlVertxAutoConfiguration.class.getName()
                    + ",org.springframework.boot.r2dbc.autoconfigure.R2dbcAutoConfiguration");
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
  void method_runsAgainAfterAConflict_andIsCounted() {
    double before = Contexts.retries(context, "conflict");
    assertThat(counters.increment(counted.conflicts(2))).isEqualTo(201);
    assertThat(counted.value()).isEqualTo(201);
    assertThat(counted.attempts).hasValue(3);
    assertThat(Contexts.retries(context, "conflict") - before).isEqualTo(2);
  }

  @Test
  void methodThatGivesAFuture_isBlockingAllTheSame() {
    CompletableFuture<Integer> future = counters.future(counted.conflicts(1));
    assertThat(future).as("the transaction has ended on this thread").isCompletedWithValue(101);
    assertThat(counted.attempts).hasValue(2);
    Outer outer = context.getBean(Outer.class);
    assertThatThrownBy(() -> outer.futureWithoutRetry(counted.conflicts(1)))
        .isInstanceOf(ConcurrencyFailureException.class);
    assertThat(counted.attempts)
        .as("nothing inside the caller's transaction runs again")
        .hasValue(3);
  }

  @Test
  void template_runsAgain() {
    TransactionOperations retrying =
        context
            .getBean(ConflictRetry.class)
            .around(new TransactionTemplate(context.getBean(PlatformTransactionManager.class)));
    Runnable once = counted.conflicts(1);
    assertThat(retrying.<Integer>execute(status -> counters.work(once))).isEqualTo(101);
    assertThat(counted.attempts).hasValue(2);
  }

  @Test
  void attemptsInAll_areThoseOfThePolicy() {
    assertThatThrownBy(() -> counters.increment(counted.conflicts(10)))
        .isInstanceOf(RetriesExhaustedException.class)
        .hasCauseInstanceOf(ConcurrencyFailureException.class);
    assertThat(counted.attempts).hasValue(4);
  }

  @Test
  void nestedMethod_isNotRunAgainByItself() {
    Outer outer = context.getBean(Outer.class);
    assertThatThrownBy(() -> outer.withoutRetry(counted.conflicts(1)))
        .isInstanceOf(ConcurrencyFailureException.class);
    assertThat(counted.attempts).hasValue(1);
    assertThat(outer.withRetry(counted.conflicts(1))).isEqualTo(201);
    assertThat(counted.attempts).hasValue(3);
  }

  @Test
  void transactionOfItsOwnInside_isRunAgain() {
    assertThat(context.getBean(Outer.class).withOwnInside(counted.conflicts(1))).isEqualTo(101);
    assertThat(counted.attempts).hasValue(2);
  }

  @Test
  void transactionInside_thatIsCommitted_doesNotKeepTheOuterOneFromRunningAgain() {
    assertThat(context.getBean(Outer.class).ownInsideThenConflict(counted.conflicts(1)))
        .isEqualTo(101);
    assertThat(counted.attempts).hasValue(2);
  }

  @Test
  void lostAnswerToCommit_isOurException_andNotTriedAgain() {
    Runnable cut = () -> counted.cut(Direction.SERVER_TO_CLIENT);
    assertThatThrownBy(() -> counters.incrementThen(cut))
        .isInstanceOf(CommitOutcomeUnknownException.class);
    assertThat(counted.attempts).hasValue(1);
    assertThat(counted.value()).as("the server has committed").isEqualTo(1);
  }

  /** The rollback of the outer one fails, and its failure takes the place of the doubt. */
  @Test
  void lostAnswerToCommitInside_andTheConnectionOutsideToo_isSaid_andNothingIsRunAgain() {
    Runnable cutBoth = Counted.times(1, counted::cutBoth); // at the answer, and at ROLLBACK
    int before = counted.relay.strikes();
    assertThatThrownBy(() -> context.getBean(Outer.class).ownInsideBehindAStatement(cutBoth))
        .isInstanceOf(CommitOutcomeUnknownException.class);
    assertThat(counted.relay.strikes() - before).as("both are lost").isEqualTo(2);
    assertThat(counted.attempts).hasValue(1);
    assertThat(counted.value()).as("the server has committed once").isEqualTo(1);
  }

  @Test
  void lostAnswerToCommit_ofAnIdempotentMethod_isTriedAgain() {
    Runnable cut = Counted.times(1, () -> counted.cut(Direction.SERVER_TO_CLIENT));
    assertThat(counters.setToSeven(cut)).isEqualTo(1);
    assertThat(counted.attempts).hasValue(2);
    assertThat(counted.value()).isEqualTo(7);
  }

  @Test
  void connectionLostBeforeCommit_isTriedAgain() {
    Runnable cut = Counted.times(1, () -> counted.cut(Direction.CLIENT_TO_SERVER));
    assertThat(counters.increment(cut)).isEqualTo(1);
    assertThat(counted.attempts).hasValue(2);
    assertThat(counted.value()).isEqualTo(1);
  }

  @Test
  void failureBehindTheCommit_isNotTriedAgain() {
    // By Spring's rules a checked exception commits.
    assertThatThrownBy(() -> counters.committedAndFailed())
        .isInstanceOf(IOException.class)
        .hasRootCauseMessage("conflict of another database");
    assertThat(counted.attempts).hasValue(1);
    assertThat(counted.value()).isEqualTo(1);
  }

  @Test
  void otherFailure_isPassedOn_andRunOnce() {
    assertThatThrownBy(
            () ->
                counters.increment(
                    () -> {
                      throw new IllegalStateException("mine");
                    }))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("mine");
    assertThat(counted.attempts).hasValue(1);
  }

  @Test
  void interruptedPause_endsTheTransaction() {
    Thread.currentThread().interrupt();
    try {
      assertThatThrownBy(() -> counters.failWith("40001"))
          .hasRootCauseInstanceOf(SQLException.class);
      assertThat(Thread.interrupted()).isTrue();
    } finally {
      Thread.interrupted();
    }
  }

  static class Counters {
    private final JdbcTemplate jdbc;

    Counters(JdbcTemplate jdbc) {
      this.jdbc = jdbc;
    }

    Integer work(Runnable between) {
      counted.attempts.incrementAndGet();
      int value = jdbc.queryForObject("SELECT value FROM counters WHERE id = 1", Integer.class);
      between.run();
      jdbc.update("UPDATE counters SET value = ? WHERE id = 1", value + 1);
      return value + 1;
    }

    @Transactional
    @RetryConflicts
    public Integer increment(Runnable between) {
      return work(between);
    }

    @Transactional
    @RetryConflicts
    public CompletableFuture<Integer> future(Runnable between) {
      return CompletableFuture.completedFuture(work(between));
    }

    @Transactional(propagation = Propagation.REQUIRES_NEW)
    @RetryConflicts
    public Integer incrementAlone(Runnable between) {
      return work(between);
    }

    @Transactional(propagation = Propagation.REQUIRES_NEW)
    @RetryConflicts
    public Integer incrementAloneThen(Runnable then) {
      Integer value = work(() -> {});
      then.run();
      return value;
    }

    public int read(int id) {
      return jdbc.queryForObject("SELECT value FROM counters WHERE id = ?", Integer.class, id);
    }

    @Transactional(propagation = Propagation.REQUIRES_NEW)
    public void elsewhere() {
      jdbc.update("INSERT INTO counters VALUES (2, 0) ON CONFLICT (id) DO NOTHING");
    }

    @Transactional
    @RetryConflicts
    public Integer incrementThen(Runnable then) {
      Integer value = work(() -> {});
      then.run();
      return value;
    }

    @Transactional
    @RetryConflicts(idempotent = true)
    public int setToSeven(Runnable then) {
      counted.attempts.incrementAndGet();
      int changed = jdbc.update("UPDATE counters SET value = 7 WHERE id = 1");
      then.run();
      return changed;
    }

    @Transactional
    @RetryConflicts
    public void committedAndFailed() throws IOException {
      work(() -> {});
      throw new IOException("checked", new SQLException("conflict of another database", "40001"));
    }

    @Transactional
    @RetryConflicts
    public void failWith(String sqlState) {
      counted.attempts.incrementAndGet();
      throw new IllegalStateException(new SQLException("refused", sqlState));
    }
  }

  static class Outer {
    private final Counters counters;

    Outer(Counters counters) {
      this.counters = counters;
    }

    @Transactional
    public Integer withoutRetry(Runnable between) {
      return counters.increment(between);
    }

    @Transactional
    public CompletableFuture<Integer> futureWithoutRetry(Runnable between) {
      return counters.future(between);
    }

    @Transactional
    @RetryConflicts
    public Integer withRetry(Runnable between) {
      return counters.increment(between);
    }

    @Transactional
    public Integer withOwnInside(Runnable between) {
      return counters.incrementAlone(between);
    }

    @Transactional
    @RetryConflicts
    public Integer ownInsideBehindAStatement(Runnable then) {
      return counters.read(2) + counters.incrementAloneThen(then);
    }

    @Transactional
    @RetryConflicts
    public Integer ownInsideThenConflict(Runnable between) {
      counters.elsewhere();
      return counters.work(between);
    }
  }
}
