package io.github.dsqljava.spring.transaction;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.dsqljava.CommitOutcomeUnknownException;
import io.github.dsqljava.local.DsqlLocal;
import io.github.dsqljava.pool.PoolListener;
import io.github.dsqljava.retry.TransactionOptions;
import jakarta.validation.ValidationException;
import java.io.IOException;
import java.sql.SQLException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.dao.ConcurrencyFailureException;
import org.springframework.dao.DataAccessResourceFailureException;
import org.springframework.dao.DataIntegrityViolationException;
import org.springframework.dao.OptimisticLockingFailureException;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.TransactionSystemException;
import org.springframework.transaction.support.DefaultTransactionDefinition;
import org.springframework.transaction.support.DefaultTransactionStatus;
import org.springframework.transaction.support.TransactionCallback;
import org.springframework.transaction.support.TransactionOperations;
import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;
import org.springframework.transaction.support.TransactionTemplate;

/** What fails before, at, behind and inside of a COMMIT, with a manager of Spring's and pgjdbc. */
class CommitProgressTest {
  private static DsqlLocal cluster;
  private static DataSource dataSource;

  private final AtomicInteger attempts = new AtomicInteger();
  private final Manager manager = new Manager(dataSource);
  private final JdbcTemplate jdbc = new JdbcTemplate(dataSource);
  private final TransactionTemplate alone =
      new TransactionTemplate(manager, definition(TransactionDefinition.PROPAGATION_REQUIRES_NEW));
  private final ConflictRetry conflicts =
      ConflictRetry.of(TransactionOptions.defaults(), PoolListener.NONE);
  private final TransactionOperations retrying = conflicts.around(new TransactionTemplate(manager));

  @BeforeAll
  static void start() {
    cluster = DsqlLocal.start();
    dataSource = cluster.dataSource();
    new JdbcTemplate(dataSource)
        .execute("CREATE TABLE counters (id int PRIMARY KEY, value int NOT NULL)");
  }

  @AfterAll
  static void stop() {
    cluster.close();
  }

  @BeforeEach
  void reset() {
    jdbc.update("DELETE FROM counters");
    jdbc.update("INSERT INTO counters VALUES (1, 0), (2, 0)");
  }

  /** Fails at COMMIT as JPA does, which writes there. */
  private static final class Manager extends JdbcTransactionManager {
    private static final long serialVersionUID = 1L;
    private transient @Nullable RuntimeException failure;

    Manager(DataSource dataSource) {
      super(dataSource);
    }

    @Override
    protected void doCommit(DefaultTransactionStatus status) {
      if (failure != null) {
        throw failure;
      }
      super.doCommit(status);
    }
  }

  private static TransactionDefinition definition(int propagation) {
    return new DefaultTransactionDefinition(propagation);
  }

  private int value(int id) {
    return jdbc.queryForObject("SELECT value FROM counters WHERE id = ?", Integer.class, id);
  }

  private void add(int id) {
    jdbc.update("UPDATE counters SET value = value + 1 WHERE id = ?", id);
  }

  /** A transaction for itself, whose COMMIT the server refuses. */
  private void lose() {
    alone.executeWithoutResult(
        status -> {
          add(1);
          other();
        });
  }

  /** On a connection that Spring knows nothing of. */
  private static void other() {
    try (var connection = dataSource.getConnection();
        var statement = connection.createStatement()) {
      statement.execute("UPDATE counters SET value = value + 100 WHERE id = 1");
    } catch (SQLException e) {
      throw new AssertionError(e);
    }
  }

  private void loseAndGoOn() {
    assertThatThrownBy(this::lose).isInstanceOf(ConcurrencyFailureException.class);
  }

  @Test
  void refusedCommitInside_thatTheMethodSwallows_leavesItsOwnFailureAsItIs() {
    IllegalStateException mine = new IllegalStateException("mine");
    assertThatThrownBy(
            () ->
                retrying.executeWithoutResult(
                    status -> {
                      attempts.incrementAndGet();
                      loseAndGoOn();
                      throw mine;
                    }))
        .isSameAs(mine);
    assertThat(attempts).hasValue(1);
  }

  @Test
  void refusedCommitInside_leavesALostConnectionOutside_toBeTriedAgain() {
    retrying.executeWithoutResult(
        status -> {
          loseAndGoOn();
          add(2);
          if (attempts.incrementAndGet() == 1) {
            throw new IllegalStateException(new SQLException("gone", "08006"));
          }
        });
    assertThat(attempts).hasValue(2);
    assertThat(value(2)).isEqualTo(1);
  }

  @Test
  void commitInside_ofWhichTheServerKnewNothing_staysInDoubt() {
    // Such an answer leaves the connection in order.
    SQLException unavailable = new SQLException("ERROR: server unavailable", "XX000");
    assertThatThrownBy(
            () ->
                retrying.executeWithoutResult(
                    status -> {
                      attempts.incrementAndGet();
                      manager.failure = new DataAccessResourceFailureException("", unavailable);
                      try {
                        alone.executeWithoutResult(inside -> add(1));
                      } finally {
                        manager.failure = null;
                      }
                    }))
        .isInstanceOf(CommitOutcomeUnknownException.class);
    assertThat(attempts).hasValue(1);
  }

