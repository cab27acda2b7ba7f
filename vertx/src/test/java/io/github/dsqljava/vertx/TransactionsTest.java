package io.github.dsqljava.vertx;

import static io.github.dsqljava.vertx.LocalCluster.await;
import static io.github.dsqljava.vertx.LocalCluster.config;
import static io.github.dsqljava.vertx.LocalCluster.execute;
import static io.github.dsqljava.vertx.LocalCluster.failure;
import static io.github.dsqljava.vertx.LocalCluster.value;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.dsqljava.CommitOutcomeUnknownException;
import io.github.dsqljava.DsqlException;
import io.github.dsqljava.NestedTransactionException;
import io.github.dsqljava.RetriesExhaustedException;
import io.github.dsqljava.RetryKind;
import io.github.dsqljava.TransactionRolledBackException;
import io.github.dsqljava.TransactionTimeoutException;
import io.github.dsqljava.local.CommitConflict;
import io.github.dsqljava.local.DsqlLocal;
import io.github.dsqljava.pool.PoolListener;
import io.github.dsqljava.retry.RetryPolicy;
import io.github.dsqljava.retry.TransactionOptions;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.pgclient.PgException;
import io.vertx.sqlclient.SqlClient;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** inTransaction: what it commits, what it runs again, and what it says about the rest. */
@SuppressWarnings({"NullAway.Init", "InterruptedExceptionSwallowed"})
class TransactionsTest {
  private static DsqlLocal cluster;
  private DsqlConnector connector;
  private DsqlPool pool;
  private final ConcurrentLinkedQueue<RetryKind> retries = new ConcurrentLinkedQueue<>();
  private final AtomicInteger calls = new AtomicInteger();

  @BeforeAll
  static void start() throws Exception {
    cluster = DsqlLocal.start();
    DsqlConnector setup = DsqlConnector.create(config(cluster).build());
    execute(await(setup.connect()), "CREATE TABLE item (id int PRIMARY KEY, note text)");
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
    pool =
        connector.pool(
            PoolSettings.builder()
                .maxSize(2)
                .listener(listener)
                .retryPolicy(
                    RetryPolicy.builder()
                        .maxAttempts(4)
                        .basePause(Duration.ofMillis(1))
                        .maxPause(Duration.ofMillis(2))
                        .build())
                .build());
    await(pool.query("DELETE FROM item").execute());
  }

  @AfterEach
  void close() throws Exception {
    assertThat(cluster.faults().remaining().total()).as("faults that never happened").isZero();
    assertThat(pool.stats().leased()).as("connections that never came back").isZero();
    await(connector.close());
    LocalCluster.assertNothingOpen(cluster);
  }

  private Future<Integer> insert(SqlClient connection, int id) {
    calls.incrementAndGet();
    return connection
        .preparedQuery("INSERT INTO item VALUES ($1)")
        .execute(Tuple.of(id))
        .map(rows -> rows.rowCount());
  }

  private List<String> ids() throws Exception {
    return LocalCluster.values(pool, "SELECT id FROM item ORDER BY id");
  }

  @Test
  void success_commitsAndGivesTheResult() throws Exception {
    String result =
        await(
            pool.inTransaction(
                connection ->
                    insert(connection, 1).compose(one -> insert(connection, 2)).map("both")));
    assertThat(result).isEqualTo("both");
    assertThat(ids()).containsExactly("1", "2");
    assertThat(retries).isEmpty();
  }

  @Test
  void emptyFunction_sendsNothing() throws Exception {
    Future<Integer> five = pool.inTransaction(connection -> Future.succeededFuture(5));
    assertThat(await(five)).isEqualTo(5);
  }

  @Test
  void nullResult_isAResult() throws Exception {
    Future<Void> done = pool.inTransaction(connection -> insert(connection, 1).mapEmpty());
    assertThat(await(done)).isNull();
    assertThat(ids()).containsExactly("1");
  }

  @Test
  void userError_rollsBackAndIsNotRunAgain() throws Exception {
    IllegalStateException trouble = new IllegalStateException("insufficient funds");
    Future<?> failing =
        pool.inTransaction(
            connection -> insert(connection, 1).compose(done -> Future.failedFuture(trouble)));
    assertThat(failure(failing)).isSameAs(trouble);
    assertThat(calls).hasValue(1);
    assertThat(ids()).isEmpty();
  }

