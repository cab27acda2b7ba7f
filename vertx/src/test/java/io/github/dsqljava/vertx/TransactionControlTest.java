package io.github.dsqljava.vertx;

import static io.github.dsqljava.vertx.LocalCluster.await;
import static io.github.dsqljava.vertx.LocalCluster.config;
import static io.github.dsqljava.vertx.LocalCluster.execute;
import static io.github.dsqljava.vertx.LocalCluster.failure;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.dsqljava.CommitOutcomeUnknownException;
import io.github.dsqljava.NestedTransactionException;
import io.github.dsqljava.RetryKind;
import io.github.dsqljava.StatementOutcomeUnknownException;
import io.github.dsqljava.local.CommitConflict;
import io.github.dsqljava.local.DsqlLocal;
import io.github.dsqljava.pool.PoolListener;
import io.github.dsqljava.retry.TransactionOptions;
import io.github.dsqljava.testsupport.FaultRelay;
import io.vertx.core.Future;
import io.vertx.pgclient.PgException;
import io.vertx.sqlclient.SqlConnection;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is reported is what happened, whatever statements a function sends. */
@SuppressWarnings({"NullAway.Init", "InterruptedExceptionSwallowed"})
class TransactionControlTest {
  private static DsqlLocal cluster;
  private DsqlConnector connector;
  private DsqlPool pool;
  private final AtomicInteger calls = new AtomicInteger();
  private final Queue<RetryKind> retries = new ConcurrentLinkedQueue<>();

  @BeforeAll
  static void start() throws Exception {
    cluster = DsqlLocal.start();
    DsqlConnector setup = DsqlConnector.create(config(cluster).build());
    SqlConnection connection = await(setup.connect());
    execute(connection, "CREATE TABLE counter (value int PRIMARY KEY, note text)");
    await(setup.close());
  }

  @AfterAll
  static void stop() {
    cluster.close();
  }

  @BeforeEach
  void open() throws Exception {
    connector = DsqlConnector.create(config(cluster).build());
    PoolListener listener =
        new PoolListener() {
          @Override
          public void retrying(RetryKind kind, int attempt, Duration delay, Throwable cause) {
            retries.add(kind);
          }
        };
    pool = connector.pool(PoolSettings.builder().maxSize(1).listener(listener).build());
    execute(pool, "DELETE FROM counter");
    execute(pool, "INSERT INTO counter VALUES (0)");
  }

  @AfterEach
  void close() throws Exception {
    cluster.faults().clear();
    await(connector.close());
  }

  private Future<?> add(SqlConnection connection, String rest) {
    calls.incrementAndGet();
    return connection.query("UPDATE counter SET value = value + 1" + rest).execute();
  }

