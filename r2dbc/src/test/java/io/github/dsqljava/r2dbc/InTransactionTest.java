package io.github.dsqljava.r2dbc;

import static io.github.dsqljava.r2dbc.LocalCluster.await;
import static io.github.dsqljava.r2dbc.LocalCluster.config;
import static io.github.dsqljava.r2dbc.LocalCluster.execute;
import static io.github.dsqljava.r2dbc.LocalCluster.failure;
import static io.github.dsqljava.r2dbc.LocalCluster.select;
import static io.github.dsqljava.r2dbc.LocalCluster.until;
import static io.github.dsqljava.r2dbc.LocalCluster.value;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.dsqljava.CommitOutcomeUnknownException;
import io.github.dsqljava.NestedTransactionException;
import io.github.dsqljava.RetriesExhaustedException;
import io.github.dsqljava.RetryKind;
import io.github.dsqljava.TransactionRolledBackException;
import io.github.dsqljava.TransactionTimeoutException;
import io.github.dsqljava.local.DsqlLocal;
import io.github.dsqljava.retry.RetryPolicy;
import io.github.dsqljava.retry.TransactionOptions;
import io.github.dsqljava.testsupport.FaultRelay;
import io.github.dsqljava.testsupport.FaultRelay.Direction;
import io.github.dsqljava.testsupport.FaultRelay.Fault;
import io.r2dbc.postgresql.api.PostgresqlConnection;
import io.r2dbc.spi.R2dbcDataIntegrityViolationException;
import io.r2dbc.spi.R2dbcException;
import io.r2dbc.spi.Wrapped;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Hooks;
import reactor.core.publisher.Mono;

/** What inTransaction promises, apart from faults of the network. */
@SuppressWarnings({"NullAway.Init", "InterruptedExceptionSwallowed"})
class InTransactionTest {
  private static DsqlLocal cluster;
  private static DsqlR2dbc dsql;

  @BeforeAll
  static void start() throws Exception {
    cluster = DsqlLocal.start();
    dsql = DsqlR2dbc.of(config(cluster).build(), R2dbcSettings.builder().maxSize(4).build());
    execute(dsql, "CREATE TABLE counter (id int PRIMARY KEY, value int)");
  }

  @AfterAll
  static void stop() {
    await(dsql.close());
    cluster.close();
  }

  @BeforeEach
  void fill() {
    execute(dsql, "DELETE FROM counter");
    execute(dsql, "INSERT INTO counter VALUES (1, 0), (2, 0)");
  }

  @AfterEach
  void allAreBack() {
    until("all connections are back", () -> dsql.stats().leased() == 0);
  }

  private static Mono<Long> add(PostgresqlConnection connection, int id) {
    return LocalCluster.execute(
        connection, "UPDATE counter SET value = value + 1 WHERE id = $1", id);
  }

  private static String counter(int id) {
    return value(dsql, "SELECT value FROM counter WHERE id = $1", id);
  }

  @Test
  void result_comesAfterCommit_asItIsAskedFor() {
    Flux<String> all =
        dsql.inTransaction(
            connection ->
                add(connection, 1).thenMany(select(connection, "SELECT generate_series(1, 10)")));
    assertThat(await(all.limitRate(3).collectList())).hasSize(10);
    assertThat(counter(1)).isEqualTo("1");
    assertThat(await(dsql.inTransaction(connection -> Mono.<String>empty()).collectList()))
        .isEmpty();
  }

  @Test
  void conflict_isRunAgain_andOnlyTheLastResultIsSeen() {
    AtomicInteger attempts = new AtomicInteger();
    List<Integer> results =
        await(
            dsql.inTransaction(
                    connection -> {
                      int attempt = attempts.incrementAndGet();
                      Mono<?> other =
                          attempt == 1
                              ? Mono.fromCallable(
                                  () -> execute(dsql, "UPDATE counter SET value = 10 WHERE id = 1"))
                              : Mono.empty();
                      return select(connection, "SELECT value FROM counter WHERE id = 1")
                          .then(
                              other.subscribeOn(reactor.core.scheduler.Schedulers.boundedElastic()))
                          .then(add(connection, 1))
                          .thenReturn(attempt);
                    })
                .collectList());
    assertThat(results).containsExactly(2);
    assertThat(counter(1)).isEqualTo("11");
  }