  @Test
  void functionThatThrowsOrReturnsNull_rollsBack() throws Exception {
    Future<?> throwing =
        pool.inTransaction(
            connection -> {
              var unused = insert(connection, 1);
              throw new UnsupportedOperationException("thrown");
            });
    assertThat(failure(throwing)).isInstanceOf(UnsupportedOperationException.class);
    Function<SqlConnection, Future<Void>> careless = connection -> null;
    assertThat(failure(pool.inTransaction(careless)))
        .isInstanceOf(NullPointerException.class)
        .hasMessageContaining("returned null");
    assertThat(ids()).isEmpty();
  }

  @Test
  void serverErrorThatIsNoConflict_unchangedAndNotRunAgain() throws Exception {
    await(pool.inTransaction(connection -> insert(connection, 1)));
    // The text of the key would fool anybody who looks for (OC000) in messages.
    Future<?> duplicate =
        pool.inTransaction(
            connection -> connection.query("INSERT INTO item SELECT 1, '(OC000)'").execute());
    assertThat(failure(duplicate))
        .isInstanceOfSatisfying(
            PgException.class, error -> assertThat(error.getSqlState()).isEqualTo("23505"));
    assertThat(retries).isEmpty();
  }

  @Test
  void errorAtCommitThatIsNoConflict_isTheServersAnswer() throws Exception {
    await(
        pool.query(
                "CREATE TABLE child (id int PRIMARY KEY,"
                    + " parent int REFERENCES item DEFERRABLE INITIALLY DEFERRED)")
            .execute());
    Future<?> orphan =
        pool.inTransaction(
            connection -> connection.query("INSERT INTO child VALUES (1, 99)").execute());
    assertThat(failure(orphan))
        .isInstanceOfSatisfying(
            PgException.class, error -> assertThat(error.getSqlState()).isEqualTo("23503"));
    assertThat(value(pool, "SELECT count(*) FROM child")).isEqualTo("0");
    await(pool.query("DROP TABLE child").execute());
  }

  @Test
  void conflictAtCommit_runAgainOnAnotherLease() throws Exception {
    cluster.faults().conflictCommits(2, CommitConflict.DATA);
    await(pool.inTransaction(connection -> insert(connection, 1)));
    assertThat(calls).hasValue(3);
    assertThat(retries).containsExactly(RetryKind.CONFLICT, RetryKind.CONFLICT);
    assertThat(ids()).containsExactly("1");
    assertThat(pool.stats().acquired()).as("delete, three attempts, select").isEqualTo(5);
  }

  /** What the Javadoc of {@link DsqlPool#withTransaction} warns of. */
  @Test
  void withTransaction_conflictAtCommit_isNotRunAgain() throws Exception {
    cluster.faults().conflictCommits(1, CommitConflict.DATA);
    assertThat(failure(pool.withTransaction(connection -> insert(connection, 1))))
        .isInstanceOfSatisfying(
            PgException.class, error -> assertThat(error.getSqlState()).isEqualTo("40001"));
    assertThat(calls).hasValue(1);
    assertThat(retries).isEmpty();
    assertThat(ids()).isEmpty();
    Future<Void> done = pool.withTransaction(connection -> insert(connection, 1).mapEmpty());
    assertThat(await(done)).isNull();
    assertThat(ids()).containsExactly("1");
  }

  @Test
  void withTransaction_answerToCommitLost_isTheDriversFailure() throws Exception {
    cluster.faults().loseCommitAnswers(1);
    assertThat(failure(pool.withTransaction(connection -> insert(connection, 1))))
        .isNotInstanceOf(DsqlException.class);
    assertThat(calls).hasValue(1);
    assertThat(ids()).as("committed all the same").containsExactly("1");
  }

  @Test
  void staleSchema_runAgainAtOnce() throws Exception {
    cluster.faults().conflictCommits(1, CommitConflict.SCHEMA);
    await(pool.inTransaction(connection -> insert(connection, 1)));
    assertThat(retries).containsExactly(RetryKind.STALE_SCHEMA);
    assertThat(ids()).containsExactly("1");
  }

