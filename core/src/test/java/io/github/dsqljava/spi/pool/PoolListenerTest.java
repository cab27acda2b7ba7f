package io.github.dsqljava.spi.pool;

import static io.github.dsqljava.spi.pool.PoolFixture.OPEN_TIME;
import static io.github.dsqljava.spi.pool.PoolFixture.leased;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.dsqljava.RetryKind;
import io.github.dsqljava.pool.CloseReason;
import io.github.dsqljava.pool.ConnectRate;
import io.github.dsqljava.pool.PoolListener;
import io.github.dsqljava.pool.PoolPolicy;
import io.github.dsqljava.pool.PoolStats;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** What a pool tells its listener and in its figures. */
@SuppressWarnings("FutureReturnValueIgnored") // of callers that are only there to wait
class PoolListenerTest {

  @Test
  void events_oneConnectionsLife_areToldInOrder() {
    PoolFixture fixture = PoolFixture.of(policy -> policy.maxSize(1));
    fixture.source.failNext(Failures.unreachable());
    var caller = fixture.acquire();
    fixture.seconds(1);
    var next = fixture.acquire();
    leased(caller).release();
    leased(next).release();
    fixture.acquireNow().discard();
    assertThat(fixture.listener.events)
        .containsExactly(
            "openFailed ClusterUnreachableException PT0.1S",
            "backoff PT0.1S ClusterUnreachableException",
            "opened PT0.1S",
            "acquired PT0.3S",
            "acquired PT0S",
            "acquired PT0S",
            "closed BROKEN PT0.8S");
  }

  @Test
  void events_callersWithoutConnection_areToldWithTheReason() {
    PoolFixture fixture = PoolFixture.of(policy -> policy.maxSize(1).maxWaiting(1));
    fixture.source.failNext(Failures.denied());
    fixture.acquire();
    fixture.time.advance(OPEN_TIME);
    fixture.seconds(1);
    fixture.acquireNow();
    fixture.acquire(2);
    fixture.seconds(10);
    fixture.acquire();
    fixture.pool.close(Duration.ZERO);
    fixture.acquire();
    assertThat(fixture.listener.of("acquireFailed"))
        .containsExactly(
            "acquireFailed AccessDeniedException PT0.1S",
            "acquireFailed PoolBusyException PT0S",
            "acquireFailed PoolTimeoutException PT10S",
            "acquireFailed ClosedException PT0S",
            "acquireFailed ClosedException PT0S");
  }

  @Test
  void listener_throwsAtEveryEvent_poolDoesNotCare() {
    PoolListener angry =
        new PoolListener() {
          @Override
          public void opened(Duration took) {
            throw new IllegalStateException("opened");
          }

          @Override
          public void openFailed(Throwable failure, Duration took) {
            throw new AssertionError("openFailed");
          }

          @Override
          public void closed(CloseReason reason, Duration age) {
            throw new IllegalStateException("closed");
          }

          @Override
          public void acquired(Duration waited) {
            throw new AssertionError("acquired");
          }

          @Override
          public void acquireFailed(Throwable failure, Duration waited) {
            throw new IllegalStateException("acquireFailed");
          }

          @Override
          public void backoff(Duration delay, Throwable failure) {
            throw new IllegalStateException("backoff");
          }
        };
    PoolFixture fixture = PoolFixture.of(policy -> policy);
    var pool =
        new AsyncPool<>(
            "cluster:5432",
            PoolPolicy.builder().maxSize(1).build(),
            fixture.source,
            fixture.time,
            ConnectRate.of(100, 1_000),
            new FixedRandom(1),
            angry);
    try (CapturedLog log = new CapturedLog()) {
      useForEverything(fixture, pool);
      assertThat(log.failures())
          .contains("opened", "openFailed", "closed", "acquired", "acquireFailed", "backoff");
    }
  }

  private static void useForEverything(PoolFixture fixture, AsyncPool<SimulatedConnection> pool) {
    fixture.source.failNext(Failures.unreachable(), Failures.denied());
    var denied = pool.acquire(null, Duration.ofSeconds(10));
    fixture.seconds(1);
    assertThat(denied).isCompletedExceptionally();
    var caller = pool.acquire(null, Duration.ofSeconds(10));
    fixture.seconds(1);
    leased(caller).release();
    leased(pool.acquire(null, Duration.ofSeconds(10))).discard();
    assertThat(pool.close(Duration.ZERO)).isCompleted();
    assertThat(pool.acquire(null, Duration.ofSeconds(10))).isCompletedExceptionally();
    assertThat(fixture.cluster.open).isZero();
  }

  @Test
  void none_everyEvent_doesNothing() {
    PoolListener none = PoolListener.NONE;
    none.opened(OPEN_TIME);
    none.openFailed(Failures.denied(), OPEN_TIME);
    none.closed(CloseReason.IDLE, OPEN_TIME);
    none.acquired(OPEN_TIME);
    none.acquireFailed(Failures.denied(), OPEN_TIME);
    none.backoff(OPEN_TIME, Failures.denied());
    none.retrying(RetryKind.CONFLICT, 1, OPEN_TIME, Failures.denied());
  }

  @Test
  void stats_everyFigure_countsWhatItSays() {
    PoolFixture fixture =
        PoolFixture.of(policy -> policy.maxSize(3).lifetimeJitter(Duration.ofMinutes(5)));
    fixture.source.failNext(Failures.overloaded());
    var late = fixture.pool.acquire(null, Duration.ofMillis(150));
    fixture.seconds(1);
    assertThat(late).isCompletedExceptionally();
    Lease<SimulatedConnection> one = fixture.acquireNow();
    fixture.acquire(3); // one with the connection that is there, or will be
    fixture.millis(50);
    assertThat(fixture.pool.stats())
        .isEqualTo(
            PoolStats.builder()
                .leased(1)
                .opening(2)
                .waiting(3)
                .opened(1)
                .openFailures(1)
                .acquired(1)
                .timeouts(1)
                .build());
    fixture.millis(50);
    assertThat(fixture.pool.stats())
        .isEqualTo(
            PoolStats.builder()
                .leased(3)
                .waiting(1)
                .opened(3)
                .openFailures(1)
                .acquired(3)
                .timeouts(1)
                .build());
    one.release();
    assertThat(fixture.pool.stats())
        .isEqualTo(
            PoolStats.builder()
                .leased(3)
                .opened(3)
                .openFailures(1)
                .acquired(4)
                .timeouts(1)
                .build());
    assertThat(fixture.pool.stats().size()).isEqualTo(3);
    fixture.pool.expireConnections();
    assertThat(fixture.pool.stats())
        .isEqualTo(
            PoolStats.builder()
                .leased(3)
                .retiring(3)
                .opened(3)
                .openFailures(1)
                .acquired(4)
                .timeouts(1)
                .build());
    fixture.pool.close(Duration.ZERO);
    assertThat(fixture.pool.stats())
        .isEqualTo(
            PoolStats.builder()
                .opened(3)
                .closed(3)
                .openFailures(1)
                .acquired(4)
                .timeouts(1)
                .build());
    assertThat(fixture.pool.policy().maxSize()).isEqualTo(3);
    assertThat(fixture.pool.listener()).isSameAs(fixture.listener);
    assertThat(fixture.pool)
        .hasToString(
            "AsyncPool[cluster:5432, 0 of at most 3 connections in use, 0 being opened, 0 waiting]");
  }
}
