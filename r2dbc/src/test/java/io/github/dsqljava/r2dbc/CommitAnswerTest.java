package io.github.dsqljava.r2dbc;

import static io.github.dsqljava.r2dbc.LocalCluster.await;
import static io.github.dsqljava.r2dbc.LocalCluster.execute;
import static io.github.dsqljava.r2dbc.LocalCluster.failure;
import static io.github.dsqljava.r2dbc.LocalCluster.value;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.dsqljava.CommitOutcomeUnknownException;
import io.github.dsqljava.ConnectionLostException;
import io.github.dsqljava.StatementOutcomeUnknownException;
import io.github.dsqljava.TransactionRolledBackException;
import io.github.dsqljava.local.CommitConflict;
import io.github.dsqljava.local.DsqlLocal;
import io.github.dsqljava.testsupport.FaultRelay;
import io.github.dsqljava.testsupport.FaultRelay.Direction;
import io.github.dsqljava.testsupport.FaultRelay.Fault;
import io.r2dbc.postgresql.api.PostgresqlConnection;
import io.r2dbc.spi.R2dbcException;
import io.r2dbc.spi.R2dbcNonTransientResourceException;
import io.r2dbc.spi.R2dbcRollbackException;
import io.r2dbc.spi.R2dbcTransientResourceException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import reactor.core.Disposable;
import reactor.core.publisher.Hooks;

/** What is said of a transaction that a program begins and commits by R2DBC's own methods. */
class CommitAnswerTest {
  private static DsqlLocal cluster;
  private static FaultRelay relay;
  private static DsqlR2dbc dsql;
  private PostgresqlConnection connection;

  @BeforeAll
  static void start() {
    cluster = DsqlLocal.start();
    relay = FaultRelay.start(cluster.port());
    dsql =
        DsqlR2dbc.of(
            LocalCluster.config(cluster).port(relay.port()).build(),
            R2dbcSettings.builder().maxSize(2).build());
    execute(dsql, "CREATE TABLE item (id int PRIMARY KEY, n int)");
  }

  @AfterAll
  static void stop() {
    await(dsql.close());
    relay.close();
    cluster.close();
  }

  @BeforeEach
  void begin() {
    execute(dsql, "DELETE FROM item");
    execute(dsql, "INSERT INTO item VALUES (0, 0)");
    connection = await(dsql.create());
    await(connection.beginTransaction());
  }

  @AfterEach
  void end() {
    relay.disarm();
    await(connection.close());
    assertThat(dsql.stats().leased()).isZero();
  }

  private static void cut(Direction direction) {
    var unused = relay.armNext(new Fault.Cut(), direction);
  }

  private static long items() {
    return Long.parseLong(value(dsql, "SELECT count(*) FROM item"));
  }

  @Test
  void lostAnswer_isUnknown_andSoIsTheRollbackBehindIt() {
    await(execute(connection, "INSERT INTO item VALUES (1, 1)"));
    cut(Direction.SERVER_TO_CLIENT);
    Throwable commit = failure(connection.commitTransaction());
    assertThat(commit)
        .isInstanceOf(R2dbcNonTransientResourceException.class)
        .hasCauseInstanceOf(CommitOutcomeUnknownException.class);
    assertThat(((R2dbcException) commit).getSqlState()).isEqualTo("08007");
    assertThat(failure(connection.rollbackTransaction())).isSameAs(commit);
    assertThat(items()).as("the server has committed").isEqualTo(2);
  }

  /** At Reactor's hook for what nobody is left to hear, and at the next use of the connection. */
  @Test
  void cancelledCommit_whoseAnswerIsLost_saysItsDoubt() {
    CompletableFuture<Throwable> dropped = new CompletableFuture<>();
    FaultRelay own = FaultRelay.start(cluster.port());
    DsqlR2dbc relayed = DsqlR2dbc.of(LocalCluster.config(cluster).port(own.port()).build());
    Hooks.onErrorDropped(dropped::complete);
    try {
      PostgresqlConnection other = await(relayed.create());
      await(other.beginTransaction());
      await(execute(other, "INSERT INTO item VALUES (1, 1)"));
      CompletableFuture<FaultRelay.Strike> struck =
          own.armNext(new Fault.Stall(), Direction.SERVER_TO_CLIENT);
      Disposable commit = other.commitTransaction().subscribe();
      struck.orTimeout(60, TimeUnit.SECONDS).join(); // COMMIT is there, and its answer is held
      commit.dispose();
      CompletableFuture<Void> rollback = other.rollbackTransaction().toFuture();
      own.close();
      assertThat(dropped)
          .succeedsWithin(LocalCluster.LIMIT)
          .isInstanceOf(CommitOutcomeUnknownException.class);
      assertThat(rollback)
          .failsWithin(LocalCluster.LIMIT)
          .withThrowableThat()
          .withStackTraceContaining(CommitOutcomeUnknownException.class.getName());
    } finally {
      Hooks.resetOnErrorDropped();
      own.close();
      await(relayed.close(Duration.ZERO));
    }
    assertThat(items()).as("the server has committed").isEqualTo(2);
  }