  @Test
  void realConflict_bothEffectsAreThere() throws Exception {
    await(pool.query("INSERT INTO item VALUES (1, '')").execute());
    Promise<Void> bothHaveRead = Promise.promise();
    AtomicInteger readers = new AtomicInteger();
    Function<SqlConnection, Future<Void>> append =
        connection ->
            connection
                .query("SELECT note FROM item WHERE id = 1")
                .execute()
                .compose(
                    rows -> {
                      if (readers.incrementAndGet() >= 2) {
                        bothHaveRead.tryComplete();
                      }
                      String note = rows.iterator().next().getString(0);
                      return bothHaveRead.future().map(note);
                    })
                .compose(
                    note ->
                        connection
                            .preparedQuery("UPDATE item SET note = $1 WHERE id = 1")
                            .execute(Tuple.of(note + "x")))
                .mapEmpty();
    await(Future.all(pool.inTransaction(append), pool.inTransaction(append)));
    assertThat(value(pool, "SELECT note FROM item")).isEqualTo("xx");
    // Who begins again while the winner's COMMIT is under way meets it once more.
    assertThat(retries).isNotEmpty().containsOnly(RetryKind.CONFLICT);
    assertThat(readers).hasValue(2 + retries.size());
  }

  @Test
  void conflictOfAStatement_wrappedOrSwallowedOrHidden_isFound() throws Exception {
    await(pool.query("INSERT INTO item VALUES (1, '')").execute());
    List<Function<Throwable, Future<Object>>> handlers =
        List.of(
            Future::failedFuture,
            error -> Future.failedFuture(new IllegalStateException("wrapped", error)),
            error -> Future.failedFuture(new IllegalStateException("hidden")),
            error -> Future.succeededFuture("swallowed"));
    SqlConnection rival = await(connector.connect());
    for (Function<Throwable, Future<Object>> handler : handlers) {
      retries.clear();
      AtomicInteger attempts = new AtomicInteger();
      await(
          pool.inTransaction(
              connection ->
                  connection
                      .query("SELECT note FROM item WHERE id = 1")
                      .execute()
                      .compose(
                          read ->
                              attempts.incrementAndGet() == 1
                                  ? rival.query("UPDATE item SET note = 'rival'").execute()
                                  : Future.succeededFuture())
                      .compose(done -> connection.query("UPDATE item SET note = 'mine'").execute())
                      .<Object>map("done")
                      .recover(handler)));
      assertThat(retries).containsExactly(RetryKind.CONFLICT);
      assertThat(value(pool, "SELECT note FROM item")).isEqualTo("mine");
    }
  }

  @Test
  void swallowedErrorThatIsNoConflict_saysWhichOneItWas() throws Exception {
    Future<?> swallowing =
        pool.inTransaction(
            connection ->
                insert(connection, 1)
                    .compose(done -> connection.query("SELECT 1/0").execute())
                    .recover(error -> connection.query("SELECT 1").execute())
                    .otherwiseEmpty());
    Throwable failure = failure(swallowing);
    assertThat(failure).isInstanceOf(TransactionRolledBackException.class);
    assertThat(((PgException) failure.getCause()).getSqlState()).isEqualTo("22012");
    assertThat(ids()).isEmpty();
    assertThat(retries).isEmpty();
  }

  @Test
  void exhausted_carriesCountKindAndTheServersError() throws Exception {
    cluster.faults().conflictCommits(4, CommitConflict.DATA);
    Throwable failure = failure(pool.inTransaction(connection -> insert(connection, 1)));
    assertThat(failure)
        .isInstanceOfSatisfying(
            RetriesExhaustedException.class,
            exhausted -> {
              assertThat(exhausted.attempts()).isEqualTo(4);
              assertThat(exhausted.kind()).isEqualTo(RetryKind.CONFLICT);
              assertThat(((PgException) exhausted.getCause()).getSqlState()).isEqualTo("40001");
            });
    assertThat(ids()).isEmpty();
  }

  @Test
  void retriesOff_theConflictItself() throws Exception {
    cluster.faults().conflictCommits(1, CommitConflict.DATA);
    Future<?> once =
        pool.inTransaction(
            TransactionOptions.builder().retryPolicy(RetryPolicy.off()).build(),
            connection -> insert(connection, 1));
    assertThat(failure(once))
        .isInstanceOfSatisfying(
            PgException.class, error -> assertThat(error.getSqlState()).isEqualTo("40001"));
    assertThat(calls).hasValue(1);
  }

