package io.github.dsqljava.vertx;

import static io.github.dsqljava.vertx.LocalCluster.await;
import static io.github.dsqljava.vertx.LocalCluster.config;
import static io.github.dsqljava.vertx.LocalCluster.execute;
import static io.github.dsqljava.vertx.LocalCluster.failure;
import static io.github.dsqljava.vertx.LocalCluster.value;
import static io.github.dsqljava.vertx.LocalCluster.watched;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.dsqljava.ClosedException;
import io.github.dsqljava.DsqlException;
import io.github.dsqljava.RetryKind;
import io.github.dsqljava.TransactionTimeoutException;
import io.github.dsqljava.local.CommitConflict;
import io.github.dsqljava.local.DsqlLocal;
import io.github.dsqljava.pool.PoolListener;
import io.github.dsqljava.retry.TransactionOptions;
import io.github.dsqljava.spi.pool.ConflictLane;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.sqlclient.SqlConnection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Transactions that lost a conflict, and the lane of their pool. */
@SuppressWarnings({"NullAway.Init", "InterruptedExceptionSwallowed"})
class ConflictLaneTest {
  private static final int CALLERS = 32;
  private static final long LIMIT = Duration.ofSeconds(60).toNanos();

  private static DsqlLocal cluster;

  private final AtomicInteger attempts = new AtomicInteger();
  private final AtomicInteger conflicts = new AtomicInteger();
  private final AtomicInteger turns = new AtomicInteger();
  private final PoolListener listener =
      new PoolListener() {
        @Override
        public void retrying(RetryKind kind, int attempt, Duration delay, Throwable cause) {
          conflicts.addAndGet(kind == RetryKind.CONFLICT ? 1 : 0);
        }

        @Override
        public void conflictTurn(Duration waited) {
          turns.incrementAndGet();
        }
      };
  private DsqlConnector connector;
  private DsqlPool pool;

  @BeforeAll
  static void start() throws Exception {
    cluster = DsqlLocal.start();
    DsqlConnector setup = DsqlConnector.create(config(cluster).build());
    execute(await(setup.connect()), "CREATE TABLE counter (id int PRIMARY KEY, n int NOT NULL)");
    await(setup.close());
  }

  @AfterAll
  static void stop() {
    cluster.close();
  }

  @BeforeEach
  void open() throws Exception {
    connector = DsqlConnector.create(config(cluster).build());
    pool = pool(true);
    execute(pool, "DELETE FROM counter");
    execute(pool, "INSERT INTO counter VALUES (1, 0), (2, 0)");
  }

  @AfterEach
  void close() throws Exception {
    await(connector.close());
    LocalCluster.assertNothingOpen(cluster);
  }

  private DsqlPool pool(boolean lane) {
    return connector.pool(
        PoolSettings.builder().maxSize(8).conflictLane(lane).listener(listener).build());
  }

  private Future<Void> increment(SqlConnection connection, int id) {
    attempts.incrementAndGet();
    return connection.query("UPDATE counter SET n = n + 1 WHERE id = " + id).execute().mapEmpty();
  }

