package io.github.dsqljava.spring.boot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.dsqljava.CommitOutcomeUnknownException;
import io.github.dsqljava.RetriesExhaustedException;
import io.github.dsqljava.RetryKind;
import io.github.dsqljava.retry.TransactionOptions;
import io.github.dsqljava.spring.transaction.ConflictRetry;
import io.github.dsqljava.spring.transaction.RetryConflicts;
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
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.dao.DataAccessResourceFailureException;
import org.springframework.r2dbc.core.DatabaseClient;
import org.springframework.transaction.annotation.Propagation;
import org.springframework.transaction.annotation.Transactional;
import org.springframework.transaction.reactive.TransactionalOperator;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Hooks;
import reactor.core.publisher.Mono;

/** Reactive transactions on R2DBC, in a whole application. */
class ReactiveRetryTest {
  private static final Duration LIMIT = Duration.ofSeconds(60);

  private static Counted counted;
  private static ConfigurableApplicationContext context;
  private static Counters counters;

  @BeforeAll
  static void start() {
    counted = new Counted();
    context =
        Contexts.start(
            Contexts.app(counted.cluster, Counters.class, Outer.class),
            counted.cluster,
            counted.relay.port(),
            "--dsql.retry.max-attempts=4",
            "--dsql.pool.max-size=3");
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
  void mono_runsAgainAfterAConflict_andIsCounted() {
    double before = Contexts.retries(context, "conflict");
    assertThat(counters.increment(counted.conflicts(2)).block(LIMIT)).isEqualTo(201);
    assertThat(counted.value()).isEqualTo(201);
    assertThat(counted.attempts).hasValue(3);
    assertThat(Contexts.retries(context, "conflict") - before).isEqualTo(2);
  }

  @Test
  void flux_emitsOnlyTheElementsOfTheAttemptThatWasCommitted() {
    List<Integer> seen = new CopyOnWriteArrayList<>();
    counters.incrementAll(counted.conflicts(1)).doOnNext(seen::add).blockLast(LIMIT);
    assertThat(seen).containsExactly(101, 1, 1);
    assertThat(counted.attempts).hasValue(2);
  }

  @Test
  void operator_runsTheTransactionAgain() {
    TransactionalOperator retrying =
        context.getBean(ConflictRetry.class).around(context.getBean(TransactionalOperator.class));
    assertThat(counters.work(counted.conflicts(1)).as(retrying::transactional).block(LIMIT))
        .isEqualTo(101);
    assertThat(counted.attempts).hasValue(2);
    Runnable another = counted.conflicts(1);
    assertThat(retrying.execute(status -> counters.work(another)).blockLast(LIMIT)).isEqualTo(202);
    assertThat(counted.attempts).hasValue(4);
  }

  @Test
  void attemptsInAll_areThoseOfThePolicy() {
    assertThatThrownBy(() -> counters.increment(counted.conflicts(10)).block(LIMIT))
        .isInstanceOfSatisfying(
            RetriesExhaustedException.class,
            exhausted -> {
              assertThat(exhausted.attempts()).isEqualTo(4);
              assertThat(exhausted.kind()).isEqualTo(RetryKind.CONFLICT);
            });
    assertThat(counted.attempts).hasValue(4);
  }

  @Test
  void annotation_setsItsOwnNumberOfAttempts() {
    assertThatThrownBy(() -> counters.twice(counted.conflicts(10)).block(LIMIT))
        .isInstanceOf(RetriesExhaustedException.class);
    assertThat(counted.attempts).hasValue(2);
  }

  @Test
  void nestedMethod_isNotRunAgainByItself() {
    Outer outer = context.getBean(Outer.class);
    assertThatThrownBy(() -> outer.withoutRetry(counted.conflicts(1)).block(LIMIT))
        .hasStackTraceContaining("40001");
    assertThat(counted.attempts).hasValue(1);
    assertThat(outer.withRetry(counted.conflicts(1)).block(LIMIT)).isEqualTo(201);
    assertThat(counted.attempts).hasValue(3);
  }

  @Test
  void transactionOfItsOwnInside_isRunAgain() {
    Outer outer = context.getBean(Outer.class);
    assertThat(outer.withOwnInside(counted.conflicts(1)).block(LIMIT)).isEqualTo(101);
    assertThat(counted.attempts).hasValue(2);
  }

  @Test
  void retryInsideATransaction_leavesItToTheOuterOne() {
    TransactionalOperator plain = context.getBean(TransactionalOperator.class);
    TransactionalOperator retrying = context.getBean(ConflictRetry.class).around(plain);
    Mono<Integer> inner = counters.work(counted.conflicts(1)).as(retrying::transactional);
    assertThatThrownBy(() -> inner.as(plain::transactional).block(LIMIT))
        .hasStackTraceContaining("40001");
    assertThat(counted.attempts).hasValue(1);
  }

  @Test
  void lostAnswerToCommit_isOurException_andNotTriedAgain() {
    Runnable cut = () -> counted.cut(Direction.SERVER_TO_CLIENT);
    assertThatThrownBy(() -> counters.incrementThen(cut).block(LIMIT))
        .isInstanceOfSatisfying(
            CommitOutcomeUnknownException.class,
            unknown -> assertThat(unknown.problem()).isEqualTo("the connection was lost"));
    assertThat(counted.attempts).hasValue(1);
    assertThat(counted.value()).as("the server has committed").isEqualTo(1);
  }

  @Test
  void lostAnswerToCommit_withoutRetry_hasOurExceptionAsItsReason() {
    TransactionalOperator plain = context.getBean(TransactionalOperator.class);
    assertThatThrownBy(
            () ->
                counters
                    .work(() -> {})
                    .doOnNext(done -> counted.cut(Direction.SERVER_TO_CLIENT))
                    .as(plain::transactional)
                    .block(LIMIT))
        .isInstanceOf(DataAccessResourceFailureException.class)
        .hasStackTraceContaining(CommitOutcomeUnknownException.class.getName());
  }

  @Test
  void lostAnswerToCommit_ofAnIdempotentMethod_isTriedAgain() {
    Runnable cut = Counted.times(1, () -> counted.cut(Direction.SERVER_TO_CLIENT));
    assertThat(counters.setToSeven(cut).block(LIMIT)).isEqualTo(1);
    assertThat(counted.attempts).hasValue(2);
    assertThat(counted.value()).isEqualTo(7);
    assertThat(Contexts.retries(context, "unknown_commit")).isEqualTo(1);
  }

  /** At Reactor's hook for what nobody is left to hear. */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void cancelledDuringCommit_theDoubtIsSaid(boolean mono) {
    CompletableFuture<Throwable> dropped = new CompletableFuture<>();
    CompletableFuture<FaultRelay.Strike> struck = new CompletableFuture<>();
    FaultRelay own = FaultRelay.start(counted.cluster.port());
    Hooks.onErrorDropped(dropped::complete);
    try (var other =
        Contexts.start(
            Contexts.app(counted.cluster, Counters.class), counted.cluster, own.port())) {
      Runnable stall =
          () -> {
            var unused =
                own.armNext(new FaultRelay.Fault.Stall(), Direction.SERVER_TO_CLIENT)
                    .thenAccept(struck::complete);
          };
      Counters others = other.getBean(Counters.class);
      Disposable running =
          mono
              ? others.incrementThen(stall).subscribe()
              : others.incrementAllThen(stall).subscribe();
      struck.orTimeout(60, TimeUnit.SECONDS).join(); // COMMIT is there, and its answer is held
      running.dispose();
      own.close();
      assertThat(dropped)
          .succeedsWithin(LIMIT)
          .satisfies(
              failure ->
                  assertThat(failure)
                      .hasStackTraceContaining(CommitOutcomeUnknownException.class.getName()));
    } finally {
      Hooks.resetOnErrorDropped();
      own.close();
    }
    assertThat(counted.value()).as("the server has committed").isEqualTo(1);
  }

  @Test
  void connectionLostBeforeCommit_isTriedAgain() {
    double before = Contexts.retries(context, "connection");
    Runnable cut = Counted.times(1, () -> counted.cut(Direction.CLIENT_TO_SERVER));
    assertThat(counters.increment(cut).block(LIMIT)).isEqualTo(1);
    assertThat(counted.attempts).hasValue(2);
    assertThat(Contexts.retries(context, "connection") - before).isEqualTo(1);
    assertThat(counted.value()).isEqualTo(1);
  }

  @Test
  void otherFailure_isPassedOn_andRunOnce() {
    IllegalStateException mine = new IllegalStateException("mine");
    assertThatThrownBy(
            () ->
                counters
                    .increment(
                        () -> {
                          throw mine;
                        })
                    .block(LIMIT))
        .isSameAs(mine);
    assertThat(counted.attempts).hasValue(1);
    assertThat(counted.value()).isZero();
  }

  @Test
  void failureThatDoesNotRollBack_isNotTriedAgain() {
    assertThatThrownBy(() -> counters.committedAndFailed().block(LIMIT))
        .hasMessageContaining("of another database");
    assertThat(counted.attempts).hasValue(1);
    assertThat(counted.value()).isEqualTo(1);
  }

  @Test
  void swallowedConflict_isTriedAgain() {
    // A statement fails, the method goes on, and COMMIT is answered by ROLLBACK.
    assertThatThrownBy(() -> counters.swallowed().block(LIMIT))
        .hasMessageContaining("rolled back")
        .hasStackTraceContaining("22012");
    assertThat(counted.attempts).hasValue(1);
  }

  @Test
  void options_ofTheOperator_areItsOwn() {
    TransactionalOperator patient =
        context
            .getBean(ConflictRetry.class)
            .with(TransactionOptions.defaults())
            .around(context.getBean(TransactionalOperator.class));
    assertThat(counters.work(counted.conflicts(6)).as(patient::transactional).block(LIMIT))
        .isEqualTo(601);
  }

  static class Counters {

    private final DatabaseClient client;

    Counters(DatabaseClient client) {
      this.client = client;
    }

    /** Reads, lets something happen, and writes what it has read, plus one. */
    Mono<Integer> work(Runnable between) {
      return Mono.defer(
          () -> {
            counted.attempts.incrementAndGet();
            return read(1)
                .doOnNext(value -> between.run())
                .flatMap(value -> write(1, value + 1).thenReturn(value + 1));
          });
    }

    private Mono<Integer> read(int id) {
      return client
          .sql("SELECT value FROM counters WHERE id = $1")
          .bind("$1", id)
          .map(row -> row.get(0, Integer.class))
          .one();
    }

    private Mono<Long> write(int id, int value) {
      return client
          .sql("UPDATE counters SET value = $2 WHERE id = $1")
          .bind("$1", id)
          .bind("$2", value)
          .fetch()
          .rowsUpdated();
    }

    @Transactional
    @RetryConflicts
    public Mono<Integer> increment(Runnable between) {
      return work(between);
    }

    @Transactional
    @RetryConflicts(maxAttempts = 2)
    public Mono<Integer> twice(Runnable between) {
      return work(between);
    }

    @Transactional(propagation = Propagation.REQUIRES_NEW)
    @RetryConflicts
    public Mono<Integer> incrementAlone(Runnable between) {
      return work(between);
    }

    @Transactional
    @RetryConflicts
    public Mono<Integer> incrementThen(Runnable then) {
      return work(() -> {}).doOnNext(done -> then.run());
    }

    @Transactional
    @RetryConflicts
    public Flux<Integer> incrementAllThen(Runnable then) {
      return work(() -> {}).doOnNext(done -> then.run()).flux();
    }

    @Transactional
    @RetryConflicts(idempotent = true)
    public Mono<Long> setToSeven(Runnable then) {
      return Mono.fromRunnable(counted.attempts::incrementAndGet)
          .then(write(1, 7))
          .doOnNext(done -> then.run());
    }

    @Transactional
    @RetryConflicts
    public Flux<Integer> incrementAll(Runnable between) {
      return work(between)
          .concatWith(
              Flux.just(2, 3)
                  .concatMap(id -> read(id).flatMap(v -> write(id, v + 1).thenReturn(v + 1))));
    }

    @Transactional(noRollbackFor = IllegalArgumentException.class)
    @RetryConflicts
    public Mono<Integer> committedAndFailed() {
      return work(() -> {})
          .then(
              Mono.error(
                  () ->
                      new IllegalArgumentException(
                          "of another database", new java.sql.SQLException("conflict", "40001"))));
    }

    @Transactional
    @RetryConflicts
    public Mono<Integer> swallowed() {
      return work(() -> {})
          .flatMap(
              done ->
                  client
                      .sql("SELECT 1 / 0")
                      .fetch()
                      .rowsUpdated()
                      .onErrorResume(failure -> Mono.empty())
                      .thenReturn(done));
    }
  }

  static class Outer {
    private final Counters counters;

    Outer(Counters counters) {
      this.counters = counters;
    }

    @Transactional
    public Mono<Integer> withoutRetry(Runnable between) {
      return counters.increment(between);
    }

    @Transactional
    @RetryConflicts
    public Mono<Integer> withRetry(Runnable between) {
      return counters.increment(between);
    }

    @Transactional
    public Mono<Integer> withOwnInside(Runnable between) {
      return counters.incrementAlone(between);
    }
  }
}