  /** They say nothing of the COMMIT that it had, or had not, begun with. */
  @Test
  void cancelledCommit_toWhichTheServerHasOnlyLastWords_isInDoubt() {
    int backend = backend();
    await(execute(connection, "INSERT INTO item VALUES (1, 1)"));
    CompletableFuture<FaultRelay.Strike> struck =
        relay.armNext(new Fault.Stall(), Direction.CLIENT_TO_SERVER);
    Disposable commit = connection.commitTransaction().subscribe();
    struck.orTimeout(60, TimeUnit.SECONDS).join(); // COMMIT has left
    commit.dispose();
    CompletableFuture<Long> next = execute(connection, "INSERT INTO item VALUES (2, 2)").toFuture();
    assertThat(cluster.faults().killBackend(backend)).isTrue();
    assertThat(next)
        .failsWithin(LocalCluster.LIMIT)
        .withThrowableThat()
        .withStackTraceContaining(CommitOutcomeUnknownException.class.getName())
        .withStackTraceContaining("the server answered");
    assertThat(failure(connection.rollbackTransaction()))
        .hasCauseInstanceOf(CommitOutcomeUnknownException.class);
  }

  private int backend() {
    return Integer.parseInt(
        String.valueOf(await(LocalCluster.select(connection, "SELECT pg_backend_pid()").last())));
  }

  @Test
  void cancelledCommit_whoseAnswerComes_hasNoDoubt() {
    await(execute(connection, "INSERT INTO item VALUES (1, 1)"));
    List<Throwable> dropped = new CopyOnWriteArrayList<>();
    Hooks.onErrorDropped(dropped::add);
    try {
      CompletableFuture<FaultRelay.Strike> struck =
          relay.armNext(new Fault.Stall(), Direction.SERVER_TO_CLIENT);
      Disposable commit = connection.commitTransaction().subscribe();
      struck.orTimeout(60, TimeUnit.SECONDS).join();
      commit.dispose();
      relay.resume();
      await(connection.close()); // waits for the answer
    } finally {
      Hooks.resetOnErrorDropped();
    }
    assertThat(dropped).isEmpty();
    assertThat(items()).isEqualTo(2);
  }

  /** As with a timeout: a program that took it for rolled back would run it again. */
  @Test
  void rollbackBehindACancelledCommit_thatTheServerCarriedOut_saysSo() {
    await(execute(connection, "INSERT INTO item VALUES (1, 1)"));
    CompletableFuture<Void> rollback = cancelCommitAndRollBack();
    assertThat(rollback)
        .failsWithin(LocalCluster.LIMIT)
        .withThrowableThat()
        .withCauseInstanceOf(R2dbcNonTransientResourceException.class)
        .withMessageContaining("is committed and cannot be rolled back");
    assertThat(items()).isEqualTo(2);
    await(connection.beginTransaction());
    await(execute(connection, "INSERT INTO item VALUES (2, 2)"));
    await(connection.rollbackTransaction());
    assertThat(items()).as("the next transaction is its own").isEqualTo(2);
  }

  @Test
  void rollbackBehindACancelledCommit_ofWhichTheServerKnowsNothing_isInDoubt() {
    await(execute(connection, "INSERT INTO item VALUES (1, 1)"));
    cluster.faults().unavailableAtCommit(1, /* committed= */ true);
    assertThat(cancelCommitAndRollBack())
        .failsWithin(LocalCluster.LIMIT)
        .withThrowableThat()
        .withStackTraceContaining(CommitOutcomeUnknownException.class.getName());
    assertThat(items()).as("the server has committed").isEqualTo(2);
  }