  @Test
  void conflictBehindTheCommit_isPassedOn_andTheMethodRunOnce() {
    assertThatThrownBy(
            () ->
                retrying.executeWithoutResult(
                    status -> {
                      attempts.incrementAndGet();
                      add(2);
                      TransactionSynchronizationManager.registerSynchronization(
                          new TransactionSynchronization() {
                            @Override
                            public void afterCommit() {
                              lose();
                            }
                          });
                    }))
        .isInstanceOf(ConcurrencyFailureException.class);
    assertThat(attempts).hasValue(1);
    assertThat(value(2)).isEqualTo(1);
  }

  static Stream<RuntimeException> ofTheFlush() {
    return Stream.of(
        new OptimisticLockingFailureException("somebody else was faster"),
        new DataIntegrityViolationException("not-null property references null"),
        new IllegalStateException("PersistenceException of a converter"),
        new TransactionSystemException(
            "Could not commit JPA transaction",
            new IllegalStateException("rolled back", new OptimisticLockingFailureException("old"))),
        new TransactionSystemException(
            "Could not commit JPA transaction",
            new IllegalStateException("rolled back", new ValidationException("too long"))));
  }

  @ParameterizedTest
  @MethodSource("ofTheFlush")
  void failureOfTheFlush_isPassedOn(RuntimeException failure) {
    manager.failure = failure;
    assertThatThrownBy(() -> retrying.executeWithoutResult(status -> attempts.incrementAndGet()))
        .isSameAs(failure);
    assertThat(attempts).hasValue(1);
  }

  static Stream<RuntimeException> ofTheCommit() {
    return Stream.of(
        new TransactionSystemException("JDBC commit failed", new SQLException("broken")),
        new TransactionSystemException("Could not commit JPA transaction"),
        new DataAccessResourceFailureException("the socket is closed"),
        new IllegalStateException(new IOException("Connection reset")),
        new OptimisticLockingFailureException("wrapped", new SQLException("lost", "08006")));
  }

  @ParameterizedTest
  @MethodSource("ofTheCommit")
  void failureThatMayBeOfTheCommit_isUnknown(RuntimeException failure) {
    manager.failure = failure;
    assertThatThrownBy(() -> retrying.executeWithoutResult(status -> attempts.incrementAndGet()))
        .isInstanceOf(CommitOutcomeUnknownException.class)
        .hasCause(failure);
    assertThat(attempts).hasValue(1);
  }

  /** Neither a bean nor that of a template: it tells nobody how far it has come. */
  @Test
  void failureThatMayBeOfTheCommit_ofAManagerThatNobodyKnows_isSprings() {
    Manager unknown = new Manager(dataSource);
    unknown.failure = new DataAccessResourceFailureException("the socket is closed");
    TransactionTemplate template = new TransactionTemplate(unknown);
    TransactionOperations own =
        new TransactionOperations() {
          @Override
          public <T> T execute(TransactionCallback<T> action) {
            return template.execute(action);
          }
        };
    assertThatThrownBy(() -> conflicts.around(own).execute(status -> attempts.incrementAndGet()))
        .isSameAs(unknown.failure);
    assertThat(attempts).hasValue(1);
  }

  @Test
  void templateWithATransactionOfItsOwn_insideAnother_runsAgain() {
    TransactionOperations itself = conflicts.around(alone);
    new TransactionTemplate(manager)
        .executeWithoutResult(
            outer ->
                itself.executeWithoutResult(
                    status -> {
                      add(1);
                      if (attempts.incrementAndGet() == 1) {
                        other();
                      }
                    }));
    assertThat(attempts).hasValue(2);
    assertThat(value(1)).isEqualTo(101);
  }

  @Test
  void template_insideATransaction_leavesItToTheOuterOne() {
    TransactionTemplate outer = new TransactionTemplate(manager);
    assertThatThrownBy(
            () ->
                outer.executeWithoutResult(
                    status ->
                        retrying.executeWithoutResult(
                            inside -> {
                              attempts.incrementAndGet();
                              throw new ConcurrencyFailureException(
                                  "", new SQLException("conflict", "40001"));
                            })))
        .isInstanceOf(ConcurrencyFailureException.class);
    assertThat(attempts).hasValue(1);
  }

  @ParameterizedTest
  @ValueSource(
      ints = {
        TransactionDefinition.PROPAGATION_SUPPORTS,
        TransactionDefinition.PROPAGATION_NOT_SUPPORTED,
        TransactionDefinition.PROPAGATION_NEVER
      })
  void templateWithoutATransaction_isRefused(int propagation) {
    TransactionTemplate template = new TransactionTemplate(manager, definition(propagation));
    assertThatThrownBy(() -> conflicts.around(template))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("begins no transaction of its own")
        .hasMessageContaining("PROPAGATION_");
  }

  @Test
  void operationsWithoutATransaction_areRefused() {
    TransactionOperations without = TransactionOperations.withoutTransaction();
    assertThatThrownBy(() -> conflicts.around(without))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
