package io.github.dsqljava.spi.pool;

import static io.github.dsqljava.spi.pool.PoolFixture.OPEN_TIME;
import static io.github.dsqljava.spi.pool.PoolFixture.failure;
import static io.github.dsqljava.spi.pool.PoolFixture.leased;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.dsqljava.ClosedException;
import io.github.dsqljava.pool.ConnectRate;
import io.github.dsqljava.pool.PoolListener;
import io.github.dsqljava.pool.PoolPolicy;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The end of a pool: in order while the grace period lasts, hard after it. */
@SuppressWarnings("FutureReturnValueIgnored") // of callers that are only there to wait
class PoolCloseTest {

  private static final Duration GRACE = Duration.ofSeconds(30);

  private final PoolFixture fixture = PoolFixture.of(policy -> policy.minSize(1).maxSize(2));

  @Test
  void close_callersThatWait_failAndLaterOnesToo() {
    fixture.acquire(2);
    var waiting = fixture.acquire();
    fixture.pool.close(GRACE);
    for (var caller : List.of(waiting, fixture.acquire())) {
      assertThat(failure(caller))
          .isInstanceOf(ClosedException.class)
          .hasMessageContaining("cluster:5432 is closed");
    }
    assertThat(fixture.pool.stats().waiting()).isZero();
  }

  @Test
  void close_withinTheGracePeriod_idleNowAndLeasedWhenTheyComeBack() {
    fixture.pool.start();
    Lease<SimulatedConnection> lease = fixture.acquireNow();
    Lease<SimulatedConnection> other = fixture.acquireNow();
    other.release();
    CompletableFuture<Void> closed = fixture.pool.close(GRACE);
    assertThat(other.connection().isOpen()).isFalse();
    assertThat(lease.connection().isOpen()).isTrue();
    fixture.seconds(29);
    assertThat(closed).isNotDone();
    assertThat(lease.release()).isTrue();
    assertThat(closed).isCompleted();
    assertThat(lease.connection().isAborted()).isFalse();
    assertThat(fixture.listener.of("closed POOL_CLOSED")).hasSize(2);
    fixture.minutes(5);
    assertThat(fixture.source.attempts).as("minSize does not count any more").isEqualTo(2);
  }

  @Test
  void close_graceIsOver_connectionsInUseAreAborted() {
    Lease<SimulatedConnection> lease = fixture.acquireNow();
    lease.connection().take();
    lease.connection().begin();
    CompletableFuture<Void> closed = fixture.pool.close(GRACE);
    fixture.time.advance(GRACE.minusNanos(1));
    assertThat(closed).isNotDone();
    fixture.time.advance(Duration.ofNanos(1));
    assertThat(closed).isCompleted();
    assertThat(fixture.cluster.transactionsAborted).isEqualTo(1);
    assertThat(lease.release()).isFalse();
    assertThat(lease.discard()).isFalse();
    assertThat(fixture.pool.stats().closed()).isEqualTo(1);
    fixture.cluster.assertNoFaults();
  }

  @Test
  void close_callbackOfACallerTakesLong_graceHasBegunBefore() {
    Lease<SimulatedConnection> lease = fixture.acquireNow();
    fixture.acquireNow();
    fixture.acquire().whenComplete((none, failure) -> fixture.time.advance(GRACE));
    assertThat(fixture.pool.close(GRACE)).isCompleted();
    assertThat(lease.connection().isAborted()).isTrue();
  }

  @ParameterizedTest
  @ValueSource(longs = {0, -1, Long.MIN_VALUE})
  void close_noGrace_abortsInTheCall(long seconds) {
    Lease<SimulatedConnection> lease = fixture.acquireNow();
    assertThat(fixture.pool.close(Duration.ofSeconds(seconds))).isCompleted();
    assertThat(lease.connection().isAborted()).isTrue();
  }

  @Test
  void close_again_shorterGraceCountsAndLongerDoesNot() {
    Lease<SimulatedConnection> lease = fixture.acquireNow();
    CompletableFuture<Void> first = fixture.pool.close(GRACE);
    CompletableFuture<Void> longer = fixture.pool.close(GRACE.multipliedBy(2));
    CompletableFuture<Void> shorter = fixture.pool.close(Duration.ofSeconds(5));
    assertThat(shorter.cancel(false)).isTrue(); // which is nobody else's business
    fixture.seconds(5);
    assertThat(first).isCompleted();
    assertThat(longer).isCompleted();
    assertThat(lease.connection().isAborted()).isTrue();
    assertThat(fixture.pool.close(GRACE)).isCompleted();
  }

  @Test
  void close_openingUnderWay_isWaitedForAndClosedWhenItComes() {
    var caller = fixture.acquire();
    CompletableFuture<Void> closed = fixture.pool.close(GRACE);
    assertThat(caller).isCompletedExceptionally();
    assertThat(closed).isNotDone();
    fixture.time.advance(OPEN_TIME);
    assertThat(closed).isCompleted();
    assertThat(fixture.cluster.open).isZero();
  }

