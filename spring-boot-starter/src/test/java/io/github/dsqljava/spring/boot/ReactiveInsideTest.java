package io.github.dsqljava.spring.boot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.dsqljava.CommitOutcomeUnknownException;
import io.github.dsqljava.DsqlConfig;
import io.github.dsqljava.RetriesExhaustedException;
import io.github.dsqljava.r2dbc.DsqlR2dbc;
import io.github.dsqljava.spring.transaction.ConflictRetry;
import io.github.dsqljava.testsupport.FaultRelay;
import io.github.dsqljava.testsupport.FaultRelay.Direction;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.r2dbc.connection.R2dbcTransactionManager;
import org.springframework.r2dbc.core.DatabaseClient;
import org.springframework.transaction.ReactiveTransactionManager;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.reactive.TransactionalOperator;
import org.springframework.transaction.support.DefaultTransactionDefinition;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Hooks;
import reactor.core.publisher.Mono;

/** Reactive transactions inside of others: which of them is run again, and by whom. */
class ReactiveInsideTest {
  private static final Duration LIMIT = Duration.ofSeconds(60);

  private static Counted counted;
  private static ConfigurableApplicationContext context;
  private static DsqlR2dbc second;
  private static DatabaseClient client;
  private static DatabaseClient secondClient;
  private static TransactionalOperator plain;
  private static TransactionalOperator retried;
  private static TransactionalOperator alone;
  private static TransactionalOperator ofTheSecond;

  @BeforeAll
  static void start() {
    counted = new Counted();
    context =
        Contexts.start(
            Contexts.app(counted.cluster),
            counted.cluster,
            counted.relay.port(),
            "--dsql.retry.max-attempts=4");
    second = DsqlR2dbc.of(context.getBean(DsqlConfig.class));
    client = context.getBean(DatabaseClient.class);
    secondClient = DatabaseClient.create(second);
    ConflictRetry conflicts = context.getBean(ConflictRetry.class);
    plain = context.getBean(TransactionalOperator.class);
    retried = conflicts.around(plain);
    alone = conflicts.around(requiresNew(context));
    ofTheSecond =
        conflicts.around(TransactionalOperator.create(new R2dbcTransactionManager(second)));
  }

  private static TransactionalOperator requiresNew(ConfigurableApplicationContext application) {
    return TransactionalOperator.create(
        application.getBean(ReactiveTransactionManager.class),
        new DefaultTransactionDefinition(TransactionDefinition.PROPAGATION_REQUIRES_NEW));
  }

  @AfterAll
  static void stop() {
    second.close().block(LIMIT);
    context.close();
    counted.close();
  }

  @BeforeEach
  void reset() {
    counted.reset();
  }

  /** Reads, lets something happen, and writes what it has read, plus one. */
  private static Mono<Integer> work(DatabaseClient on, Runnable between) {
    return Mono.fromRunnable(counted.attempts::incrementAndGet)
        .then(
            on.sql("SELECT value FROM counters WHERE id = 1")
                .map(row -> row.get(0, Integer.class))
                .one())
        .doOnNext(value -> between.run())
        .flatMap(
            value ->
                on.sql("UPDATE counters SET value = $1 WHERE id = 1")
                    .bind("$1", value + 1)
                    .fetch()
                    .rowsUpdated()
                    .thenReturn(value + 1));
  }

  /** A transaction of the outer one that has begun when the inner one does. */
  private static Mono<Integer> around(TransactionalOperator outer, Mono<Integer> inner) {
    return client.sql("SELECT 1").fetch().one().then(inner).as(outer::transactional);
  }

  @Test
  void operatorWithATransactionOfItsOwn_runsAgainByItself() {
    Mono<Integer> inner = work(client, counted.conflicts(2)).as(alone::transactional);
    assertThat(around(plain, inner).block(LIMIT)).isEqualTo(201);
    assertThat(counted.attempts).hasValue(3);
  }

  @Test
  void elementsOfATransactionOfItsOwn_areThoseOfTheAttemptThatWasCommitted() {
    Flux<Integer> inner = work(client, counted.conflicts(1)).flux().as(alone::transactional);
    assertThat(inner.as(plain::transactional).collectList().block(LIMIT)).isEqualTo(List.of(101));
    assertThat(counted.attempts).hasValue(2);
  }

  @Test
  void operatorOfAnotherManager_runsAgainByItself() {
    Mono<Integer> inner = work(secondClient, counted.conflicts(2)).as(ofTheSecond::transactional);
    assertThat(around(plain, inner).block(LIMIT)).isEqualTo(201);
    assertThat(counted.attempts).hasValue(3);
  }