  private String counted() throws Exception {
    return LocalCluster.value(pool, "SELECT value FROM counter");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "; COMMIT; BEGIN",
        "; /* */ end work; start transaction",
        ";COMMIT;BEGIN;SELECT 1",
        "; COMMIT"
      })
  void commitInAString_functionFails_saysThatItEndedTheTransactionItself(String rest)
      throws Exception {
    Future<?> work =
        pool.inTransaction(
            c -> add(c, rest).compose(done -> Future.failedFuture("the function's own")));
    assertThat(failure(work))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("ended the transaction itself")
        .hasRootCauseMessage("the function's own");
    assertThat(counted()).isEqualTo("1");
    assertThat(calls).hasValue(1);
  }

  @Test
  void commitInAString_conflictAtTheRealCommit_isNotRunTwice() throws Exception {
    Future<?> work =
        pool.inTransaction(
            c ->
                add(c, "; COMMIT; BEGIN")
                    .onSuccess(done -> cluster.faults().conflictCommits(1, CommitConflict.DATA)));
    assertThat(failure(work)).hasMessageContaining("ended the transaction itself");
    assertThat(counted()).isEqualTo("1");
    assertThat(calls).hasValue(1);
    assertThat(retries).isEmpty();
  }

  @Test
  void commitInAString_laterStatementLosesAConflict_isNotRunTwice() throws Exception {
    Future<?> work =
        pool.inTransaction(
            c ->
                add(c, "; COMMIT; BEGIN")
                    .onSuccess(done -> cluster.faults().unavailableAtStatement(1))
                    .compose(done -> c.query("SELECT 1").execute()));
    assertThat(failure(work)).hasMessageContaining("ended the transaction itself");
    assertThat(counted()).isEqualTo("1");
    assertThat(retries).isEmpty();
  }

  @Test
  void commitInAString_deadlineAfterIt_isNoTimeoutThatPromisesNothingIsThere() throws Exception {
    Future<?> work =
        pool.inTransaction(
            TransactionOptions.builder().deadline(Duration.ofMillis(400)).build(),
            c ->
                add(c, "; COMMIT; BEGIN")
                    .compose(done -> c.query("SELECT pg_sleep(20)").execute()));
    assertThat(failure(work)).hasMessageContaining("ended the transaction itself");
    assertThat(counted()).isEqualTo("1");
  }

  /** Its answer never comes, so that nobody can tell whether its COMMIT was executed. */
  @Test
  void commitInAString_connectionLostUnderIt_isUnknown() throws Exception {
    Future<?> work =
        pool.inTransaction(
            c -> {
              calls.incrementAndGet();
              return c.query("SELECT 1")
                  .execute()
                  .onSuccess(done -> cluster.faults().cutBeforeCommit(1))
                  .compose(
                      done ->
                          c.query("UPDATE counter SET value = value + 1; COMMIT; BEGIN").execute());
            });
    assertThat(failure(work)).isInstanceOf(CommitOutcomeUnknownException.class);
    assertThat(calls).hasValue(1);
  }

  @Test
  void beginOfItsOwn_isNested() throws Exception {
    List<String> texts = List.of("BEGIN", " start transaction read only", "/* */ BEGIN");
    for (String text : texts) {
      Future<?> work = pool.inTransaction(c -> add(c, "").compose(done -> c.query(text).execute()));
      assertThat(failure(work)).as(text).isInstanceOf(NestedTransactionException.class);
      assertThat(counted()).isEqualTo("0");
    }
  }

  @Test
  void conflictOfAnotherConnection_isNotRunAgain() throws Exception {
    DsqlPool other = connector.pool();
    Function<SqlConnection, Future<?>> inside =
        c ->
            add(c, "")
                .onSuccess(done -> cluster.faults().conflictCommits(1, CommitConflict.DATA))
                .compose(
                    done ->
                        other.withTransaction(
                            o -> o.query("INSERT INTO counter VALUES (7)").execute()));
    Future<?> work = pool.inTransaction(c -> inside.apply(c).map(x -> x));
    assertThat(failure(work))
        .isInstanceOfSatisfying(
            PgException.class, error -> assertThat(error.getSqlState()).isEqualTo("40001"));
    assertThat(calls).hasValue(1);
    assertThat(retries).isEmpty();
    assertThat(counted()).isEqualTo("0");
  }

  // --- statements outside of transactions

  @Test
  void lostStatement_ofPoolOrConnection_isOneTypeThatSaysItMayHaveHappened() throws Exception {
    try (FaultRelay relay = FaultRelay.start(cluster.port())) {
      DsqlConnector relayed = DsqlConnector.create(config(cluster).port(relay.port()).build());
      DsqlPool single = relayed.pool(PoolSettings.builder().maxSize(1).build());
      List<Function<DsqlPool, Future<?>>> statements =
          List.of(
              p -> p.query("UPDATE counter SET note = 'a'").execute(),
              p -> p.preparedQuery("UPDATE counter SET note = 'b'").execute(),
              p ->
                  p.withConnection(
                      c -> c.query("UPDATE counter SET note = 'c'").execute().mapEmpty()));
      for (Function<DsqlPool, Future<?>> statement : statements) {
        for (FaultRelay.Fault fault :
            List.of(
                new FaultRelay.Fault.Cut(),
                new FaultRelay.Fault.Reset(),
                new FaultRelay.Fault.HalfWrite(10))) {
          await(statement.apply(single));
          var unused = relay.armNext(fault, FaultRelay.Direction.SERVER_TO_CLIENT);
          assertThat(failure(statement.apply(single)))
              .as(fault.toString())
              .isInstanceOf(StatementOutcomeUnknownException.class)
              .hasMessageContaining("may or may not have been executed");
        }
      }
      await(relayed.close());
    }
  }
}