  @Test
  void answerToCommitLost_unknownAndNotRunAgain() throws Exception {
    cluster.faults().loseCommitAnswers(1);
    Throwable failure = failure(pool.inTransaction(connection -> insert(connection, 1)));
    assertThat(failure)
        .isInstanceOf(CommitOutcomeUnknownException.class)
        .hasMessageContaining("may or may not be committed")
        .hasMessageContaining("the connection was lost");
    assertThat(calls).hasValue(1);
    assertThat(ids()).as("it was committed").containsExactly("1");
  }

  @Test
  void serverUnavailableAtCommit_unknownEitherWay() throws Exception {
    for (boolean committed : List.of(true, false)) {
      cluster.faults().unavailableAtCommit(1, committed);
      Throwable failure =
          failure(pool.inTransaction(connection -> insert(connection, committed ? 1 : 2)));
      assertThat(failure)
          .isInstanceOf(CommitOutcomeUnknownException.class)
          .hasMessageContaining("server unavailable");
    }
    assertThat(ids()).containsExactly("1");
    assertThat(calls).hasValue(2);
  }

  @Test
  void idempotent_unknownOutcomeIsRunAgain() throws Exception {
    cluster.faults().loseCommitAnswers(1);
    int changed =
        await(
            pool.inTransaction(
                TransactionOptions.builder().idempotent(true).build(),
                connection ->
                    connection
                        .query("INSERT INTO item VALUES (1) ON CONFLICT DO NOTHING")
                        .execute()
                        .map(rows -> rows.rowCount())));
    assertThat(changed).as("the first attempt had done it").isZero();
    assertThat(retries).containsExactly(RetryKind.UNKNOWN_COMMIT);
    assertThat(ids()).containsExactly("1");
  }

  @Test
  void idempotent_allAttemptsUnknownOrFailed_staysUnknown() throws Exception {
    // Declared idempotent, and it is not: the second attempt meets the row of the first.
    cluster.faults().loseCommitAnswers(1);
    Throwable failure =
        failure(
            pool.inTransaction(
                TransactionOptions.builder().idempotent(true).build(),
                connection -> insert(connection, 1)));
    assertThat(failure).isInstanceOf(CommitOutcomeUnknownException.class);
    assertThat(((PgException) failure.getCause()).getSqlState()).isEqualTo("23505");
    assertThat(((CommitOutcomeUnknownException) failure).attempts()).isEqualTo(2);
  }

  @Test
  void lostBeforeCommitWasPassedOn_isUnknownToTheClient() throws Exception {
    // The client has sent it; that the server never saw it cannot be known here.
    cluster.faults().cutBeforeCommit(1);
    assertThat(failure(pool.inTransaction(connection -> insert(connection, 1))))
        .isInstanceOf(CommitOutcomeUnknownException.class);
    assertThat(ids()).isEmpty();
  }

  @Test
  void connectionLostBeforeCommit_runAgain() throws Exception {
    SqlConnection killer = await(connector.connect());
    Future<String> survives =
        pool.inTransaction(
            connection ->
                connection
                    .query("SELECT pg_backend_pid()")
                    .execute()
                    .compose(
                        rows ->
                            calls.incrementAndGet() > 1
                                ? Future.succeededFuture()
                                : killer
                                    .preparedQuery("SELECT pg_terminate_backend($1)")
                                    .execute(Tuple.of(rows.iterator().next().getInteger(0))))
                    .compose(done -> connection.query("INSERT INTO item VALUES (1)").execute())
                    .map("done"));
    assertThat(await(survives)).isEqualTo("done");
    assertThat(retries).containsExactly(RetryKind.CONNECTION);
    assertThat(ids()).containsExactly("1");
  }

  @Test
  void serverUnavailableInTheMiddle_runAgain() throws Exception {
    cluster.faults().unavailableAtStatement(1);
    await(pool.inTransaction(connection -> insert(connection, 1)));
    assertThat(retries).containsExactly(RetryKind.CONNECTION);
    assertThat(ids()).containsExactly("1");
  }