  @Test
  void close_openingUnderWayFails_isClosedThen() {
    fixture.source.failNext(Failures.expired());
    fixture.acquire();
    CompletableFuture<Void> closed = fixture.pool.close(GRACE);
    fixture.time.advance(OPEN_TIME);
    assertThat(closed).isCompleted();
    assertThat(fixture.source.attempts).isEqualTo(1);
  }

  @Test
  void close_openingUnderWayAtTheEndOfTheGrace_isNotWaitedForButClosedWhenItComes() {
    fixture.acquire();
    assertThat(fixture.pool.close(Duration.ZERO)).isCompleted();
    assertThat(fixture.cluster.open).isEqualTo(1);
    fixture.time.advance(OPEN_TIME);
    assertThat(fixture.cluster.open).isZero();
    assertThat(fixture.pool.stats().opening()).isZero();
  }

  @Test
  void close_lostMeanwhile_isNotWaitedFor() {
    Lease<SimulatedConnection> lease = fixture.acquireNow();
    CompletableFuture<Void> closed = fixture.pool.close(GRACE);
    assertThat(closed).isNotDone();
    fixture.cluster.cutAll();
    assertThat(closed).isCompleted();
    assertThat(lease.release()).isFalse();
  }

  @Test
  void close_graceIsForEver_waitsForTheLastConnection() {
    Lease<SimulatedConnection> lease = fixture.acquireNow();
    CompletableFuture<Void> closed = fixture.pool.close(Duration.ofSeconds(Long.MAX_VALUE));
    fixture.minutes(50);
    assertThat(lease.connection().isOpen()).isTrue();
    lease.release();
    assertThat(closed).isCompleted();
  }

  @Test
  void close_nothingIsOpen_nothingHoldsThePoolAfterwards() {
    assertThat(fixture.pool.close(Duration.ofHours(10))).isCompleted();
    assertThat(fixture.time.pending()).isZero();
  }

  @Test
  void close_afterUse_timersEndWithinAMinute() {
    fixture.pool.start();
    fixture.acquireNow().release();
    fixture.pool.close(GRACE);
    fixture.minutes(1);
    int cuts = fixture.cluster.accepted.size(); // the service's own timers
    assertThat(fixture.time.pending()).isEqualTo(cuts);
  }

  static List<Supplier<@Nullable CompletionStage<Void>>> badCloses() {
    return List.of(
        () -> {
          throw new IllegalStateException("odd");
        },
        () -> null,
        () -> CompletableFuture.failedFuture(new IllegalStateException("odd")));
  }

  @ParameterizedTest
  @MethodSource("badCloses")
  void close_sourceFailsToClose_poolIsClosedAllTheSame(Supplier<CompletionStage<Void>> bad) {
    SimulatedSource usual = fixture.source;
    ConnectionSource<SimulatedConnection> source =
        new ConnectionSource<>() {
          @Override
          public CompletionStage<SimulatedConnection> open(
              @Nullable Object preference, Runnable lost) {
            return usual.open(preference, lost);
          }

          @Override
          public CompletionStage<Void> close(SimulatedConnection connection) {
            return bad.get();
          }

          @Override
          public CompletionStage<Void> abort(SimulatedConnection connection) {
            return bad.get();
          }
        };
    var pool =
        new AsyncPool<>(
            "cluster:5432",
            PoolPolicy.defaults(),
            source,
            fixture.time,
            ConnectRate.of(100, 1_000),
            new FixedRandom(1),
            PoolListener.NONE);
    var idle = pool.acquire(null, GRACE);
    var inUse = pool.acquire(null, GRACE);
    fixture.time.advance(OPEN_TIME);
    leased(idle).release();
    leased(inUse);
    assertThat(pool.close(Duration.ZERO)).isCompleted();
  }

  @Test
  void close_sourceTakesItsTime_completesWhenItIsDone() {
    CompletableFuture<Void> slow = new CompletableFuture<>();
    SimulatedSource usual = fixture.source;
    ConnectionSource<SimulatedConnection> source =
        new ConnectionSource<>() {
          @Override
          public CompletionStage<SimulatedConnection> open(
              @Nullable Object preference, Runnable lost) {
            return usual.open(preference, lost);
          }

          @Override
          public CompletionStage<Void> close(SimulatedConnection connection) {
            return slow;
          }

          @Override
          public CompletionStage<Void> abort(SimulatedConnection connection) {
            throw new AssertionError("nothing is in use");
          }
        };
    var pool =
        new AsyncPool<>(
            "cluster:5432",
            PoolPolicy.builder().minSize(1).build(),
            source,
            fixture.time,
            ConnectRate.of(100, 1_000),
            new FixedRandom(1),
            PoolListener.NONE);
    pool.start();
    fixture.time.advance(OPEN_TIME);
    CompletableFuture<Void> closed = pool.close(GRACE);
    assertThat(closed).isNotDone();
    slow.complete(null);
    assertThat(closed).isCompleted();
  }
}