  /** As without the retry: nothing of them is kept, since nothing is run again. */
  @Test
  void elementsOfATransactionThatTakesPart_comeAtOnce() {
    Flux<Integer> inner =
        work(client, () -> {}).concatWith(Mono.never()).as(retried::transactional);
    assertThat(around(plain, inner.next()).block(LIMIT)).isEqualTo(1);
  }

  @Test
  void operatorThatTakesPart_leavesItToTheOuterOne() {
    Mono<Integer> inner = work(client, counted.conflicts(1)).as(retried::transactional);
    assertThat(around(retried, inner).block(LIMIT)).isEqualTo(101);
    assertThat(counted.attempts).hasValue(2);
    reset();
    Mono<Integer> again = work(client, counted.conflicts(1)).as(retried::transactional);
    assertThatThrownBy(() -> around(plain, again).block(LIMIT)).hasStackTraceContaining("40001");
    assertThat(counted.attempts).hasValue(1);
  }

  @Test
  void exhaustedInside_isNotRunAgainByTheOuterOne() {
    for (boolean other : new boolean[] {false, true}) {
      reset();
      Mono<Integer> inner =
          other
              ? work(secondClient, counted.conflicts(100)).as(ofTheSecond::transactional)
              : work(client, counted.conflicts(100)).as(alone::transactional);
      assertThatThrownBy(() -> around(retried, inner).block(LIMIT))
          .isInstanceOf(RetriesExhaustedException.class);
      assertThat(counted.attempts).as("other %s", other).hasValue(4);
    }
  }

  @Test
  void lostAnswerToCommitInside_isSaid_andNothingIsRunAgain() {
    Runnable cut = () -> counted.cut(Direction.SERVER_TO_CLIENT);
    for (boolean other : new boolean[] {false, true}) {
      reset();
      Mono<Integer> inner =
          other
              ? work(secondClient, () -> {}).doOnNext(n -> cut.run()).as(ofTheSecond::transactional)
              : work(client, () -> {}).doOnNext(n -> cut.run()).as(alone::transactional);
      assertThatThrownBy(() -> around(retried, inner).block(LIMIT))
          .isInstanceOf(CommitOutcomeUnknownException.class);
      assertThat(counted.attempts).as("other %s", other).hasValue(1);
      assertThat(counted.value()).as("the server has committed").isEqualTo(1);
    }
  }

  /** The rollback of the outer one fails, and its failure takes the place of the doubt. */
  @Test
  void lostAnswerToCommitInside_andTheConnectionOutsideToo_isSaid_andNothingIsRunAgain() {
    Runnable cutBoth = Counted.times(1, counted::cutBoth); // at the answer, and at ROLLBACK
    Mono<Integer> inner =
        work(client, () -> {}).doOnNext(n -> cutBoth.run()).as(alone::transactional);
    int before = counted.relay.strikes();
    assertThatThrownBy(() -> around(retried, inner).block(LIMIT))
        .isInstanceOf(CommitOutcomeUnknownException.class);
    assertThat(counted.relay.strikes() - before).as("both are lost").isEqualTo(2);
    assertThat(counted.attempts).hasValue(1);
    assertThat(counted.value()).as("the server has committed once").isEqualTo(1);
  }

  @Test
  void outerOneCancelledDuringTheCommitInside_theDoubtIsSaidOnce() {
    List<Throwable> dropped = new CopyOnWriteArrayList<>();
    CompletableFuture<FaultRelay.Strike> struck = new CompletableFuture<>();
    FaultRelay own = FaultRelay.start(counted.cluster.port());
    Hooks.onErrorDropped(dropped::add);
    try (var other = Contexts.start(Contexts.app(counted.cluster), counted.cluster, own.port())) {
      ConflictRetry conflicts = other.getBean(ConflictRetry.class);
      TransactionalOperator outer = conflicts.around(other.getBean(TransactionalOperator.class));
      TransactionalOperator inner = conflicts.around(requiresNew(other));
      Disposable running =
          work(other.getBean(DatabaseClient.class), () -> {})
              .doOnNext(
                  done -> {
                    var unused =
                        own.armNext(new FaultRelay.Fault.Stall(), Direction.SERVER_TO_CLIENT)
                            .thenAccept(struck::complete);
                  })
              .as(inner::transactional)
              .as(outer::transactional)
              .subscribe();
      struck.orTimeout(60, TimeUnit.SECONDS).join(); // COMMIT is there, and its answer is held
      running.dispose();
      own.close();
      Contexts.until("the doubt is said", () -> !dropped.isEmpty());
    } finally {
      Hooks.resetOnErrorDropped();
      own.close();
    }
    assertThat(dropped)
        .singleElement()
        .satisfies(
            failure ->
                assertThat(failure)
                    .hasStackTraceContaining(CommitOutcomeUnknownException.class.getName()));
    assertThat(counted.value()).as("the server has committed").isEqualTo(1);
  }
}