  @Test
  void beginRefused_statementsSentWithItDoNotRun() throws Exception {
    cluster.faults().conflictBegins(1);
    await(
        pool.inTransaction(
            connection ->
                Future.all(insert(connection, 1), insert(connection, 2), insert(connection, 3))
                    .mapEmpty()));
    // Had they run outside the transaction, the second attempt would have met duplicates.
    assertThat(retries).containsExactly(RetryKind.STALE_SCHEMA);
    assertThat(ids()).containsExactly("1", "2", "3");
  }

  @Test
  void beginRefusedForGood_nothingRan() throws Exception {
    cluster.faults().conflictBegins(4);
    Future<?> refused =
        pool.inTransaction(
            connection ->
                Future.join(insert(connection, 1), insert(connection, 2))
                    .transform(done -> Future.succeededFuture("swallowed")));
    assertThat(failure(refused)).isInstanceOf(RetriesExhaustedException.class);
    assertThat(ids()).isEmpty();
  }

  @Test
  void readOnly_writesAreRefusedAndReadsWork() throws Exception {
    TransactionOptions readOnly = TransactionOptions.builder().readOnly(true).build();
    assertThat(failure(pool.inTransaction(readOnly, connection -> insert(connection, 1))))
        .isInstanceOfSatisfying(
            PgException.class, error -> assertThat(error.getSqlState()).isEqualTo("25006"));
    Future<String> shown =
        pool.inTransaction(
            readOnly,
            connection ->
                connection
                    .query("SHOW transaction_read_only")
                    .execute()
                    .map(rows -> rows.iterator().next().getString(0)));
    assertThat(await(shown)).isEqualTo("on");
  }

  @Test
  void nested_isAClearError() throws Exception {
    List<Function<SqlConnection, Future<?>>> nestings =
        List.of(
            connection -> pool.inTransaction(other -> insert(other, 2)),
            connection ->
                insert(connection, 3).compose(done -> pool.inTransaction(o -> insert(o, 4))),
            SqlConnection::begin);
    for (Function<SqlConnection, Future<?>> nesting : nestings) {
      Future<Object> outer =
          pool.inTransaction(
              connection ->
                  insert(connection, 1).compose(done -> nesting.apply(connection).map(x -> x)));
      assertThat(failure(outer))
          .isInstanceOf(NestedTransactionException.class)
          .hasMessageContaining("no savepoints");
    }
    assertThat(ids()).isEmpty();
  }

  @Test
  void sideBySideFromOneContext_isNotNested() throws Exception {
    Promise<Object> both = Promise.promise();
    connector
        .connect()
        .onSuccess(
            onAContext ->
                Future.all(
                        pool.inTransaction(connection -> insert(connection, 1)),
                        pool.inTransaction(connection -> insert(connection, 2)))
                    .compose(done -> pool.inTransaction(connection -> insert(connection, 3)))
                    .<Object>map("done")
                    .onComplete(both));
    assertThat(await(both.future())).isEqualTo("done");
    assertThat(ids()).containsExactly("1", "2", "3");
  }

  @Test
  void connectionOfTheFunction_cannotBeClosedOrEnded() throws Exception {
    List<Function<SqlConnection, Future<Void>>> mistakes =
        List.of(
            SqlConnection::close,
            connection -> connection.transaction().commit(),
            connection -> connection.transaction().rollback());
    for (Function<SqlConnection, Future<Void>> mistake : mistakes) {
      Future<Void> work =
          pool.inTransaction(
              connection -> insert(connection, 1).compose(done -> mistake.apply(connection)));
      assertThat(failure(work))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("itself commits");
    }
    assertThat(ids()).isEmpty();
  }

  @Test
  void functionThatCommitsByItself_isTold() throws Exception {
    Future<?> work =
        pool.inTransaction(
            connection ->
                insert(connection, 1).compose(done -> connection.query("COMMIT").execute()));
    assertThat(failure(work)).hasMessageContaining("itself commits");
    assertThat(ids()).isEmpty();
    Future<?> prepared =
        pool.inTransaction(
            connection ->
                insert(connection, 1)
                    .compose(done -> connection.preparedQuery(" rollback").execute()));
    assertThat(failure(prepared)).hasMessageContaining("itself commits");
    assertThat(ids()).isEmpty();
  }

