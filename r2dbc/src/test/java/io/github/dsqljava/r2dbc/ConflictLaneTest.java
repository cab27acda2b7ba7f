package io.github.dsqljava.r2dbc;

import static io.github.dsqljava.r2dbc.LocalCluster.await;
import static io.github.dsqljava.r2dbc.LocalCluster.config;
import static io.github.dsqljava.r2dbc.LocalCluster.execute;
import static io.github.dsqljava.r2dbc.LocalCluster.until;
import static io.github.dsqljava.r2dbc.LocalCluster.value;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.dsqljava.ClosedException;
import io.github.dsqljava.RetryKind;
import io.github.dsqljava.TransactionTimeoutException;
import io.github.dsqljava.local.CommitConflict;
import io.github.dsqljava.local.DsqlLocal;
import io.github.dsqljava.pool.PoolListener;
import io.github.dsqljava.retry.TransactionOptions;
import io.github.dsqljava.spi.pool.ConflictLane;
import io.r2dbc.postgresql.api.PostgresqlConnection;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

/** Transactions that lost a conflict, and the lane of their pool. */
@SuppressWarnings({"NullAway.Init", "InterruptedExceptionSwallowed"})
class ConflictLaneTest {
  private static final int CALLERS = 32;
  private static final int ROWS = 50_000;

  private static DsqlLocal cluster;

  private final AtomicInteger attempts = new AtomicInteger();
  private final AtomicInteger conflicts = new AtomicInteger();
  private final AtomicInteger turns = new AtomicInteger();
  private final AtomicInteger rows = new AtomicInteger();
  private final AtomicInteger rowsAtTurn = new AtomicInteger();
  private final Sinks.Empty<Long> gate = Sinks.empty();
  private DsqlR2dbc dsql;

  @BeforeAll
  static void start() throws Exception {
    cluster = DsqlLocal.start();
  }

  @AfterAll
  static void stop() {
    cluster.close();
  }

  @BeforeEach
  void open() {
    PoolListener listener =
        new PoolListener() {
          @Override
          public void retrying(RetryKind kind, int attempt, Duration delay, Throwable cause) {
            conflicts.addAndGet(kind == RetryKind.CONFLICT ? 1 : 0);
          }

          @Override
          public void conflictTurn(Duration waited) {
            turns.incrementAndGet();
            rowsAtTurn.set(rows.get());
          }
        };
    dsql =
        DsqlR2dbc.of(
            config(cluster).build(), R2dbcSettings.builder().maxSize(8).listener(listener).build());
    execute(dsql, "CREATE TABLE counter (id int PRIMARY KEY, n int NOT NULL)");
    execute(dsql, "INSERT INTO counter VALUES (1, 0), (2, 0)");
  }

  @AfterEach
  void close() {
    if (!dsql.isDisposed()) {
      until("all connections are back", () -> dsql.stats().leased() == 0);
      execute(dsql, "DROP TABLE counter");
      await(dsql.close());
    }
  }

  private Mono<Long> increment(PostgresqlConnection connection, int id) {
    attempts.incrementAndGet();
    return LocalCluster.execute(connection, "UPDATE counter SET n = n + 1 WHERE id = $1", id);
  }

  /** A transaction that has lost once and has its turn in the lane until the gate opens. */
  private CompletableFuture<Long> inTheLane() {
    cluster.faults().conflictCommits(1, CommitConflict.DATA);
    AtomicInteger mine = new AtomicInteger();
    CompletableFuture<Long> running =
        dsql.inTransaction(
                connection ->
                    mine.getAndIncrement() == 0
                        ? increment(connection, 1)
                        : increment(connection, 1).concatWith(gate.asMono()))
            .last()
            .toFuture();
    until("it has its turn", () -> dsql.stats().conflictTurns() == 1);
    return running;
  }

  private Flux<Long> loses(TransactionOptions options) {
    cluster.faults().conflictCommits(1, CommitConflict.DATA);
    return dsql.inTransaction(options, connection -> increment(connection, 2));
  }