  @Test
  void rollbackBehindACancelledCommit_thatWasRefused_succeeds() {
    await(execute(connection, "INSERT INTO item VALUES (1, 1)"));
    cluster.faults().conflictCommits(1, CommitConflict.DATA);
    assertThat(cancelCommitAndRollBack()).succeedsWithin(LocalCluster.LIMIT);
    assertThat(items()).isEqualTo(1);
  }

  private CompletableFuture<Void> cancelCommitAndRollBack() {
    Hooks.onErrorDropped(doubt -> {}); // tested above
    try {
      CompletableFuture<FaultRelay.Strike> struck =
          relay.armNext(new Fault.Stall(), Direction.SERVER_TO_CLIENT);
      Disposable commit = connection.commitTransaction().subscribe();
      struck.orTimeout(60, TimeUnit.SECONDS).join(); // its answer is held
      commit.dispose();
      CompletableFuture<Void> rollback = connection.rollbackTransaction().toFuture();
      relay.resume();
      LocalCluster.until("it has an answer", rollback::isDone);
      return rollback;
    } finally {
      Hooks.resetOnErrorDropped();
    }
  }

  @Test
  void connectionLostBefore_leavesNothing_andSaysSo() {
    await(execute(connection, "INSERT INTO item VALUES (1, 1)"));
    cut(Direction.CLIENT_TO_SERVER);
    Throwable lost = failure(execute(connection, "INSERT INTO item VALUES (2, 2)"));
    assertThat(lost)
        .isInstanceOf(R2dbcTransientResourceException.class)
        .hasCauseInstanceOf(ConnectionLostException.class);
    assertThat(failure(connection.commitTransaction()))
        .as("a COMMIT that never left")
        .hasCauseInstanceOf(ConnectionLostException.class);
    assertThat(items()).isEqualTo(1);
  }

  /** The driver sends none, and nothing is left of it in what follows. */
  @Test
  void commitWithoutATransaction_leavesNoDoubtBehind() {
    await(connection.rollbackTransaction());
    await(connection.commitTransaction());
    await(execute(connection, "BEGIN"));
    await(execute(connection, "INSERT INTO item VALUES (1, 1)"));
    cut(Direction.SERVER_TO_CLIENT);
    assertThat(failure(execute(connection, "INSERT INTO item VALUES (2, 2)")))
        .hasCauseInstanceOf(ConnectionLostException.class);
  }

  @Test
  void commitWithoutATransaction_beforeAStatementByItself_leavesNoDoubtOfACommit() {
    await(connection.rollbackTransaction());
    await(connection.commitTransaction());
    cut(Direction.SERVER_TO_CLIENT);
    assertThat(failure(execute(connection, "INSERT INTO item VALUES (1, 1)")))
        .hasCauseInstanceOf(StatementOutcomeUnknownException.class);
  }

  @Test
  void ownCommitAsAStatement_isNotCalledHarmless() {
    await(execute(connection, "INSERT INTO item VALUES (1, 1)"));
    cut(Direction.SERVER_TO_CLIENT);
    assertThat(failure(execute(connection, "COMMIT")))
        .isInstanceOf(R2dbcException.class)
        .hasNoCause();
  }

  @Test
  void commitAnsweredByRollback_namesTheFirstError() {
    assertThat(failure(execute(connection, "SELECT 1 / 0"))).isInstanceOf(R2dbcException.class);
    Throwable rolledBack = failure(connection.commitTransaction());
    assertThat(rolledBack)
        .isInstanceOf(R2dbcRollbackException.class)
        .hasCauseInstanceOf(TransactionRolledBackException.class);
    assertThat(((R2dbcException) rolledBack).getSqlState()).isEqualTo("22012");
  }

  @Test
  void conflict_isTheDrivers_andTheNextTransactionOfTheConnectionIsItsOwn() {
    await(execute(connection, "UPDATE item SET n = n + 1 WHERE id = 0"));
    execute(dsql, "UPDATE item SET n = 100 WHERE id = 0");
    Throwable conflict = failure(connection.commitTransaction());
    assertThat(conflict).isInstanceOf(R2dbcRollbackException.class);
    assertThat(((R2dbcException) conflict).getSqlState()).isEqualTo("40001");
    await(connection.beginTransaction());
    await(execute(connection, "UPDATE item SET n = n + 1 WHERE id = 0"));
    cut(Direction.CLIENT_TO_SERVER);
    assertThat(failure(execute(connection, "UPDATE item SET n = n + 1 WHERE id = 0")))
        .as("COMMIT of the first transaction is not that of the second")
        .hasCauseInstanceOf(ConnectionLostException.class);
  }
}