  /** A comment hides the COMMIT; what happened is noticed, and never run again. */
  @Test
  void functionThatCommitsByItselfUnnoticed_isNotRunAgain() throws Exception {
    Future<?> work =
        pool.inTransaction(
            connection ->
                insert(connection, 1)
                    .compose(done -> connection.query("/* */ COMMIT").execute())
                    .onSuccess(done -> cluster.faults().unavailableAtStatement(1))
                    .compose(done -> insert(connection, 2)));
    assertThat(failure(work)).hasMessageContaining("ended the transaction itself");
    assertThat(calls).hasValue(2);
    assertThat(retries).isEmpty();
    assertThat(ids()).containsExactly("1");
  }

  /** Fails in the driver, before it is sent, while BEGIN is already on its way. */
  @Test
  void statementRefusedByTheDriver_leavesNoTransactionToTheNextUser() throws Exception {
    DsqlPool single = connector.pool(PoolSettings.builder().maxSize(1).build());
    String sql = "INSERT INTO item VALUES ($1)";
    await(single.preparedQuery(sql).execute(Tuple.of(1_000)));
    for (int i = 0; i < 20; i++) {
      int id = i;
      Future<?> work =
          single.inTransaction(
              connection ->
                  connection
                      .preparedQuery(sql)
                      .execute(Tuple.of("not", "an int"))
                      .recover(e -> Future.succeededFuture()));
      var next = single.preparedQuery(sql).execute(Tuple.of(id));
      await(work.transform(done -> Future.succeededFuture()));
      await(next);
    }
    assertThat(value(pool, "SELECT count(*) FROM item WHERE id < 20")).isEqualTo("20");
  }

  /** A statement from another thread, while the function's future succeeds. */
  @Test
  void statementFromAnotherThread_isPartOfItOrRefused() throws Exception {
    AtomicInteger next = new AtomicInteger();
    List<Integer> committed = new CopyOnWriteArrayList<>();
    List<Future<Object>> all = new ArrayList<>();
    for (int i = 0; i < 300; i++) {
      int id = next.getAndIncrement();
      Promise<Object> done = Promise.promise();
      all.add(done.future());
      pool.inTransaction(
              connection ->
                  insert(connection, id)
                      .onSuccess(
                          inserted ->
                              new Thread(() -> connection.query("SELECT 1/0").execute()).start()))
          .onSuccess(ok -> committed.add(id))
          .onComplete(end -> done.complete());
    }
    await(Future.all(all));
    assertThat(ids())
        .containsExactlyInAnyOrderElementsOf(committed.stream().map(String::valueOf).toList());
  }

  @Test
  void transactionOfAnotherPoolInside_isNotRunAgainForIt() throws Exception {
    DsqlPool other = connector.pool(PoolSettings.builder().maxSize(1).build());
    cluster.faults().unavailableAtCommit(1, /* committed= */ true);
    Future<?> outer =
        pool.inTransaction(
            connection ->
                connection
                    .query("SELECT 1")
                    .execute()
                    .compose(done -> other.inTransaction(inner -> insert(inner, 1))));
    assertThat(failure(outer)).isInstanceOf(CommitOutcomeUnknownException.class);
    assertThat(calls).hasValue(1);
    assertThat(retries).isEmpty();
  }