  @Test
  void conflicts_exhausted_sayHowOften() {
    TransactionOptions twice =
        TransactionOptions.builder()
            .retryPolicy(RetryPolicy.builder().maxAttempts(2).build())
            .build();
    Throwable failure =
        failure(
            dsql.inTransaction(
                twice,
                connection ->
                    select(connection, "SELECT value FROM counter WHERE id = 1")
                        .then(
                            Mono.fromCallable(
                                    () ->
                                        execute(
                                            dsql,
                                            "UPDATE counter SET value = value + 1 WHERE id = 1"))
                                .subscribeOn(reactor.core.scheduler.Schedulers.boundedElastic()))
                        .then(add(connection, 1))));
    assertThat(failure).isInstanceOf(RetriesExhaustedException.class);
    assertThat(((RetriesExhaustedException) failure).attempts()).isEqualTo(2);
    assertThat(((RetriesExhaustedException) failure).kind()).isEqualTo(RetryKind.CONFLICT);
    assertThat(counter(1)).isEqualTo("2");
  }

  @Test
  void hotRow_everyIncrementCounts() {
    int callers = 12;
    List<Long> changed =
        await(
            Flux.merge(
                    IntStream.range(0, callers)
                        .mapToObj(i -> dsql.inTransaction(connection -> add(connection, 2)))
                        .toList())
                .collectList());
    assertThat(changed).hasSize(callers);
    assertThat(counter(2)).isEqualTo(String.valueOf(callers));
  }

  @Test
  void failureOfTheFunction_rollsBack_unchanged() {
    IllegalArgumentException mine = new IllegalArgumentException("mine");
    assertThat(
            failure(
                dsql.inTransaction(connection -> add(connection, 1).then(Mono.<Long>error(mine)))))
        .isSameAs(mine);
    assertThat(
            failure(
                dsql.<Long>inTransaction(
                    connection -> {
                      throw mine;
                    })))
        .isSameAs(mine);
    assertThat(failure(dsql.<Long>inTransaction(connection -> null)))
        .isInstanceOf(NullPointerException.class);
    assertThat(counter(1)).isEqualTo("0");
  }

  @Test
  void errorOfAStatement_isTheDrivers() {
    assertThat(
            failure(
                dsql.inTransaction(
                    connection ->
                        LocalCluster.execute(connection, "INSERT INTO counter VALUES (1, 1)"))))
        .isInstanceOf(R2dbcDataIntegrityViolationException.class);
  }

  @Test
  void errorThatIsSwallowed_rollsBack() {
    Throwable failure =
        failure(
            dsql.inTransaction(
                connection ->
                    add(connection, 1)
                        .then(LocalCluster.execute(connection, "SELECT 1/0"))
                        .onErrorReturn(0L)));
    assertThat(failure).isInstanceOf(TransactionRolledBackException.class);
    assertThat(failure.getCause()).isInstanceOf(R2dbcException.class);
    assertThat(((R2dbcException) failure.getCause()).getSqlState()).isEqualTo("22012");
    assertThat(counter(1)).isEqualTo("0");
  }

  @Test
  void statementsLeftUnderWay_arePartOfIt() {
    await(
        dsql.inTransaction(
                connection -> {
                  var unused = add(connection, 1).subscribe();
                  return add(connection, 2);
                })
            .then());
    assertThat(counter(1)).isEqualTo("1");
  }

  @Test
  void readOnly_refusesWrites() {
    TransactionOptions readOnly = TransactionOptions.builder().readOnly(true).build();
    assertThat(failure(dsql.inTransaction(readOnly, connection -> add(connection, 1))))
        .isInstanceOf(R2dbcException.class);
    assertThat(
            await(
                dsql.inTransaction(readOnly, connection -> select(connection, "SELECT 1"))
                    .single()))
        .isEqualTo("1");
  }

  @Test
  void controlOfTheTransaction_isRefused() {
    assertThat(failure(dsql.inTransaction(PostgresqlConnection::beginTransaction)))
        .isInstanceOf(NestedTransactionException.class);
    assertThat(failure(dsql.inTransaction(PostgresqlConnection::commitTransaction)))
        .isInstanceOf(IllegalStateException.class);
    assertThat(failure(dsql.inTransaction(PostgresqlConnection::close)))
        .isInstanceOf(IllegalStateException.class);
    assertThat(
            failure(dsql.inTransaction(connection -> LocalCluster.execute(connection, " commit"))))
        .isInstanceOf(IllegalStateException.class);
    assertThat(
            failure(dsql.inTransaction(connection -> dsql.inTransaction(inner -> add(inner, 1)))))
        .isInstanceOf(NestedTransactionException.class);
  }