  private static void until(String what, BooleanSupplier condition) {
    long end = System.nanoTime() + LIMIT;
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() - end > 0) {
        throw new AssertionError(what);
      }
      LockSupport.parkNanos(1_000_000);
    }
  }

  /** A transaction that has lost once and has its turn in the lane until the gate opens. */
  private CompletableFuture<Void> inTheLane(Promise<Void> gate) {
    cluster.faults().conflictCommits(1, CommitConflict.DATA);
    AtomicInteger mine = new AtomicInteger();
    CompletableFuture<Void> running =
        watched(
            pool.inTransaction(
                connection ->
                    increment(connection, 1)
                        .compose(
                            done ->
                                mine.getAndIncrement() == 0
                                    ? Future.succeededFuture()
                                    : gate.future())));
    until("it has its turn", () -> pool.stats().conflictTurns() == 1);
    return running;
  }

  private CompletableFuture<Void> waitsForTheLane(TransactionOptions options) {
    cluster.faults().conflictCommits(1, CommitConflict.DATA);
    CompletableFuture<Void> waiting =
        watched(pool.inTransaction(options, connection -> increment(connection, 2)));
    until("it waits", () -> pool.stats().conflictWaiting() == 1);
    return waiting;
  }

  private static Future<Void> note(List<String> order, String name, Future<Void> until) {
    order.add(name);
    return until;
  }

  /** Otherwise the lane would be as slow as the queue is long. */
  @Test
  void turnInAFullPool_isAheadOfThoseThatWaitForAConnection() throws Exception {
    DsqlPool one = connector.pool(PoolSettings.builder().maxSize(1).build());
    List<String> order = new CopyOnWriteArrayList<>();
    Promise<Void> first = Promise.promise();
    Promise<Void> second = Promise.promise();
    cluster.faults().conflictCommits(1, CommitConflict.DATA);
    CompletableFuture<Void> loser =
        watched(
            one.inTransaction(
                connection ->
                    increment(connection, 1)
                        .compose(done -> note(order, "loser", first.future()))));
    until("it has the connection", () -> order.size() == 1);
    CompletableFuture<Void> other =
        watched(one.inTransaction(connection -> note(order, "other", second.future())));
    CompletableFuture<Void> last =
        watched(one.inTransaction(connection -> note(order, "last", Future.succeededFuture())));
    until("two wait", () -> one.stats().waiting() == 2);
    first.complete();
    until("the loser waits, too", () -> order.size() == 2 && one.stats().waiting() == 2);
    second.complete();
    CompletableFuture.allOf(loser, other, last).get(1, TimeUnit.MINUTES);
    assertThat(order).containsExactly("loser", "other", "loser", "last");
  }

  /** No pass, and so no place in a queue, no timer and no lock: also while others are many. */
  @Test
  void withoutConflicts_nobodyTouchesTheLane() throws Exception {
    ConflictLane lane = Objects.requireNonNull(((NativePool) pool).lane());
    execute(pool, "INSERT INTO counter SELECT i, 0 FROM generate_series(101, 132) AS i");
    List<Future<Void>> callers = new ArrayList<>();
    for (int i = 0; i < CALLERS; i++) {
      int id = 101 + i;
      callers.add(
          pool.inTransaction(connection -> increment(connection, id))
              .compose(done -> pool.inTransaction(connection -> increment(connection, id))));
    }
    await(Future.all(callers));
    assertThat(attempts).hasValue(2 * CALLERS);
    assertThat(conflicts).hasValue(0);
    assertThat(lane.isUntouched()).isTrue();
    cluster.faults().conflictCommits(1, CommitConflict.DATA);
    await(pool.inTransaction(connection -> increment(connection, 1)));
    assertThat(lane.isUntouched()).as("the first loser comes here").isFalse();
  }

  @Test
  void manyCallersOfOneRow_allCommit_andAllIsCounted() throws Exception {
    List<Future<Void>> callers = new ArrayList<>();
    for (int i = 0; i < CALLERS; i++) {
      callers.add(
          pool.inTransaction(connection -> increment(connection, 1))
              .compose(done -> pool.inTransaction(connection -> increment(connection, 1))));
    }
    await(Future.join(callers));
    assertThat(value(pool, "SELECT n FROM counter WHERE id = 1"))
        .isEqualTo(String.valueOf(2 * CALLERS));
    assertThat(conflicts).as("otherwise they never met").hasPositiveValue();
    assertThat(attempts).hasValue(2 * CALLERS + conflicts.get());
    assertThat(turns).as("each conflict led to a turn").hasValue(conflicts.get());
    assertThat(pool.stats().conflictTurns()).isEqualTo(turns.get());
    assertThat(pool.stats().conflictWaiting()).isZero();
  }

  @Test
  void others_doNotWait_andTheNextOneGetsItsTurn() throws Exception {
    Promise<Void> gate = Promise.promise();
    CompletableFuture<Void> first = inTheLane(gate);
    CompletableFuture<Void> second = waitsForTheLane(TransactionOptions.defaults());
    await(pool.inTransaction(connection -> increment(connection, 2)));
    assertThat(second).isNotDone();
    gate.complete();
    await(first);
    await(second);
    assertThat(value(pool, "SELECT sum(n) FROM counter")).isEqualTo("3");
  }

  @Test
  void deadline_endsTheWait() throws Exception {
    Promise<Void> gate = Promise.promise();
    CompletableFuture<Void> first = inTheLane(gate);
    CompletableFuture<Void> late =
        waitsForTheLane(TransactionOptions.builder().deadline(Duration.ofSeconds(3)).build());
    assertThat(failure(late)).isInstanceOf(TransactionTimeoutException.class);
    assertThat(pool.stats().conflictWaiting()).isZero();
    gate.complete();
    await(first);
    assertThat(value(pool, "SELECT sum(n) FROM counter")).isEqualTo("1");
  }

  @Test
  void closing_endsTheWait() throws Exception {
    Promise<Void> gate = Promise.promise();
    CompletableFuture<Void> first = inTheLane(gate);
    CompletableFuture<Void> waiting = waitsForTheLane(TransactionOptions.defaults());
    CompletableFuture<Void> closed = watched(pool.close(Duration.ofSeconds(30)));
    assertThat(failure(waiting)).isInstanceOf(ClosedException.class);
    gate.complete();
    await(first);
    await(closed);
  }

  /** Its timers and threads are gone, so nothing else would give it its turn. */
  @Test
  void vertxIsClosed_failsThoseThatWait() throws Exception {
    Vertx vertx = Vertx.vertx();
    DsqlConnector other = DsqlConnector.create(vertx, config(cluster).build());
    pool = other.pool(PoolSettings.builder().maxSize(8).listener(listener).build());
    Promise<Void> gate = Promise.promise();
    CompletableFuture<Void> first = inTheLane(gate);
    CompletableFuture<Void> waiting = waitsForTheLane(TransactionOptions.defaults());
    await(vertx.close());
    assertThat(failure(waiting)).isInstanceOf(DsqlException.class);
    assertThat(failure(first)).isNotNull();
    await(other.close());
  }

  @Test
  void failureInTheLane_isThatOfTheFunction_andHoldsUpNobody() throws Exception {
    Promise<Void> gate = Promise.promise();
    CompletableFuture<Void> first = inTheLane(gate);
    CompletableFuture<Void> second = waitsForTheLane(TransactionOptions.defaults());
    IllegalArgumentException mine = new IllegalArgumentException("mine");
    gate.fail(mine);
    assertThat(failure(first)).isSameAs(mine);
    await(second);
    assertThat(value(pool, "SELECT sum(n) FROM counter")).isEqualTo("1");
  }

  @Test
  void lostAnswerToCommitInTheLane_isNotRunAgain() throws Exception {
    Promise<Void> gate = Promise.promise();
    CompletableFuture<Void> first = inTheLane(gate);
    CompletableFuture<Void> second = waitsForTheLane(TransactionOptions.defaults());
    cluster.faults().loseCommitAnswers(1);
    int before = attempts.get();
    gate.complete();
    assertThat(failure(first)).isInstanceOf(io.github.dsqljava.CommitOutcomeUnknownException.class);
    await(second);
    assertThat(attempts).as("only the second one").hasValue(before + 1);
  }

  @Test
  void withoutTheLane_eachPausesByItself() throws Exception {
    DsqlPool without = pool(false);
    cluster.faults().conflictCommits(1, CommitConflict.DATA);
    await(without.inTransaction(connection -> increment(connection, 1)));
    assertThat(conflicts).hasValue(1);
    assertThat(turns).hasValue(0);
    assertThat(without.stats().conflictTurns()).isZero();
  }
}