  @Test
  void deadline_countsTheWaitForAConnection() throws Exception {
    SqlConnection one = await(pool.getConnection());
    SqlConnection two = await(pool.getConnection());
    long begin = System.nanoTime();
    Future<?> work =
        pool.inTransaction(
            TransactionOptions.builder().deadline(Duration.ofMillis(1_500)).build(),
            connection -> connection.query("SELECT pg_sleep(20)").execute());
    // It has waited for a second of its deadline when it gets one.
    await(one.query("SELECT pg_sleep(1)").execute().eventually(one::close));
    assertThat(failure(work)).isInstanceOf(TransactionTimeoutException.class);
    assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofMillis(2_400));
    await(two.close());
  }

  @Test
  void statementsNotAwaited_areCommittedToo() throws Exception {
    await(
        pool.inTransaction(
            connection -> {
              for (int i = 0; i < 50; i++) {
                var unused = insert(connection, i);
              }
              return Future.succeededFuture();
            }));
    assertThat(ids()).hasSize(50);
  }

  @Test
  void statementNotAwaitedThatFails_rollsBack() throws Exception {
    Future<?> work =
        pool.inTransaction(
            connection -> {
              var first = insert(connection, 1);
              var unused = connection.query("SELECT 1/0").execute();
              return first;
            });
    assertThat(failure(work)).isInstanceOf(TransactionRolledBackException.class);
    assertThat(ids()).isEmpty();
  }

  @Test
  void statementAfterTheEnd_refused() throws Exception {
    SqlConnection[] kept = new SqlConnection[1];
    await(
        pool.inTransaction(
            connection -> {
              kept[0] = connection;
              return insert(connection, 1);
            }));
    assertThat(failure(insert(kept[0], 2))).hasMessageContaining("transaction has ended");
    assertThat(ids()).containsExactly("1");
  }

  @Test
  void deadline_inTheMiddle_rolledBackAndConnectionClosed() throws Exception {
    long opened = pool.stats().opened();
    Future<?> slow =
        pool.inTransaction(
            TransactionOptions.builder().deadline(Duration.ofMillis(200)).build(),
            connection ->
                insert(connection, 1)
                    .compose(done -> connection.query("SELECT pg_sleep(20)").execute()));
    assertThat(failure(slow))
        .isInstanceOfSatisfying(
            TransactionTimeoutException.class, late -> assertThat(late.attempts()).isEqualTo(1));
    assertThat(ids()).isEmpty();
    assertThat(pool.stats().opened()).isEqualTo(opened + 1);
  }

  @Test
  void deadline_whileWaitingForAConnection() throws Exception {
    SqlConnection one = await(pool.getConnection());
    SqlConnection two = await(pool.getConnection());
    Future<?> waiting =
        pool.inTransaction(
            TransactionOptions.builder().deadline(Duration.ofMillis(50)).build(),
            connection -> insert(connection, 1));
    assertThat(failure(waiting)).isInstanceOf(TransactionTimeoutException.class);
    await(Future.join(one.close(), two.close()));
    assertThat(calls).hasValue(0);
  }

  @Test
  void deadline_coversAllAttempts() throws Exception {
    DsqlPool pausing = connector.pool(PoolSettings.builder().conflictLane(false).build());
    await(pausing.query("SELECT 1").execute()); // so that the deadline is not for connecting
    cluster.faults().conflictCommits(1, CommitConflict.DATA);
    Future<?> work =
        pausing.inTransaction(
            TransactionOptions.builder()
                .deadline(Duration.ofMillis(300))
                .retryPolicy(
                    RetryPolicy.builder()
                        .maxAttempts(100)
                        .basePause(Duration.ofHours(1))
                        .maxPause(Duration.ofHours(1))
                        .maxElapsed(Duration.ofDays(1))
                        .build())
                .build(),
            connection -> insert(connection, 1));
    Throwable failure = failure(work);
    assertThat(failure).isInstanceOf(TransactionTimeoutException.class);
    assertThat(((PgException) failure.getCause()).getSqlState()).isEqualTo("40001");
  }

  /** A function that never completes gives its connection back all the same. */
  @Test
  void deadlineOfThePool_endsAFunctionThatNeverCompletes() throws Exception {
    DsqlPool single =
        connector.pool(
            PoolSettings.builder().maxSize(1).transactionDeadline(Duration.ofMillis(200)).build());
    Future<?> stuck =
        single.inTransaction(
            connection -> insert(connection, 1).compose(done -> Promise.promise().future()));
    assertThat(failure(stuck))
        .isInstanceOf(TransactionTimeoutException.class)
        .hasMessageContaining("PT0.2S");
    assertThat(value(single, "SELECT count(*) FROM item")).isEqualTo("0");
  }

  @Test
  void statementTimeout_closesTheConnectionAndSaysSo() throws Exception {
    DsqlPool quick =
        connector.pool(
            PoolSettings.builder().maxSize(1).statementTimeout(Duration.ofMillis(200)).build());
    for (Future<?> slow :
        List.of(
            quick.query("SELECT pg_sleep(20)").execute(),
            quick.preparedQuery("SELECT pg_sleep(20)").execute(),
            quick.inTransaction(
                TransactionOptions.builder().retryPolicy(RetryPolicy.off()).build(),
                connection -> connection.query("SELECT pg_sleep(20)").execute()))) {
      assertThat(failure(slow)).hasStackTraceContaining("statementTimeout");
    }
    assertThat(value(quick, "SELECT 1")).isEqualTo("1");
  }
}