  /** On the driver's own connection nothing is refused, but the server's words are heard. */
  @Test
  void endedBehindOurBack_isSaid_andNothingIsRunAgain() {
    AtomicInteger attempts = new AtomicInteger();
    Throwable failure =
        failure(
            dsql.inTransaction(
                connection -> {
                  attempts.incrementAndGet();
                  PostgresqlConnection own =
                      (PostgresqlConnection) ((Wrapped<?>) connection).unwrap();
                  return add(connection, 1)
                      .then(own.commitTransaction())
                      .then(own.beginTransaction())
                      .then(add(connection, 2));
                }));
    assertThat(failure)
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("ended the transaction itself");
    assertThat(attempts).hasValue(1);
    assertThat(counter(1)).isEqualTo("1");
    assertThat(counter(2)).as("rolled back").isEqualTo("0");
  }

  @Test
  void lateStatement_isRefused() {
    CompletableFuture<PostgresqlConnection> kept = new CompletableFuture<>();
    await(
        dsql.inTransaction(
                connection -> {
                  kept.complete(connection);
                  return add(connection, 1);
                })
            .then());
    assertThat(failure(Mono.defer(() -> add(kept.join(), 1))))
        .isInstanceOf(IllegalStateException.class);
    assertThat(counter(1)).isEqualTo("1");
  }

  @Test
  void deadline_rollsBack() {
    TransactionOptions options =
        TransactionOptions.builder().deadline(Duration.ofMillis(300)).build();
    assertThat(
            failure(
                dsql.inTransaction(
                    options, connection -> add(connection, 1).then(Mono.<Long>never()))))
        .isInstanceOf(TransactionTimeoutException.class);
    assertThat(counter(1)).isEqualTo("0");
  }

  @Test
  void cancelled_rollsBack_andGivesTheConnectionBack() {
    CompletableFuture<Void> added = new CompletableFuture<>();
    Disposable running =
        dsql.inTransaction(
                connection ->
                    add(connection, 1)
                        .doOnNext(done -> added.complete(null))
                        .then(Mono.<Long>never()))
            .subscribe();
    await(Mono.fromFuture(added));
    running.dispose();
    until("the connection is back", () -> dsql.stats().leased() == 0);
    assertThat(counter(1)).isEqualTo("0");
  }

  /** At whatever moment: all of it is there or nothing, and the connection is of use. */
  @Test
  void cancelledAtAnyMoment_isAllOrNothing() {
    long opened = dsql.stats().opened();
    for (int i = 0; i < 60; i++) {
      Disposable running =
          dsql.inTransaction(connection -> add(connection, 1).then(add(connection, 2))).subscribe();
      java.util.concurrent.locks.LockSupport.parkNanos(i * 100_000L);
      running.dispose();
    }
    until("all are back", () -> dsql.stats().leased() == 0);
    assertThat(counter(1)).isEqualTo(counter(2));
    assertThat(dsql.stats().opened() - opened).isLessThanOrEqualTo(4);
  }

  @Test
  void cancelledDuringCommit_theDoubtIsSaid() {
    CompletableFuture<Throwable> dropped = new CompletableFuture<>();
    FaultRelay relay = FaultRelay.start(cluster.port());
    DsqlR2dbc relayed = DsqlR2dbc.of(config(cluster).port(relay.port()).build());
    Hooks.onErrorDropped(dropped::complete);
    try {
      assertThat(value(relayed, "SELECT 1")).isEqualTo("1");
      CompletableFuture<FaultRelay.Strike> struck = new CompletableFuture<>();
      Disposable running =
          relayed
              .inTransaction(
                  connection ->
                      add(connection, 1)
                          .doOnNext(
                              done -> {
                                var unused =
                                    relay
                                        .armNext(new Fault.Stall(), Direction.SERVER_TO_CLIENT)
                                        .thenAccept(struck::complete);
                              }))
              .subscribe();
      await(Mono.fromFuture(struck)); // COMMIT is there, and its answer is held
      running.dispose();
      relay.close();
      assertThat(await(Mono.fromFuture(dropped))).isInstanceOf(CommitOutcomeUnknownException.class);
    } finally {
      Hooks.resetOnErrorDropped();
      relay.close();
      await(relayed.close(Duration.ZERO));
    }
    assertThat(counter(1)).isEqualTo("1");
  }

  @Test
  void context_reachesTheFunction() {
    assertThat(
            dsql.inTransaction(
                    connection -> Mono.deferContextual(context -> Mono.just(context.get("key"))))
                .contextWrite(context -> context.put("key", "value"))
                .blockLast(LocalCluster.LIMIT))
        .isEqualTo("value");
  }
}