  private void untilItWaits() {
    until("it waits", () -> dsql.stats().conflictWaiting() == 1);
  }

  /** No pass, and so no place in a queue, no timer and no lock: also while others are many. */
  @Test
  void withoutConflicts_nobodyTouchesTheLane() {
    ConflictLane lane = Objects.requireNonNull(dsql.lane());
    execute(dsql, "INSERT INTO counter SELECT i, 0 FROM generate_series(101, 132) AS i");
    await(
        Flux.range(101, CALLERS)
            .flatMap(
                id ->
                    dsql.inTransaction(connection -> increment(connection, id))
                        .thenMany(dsql.inTransaction(connection -> increment(connection, id))),
                CALLERS)
            .then());
    assertThat(attempts).hasValue(2 * CALLERS);
    assertThat(conflicts).hasValue(0);
    assertThat(lane.isUntouched()).isTrue();
    cluster.faults().conflictCommits(1, CommitConflict.DATA);
    await(dsql.inTransaction(connection -> increment(connection, 1)).then());
    assertThat(lane.isUntouched()).as("the first loser comes here").isFalse();
  }

  @Test
  void manyCallersOfOneRow_allCommit_andAllIsCounted() {
    await(
        Flux.range(0, CALLERS)
            .flatMap(
                i ->
                    dsql.inTransaction(connection -> increment(connection, 1))
                        .thenMany(dsql.inTransaction(connection -> increment(connection, 1))),
                CALLERS)
            .then());
    assertThat(value(dsql, "SELECT n FROM counter WHERE id = 1"))
        .isEqualTo(String.valueOf(2 * CALLERS));
    assertThat(conflicts).as("otherwise they never met").hasPositiveValue();
    assertThat(attempts).hasValue(2 * CALLERS + conflicts.get());
    assertThat(turns).as("each conflict led to a turn").hasValue(conflicts.get());
    assertThat(dsql.stats().conflictTurns()).isEqualTo(turns.get());
    assertThat(dsql.stats().conflictWaiting()).isZero();
  }

  private static Mono<Long> note(List<String> order, String name, Mono<Long> until) {
    return Mono.defer(
        () -> {
          order.add(name);
          return until;
        });
  }

  /** Otherwise the lane would be as slow as the queue is long. */
  @Test
  void turnInAFullPool_isAheadOfThoseThatWaitForAConnection() {
    DsqlR2dbc one =
        DsqlR2dbc.of(config(cluster).build(), R2dbcSettings.builder().maxSize(1).build());
    List<String> order = new CopyOnWriteArrayList<>();
    Sinks.Empty<Long> second = Sinks.empty();
    cluster.faults().conflictCommits(1, CommitConflict.DATA);
    CompletableFuture<Long> loser =
        one.inTransaction(
                connection ->
                    increment(connection, 1).concatWith(note(order, "loser", gate.asMono())))
            .last()
            .toFuture();
    until("it has the connection", () -> order.size() == 1);
    CompletableFuture<Long> other =
        one.inTransaction(connection -> note(order, "other", second.asMono())).next().toFuture();
    CompletableFuture<Long> last =
        one.inTransaction(connection -> note(order, "last", Mono.empty())).next().toFuture();
    until("two wait", () -> one.stats().waiting() == 2);
    gate.tryEmitEmpty();
    until("the loser waits, too", () -> order.size() == 2 && one.stats().waiting() == 2);
    second.tryEmitEmpty();
    await(Mono.fromFuture(CompletableFuture.allOf(loser, other, last)));
    assertThat(order).containsExactly("loser", "other", "loser", "last");
    await(one.close());
  }

  private Mono<Long> beginToRead(PostgresqlConnection connection) {
    return Mono.fromRunnable(
        () ->
            Flux.from(
                    connection
                        .createStatement("SELECT i FROM generate_series(1, " + ROWS + ") AS i")
                        .execute())
                .flatMap(result -> result.map((row, metadata) -> rows.incrementAndGet()))
                .subscribe());
  }

  /** What the function leaves under way has its answer before COMMIT is sent. */
  @Test
  void nextOne_beginsWhenCommitIsSent_andNotWhenTheFunctionIsDone() {
    AtomicInteger mine = new AtomicInteger();
    cluster.faults().conflictCommits(1, CommitConflict.DATA);
    CompletableFuture<Long> first =
        dsql.inTransaction(
                connection ->
                    mine.getAndIncrement() == 0
                        ? increment(connection, 1)
                        : increment(connection, 1)
                            .concatWith(gate.asMono())
                            .concatWith(beginToRead(connection)))
            .last()
            .toFuture();
    until("it has its turn", () -> dsql.stats().conflictTurns() == 1);
    CompletableFuture<Long> second = loses(TransactionOptions.defaults()).last().toFuture();
    untilItWaits();
    gate.tryEmitEmpty();
    await(Mono.fromFuture(CompletableFuture.allOf(first, second)));
    assertThat(turns).hasValue(2);
    assertThat(rowsAtTurn.get()).as("of %d", ROWS).isGreaterThan(ROWS / 2);
  }

  @Test
  void cancelling_endsTheWait_andHoldsUpNobody() {
    CompletableFuture<Long> first = inTheLane();
    Disposable cancelled = loses(TransactionOptions.defaults()).subscribe();
    untilItWaits();
    cancelled.dispose();
    assertThat(dsql.stats().conflictWaiting()).isZero();
    CompletableFuture<Long> second = loses(TransactionOptions.defaults()).last().toFuture();
    untilItWaits();
    gate.tryEmitEmpty();
    assertThat(await(Mono.fromFuture(first))).isEqualTo(1);
    assertThat(await(Mono.fromFuture(second))).isEqualTo(1);
    assertThat(value(dsql, "SELECT sum(n) FROM counter")).isEqualTo("2");
  }

  @Test
  void cancellingInTheLane_freesItsPlace() {
    cluster.faults().conflictCommits(1, CommitConflict.DATA);
    AtomicInteger mine = new AtomicInteger();
    Disposable first =
        dsql.inTransaction(
                connection ->
                    mine.getAndIncrement() == 0
                        ? increment(connection, 1)
                        : increment(connection, 1).concatWith(gate.asMono()))
            .subscribe();
    until("it has its turn", () -> dsql.stats().conflictTurns() == 1);
    CompletableFuture<Long> second = loses(TransactionOptions.defaults()).last().toFuture();
    untilItWaits();
    first.dispose();
    assertThat(await(Mono.fromFuture(second))).isEqualTo(1);
    assertThat(value(dsql, "SELECT sum(n) FROM counter")).isEqualTo("1");
  }

  @Test
  void deadline_endsTheWait() {
    CompletableFuture<Long> first = inTheLane();
    Flux<Long> late = loses(TransactionOptions.builder().deadline(Duration.ofSeconds(3)).build());
    assertThat(LocalCluster.failure(late)).isInstanceOf(TransactionTimeoutException.class);
    assertThat(dsql.stats().conflictWaiting()).isZero();
    gate.tryEmitEmpty();
    assertThat(await(Mono.fromFuture(first))).isEqualTo(1);
  }

  @Test
  void closing_endsTheWait() {
    CompletableFuture<Long> first = inTheLane();
    CompletableFuture<Long> second = loses(TransactionOptions.defaults()).last().toFuture();
    untilItWaits();
    CompletableFuture<Void> closed = dsql.close(Duration.ofSeconds(30)).toFuture();
    assertThat(Assertions.catchThrowable(() -> await(Mono.fromFuture(second))))
        .hasStackTraceContaining(ClosedException.class.getName());
    gate.tryEmitEmpty();
    assertThat(await(Mono.fromFuture(first))).isEqualTo(1);
    await(Mono.fromFuture(closed));
    DsqlR2dbc cleaner = DsqlR2dbc.of(config(cluster).build());
    execute(cleaner, "DROP TABLE counter");
    await(cleaner.close());
  }
}
