package io.github.dsqljava.spi.pool;

import static io.github.dsqljava.spi.pool.PoolFixture.leased;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.dsqljava.DsqlException;
import io.github.dsqljava.pool.ConnectRate;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What a pool does while no connection can be opened, but may be soon. */
@SuppressWarnings("FutureReturnValueIgnored") // of callers that are only there to wait
class PoolBackoffTest {

  private final ConnectRate fast = ConnectRate.of(1_000_000, 1_000_000);

  static List<DsqlException> passingTroubles() {
    return List.of(
        Failures.overloaded(),
        Failures.server("53400", "Unable to accept connection, rate exceeded."),
        Failures.wakingUp(),
        Failures.unreachable());
  }

  @ParameterizedTest
  @MethodSource("passingTroubles")
  void acquire_serviceIsInTrouble_callersWaitAndAreServedWhenItIsOver(DsqlException trouble) {
    PoolFixture fixture = PoolFixture.of(policy -> policy.maxSize(5));
    fixture.cluster.refusal = trouble;
    var callers = fixture.acquire(5);
    fixture.seconds(4);
    assertThat(callers).noneMatch(CompletableFuture::isDone);
    assertThat(fixture.listener.of("backoff")).isNotEmpty();
    fixture.cluster.refusal = null;
    fixture.seconds(6);
    assertThat(callers).allMatch(CompletableFuture::isDone);
    callers.forEach(PoolFixture::leased);
  }

  @Test
  void backoff_failuresInARow_pausesDoubleUpToTheCap() {
    PoolFixture fixture = PoolFixture.of(policy -> policy.minSize(1), fast);
    fixture.cluster.refusal = Failures.wakingUp();
    fixture.pool.start();
    fixture.seconds(30);
    assertThat(fixture.listener.of("backoff"))
        .extracting(event -> event.split(" ")[1])
        .containsExactly(
            "PT0.1S", "PT0.2S", "PT0.4S", "PT0.8S", "PT1.6S", "PT3.2S", "PT5S", "PT5S", "PT5S",
            "PT5S", "PT5S");
  }

  @Test
  void backoff_pauses_areDrawnFromZeroToTheirBound() {
    PoolFixture fixture = PoolFixture.of(policy -> policy.minSize(1), fast, new Random(20261122));
    fixture.cluster.refusal = Failures.wakingUp();
    fixture.pool.start();
    fixture.minutes(60);
    List<Duration> pauses =
        fixture.listener.of("backoff").stream()
            .skip(6) // from then on the bound is 5 seconds
            .map(event -> Duration.parse(event.split(" ")[1]))
            .toList();
    assertThat(pauses).hasSizeGreaterThan(1_000).allMatch(p -> p.toMillis() <= 5_000);
    assertThat(pauses).filteredOn(pause -> pause.toMillis() < 500).hasSizeGreaterThan(50);
    assertThat(pauses).filteredOn(pause -> pause.toMillis() > 4_500).hasSizeGreaterThan(50);
  }

  @Test
  void backoff_attemptsSideBySideFailTogether_countAsOneFailure() {
    PoolFixture fixture = PoolFixture.of(policy -> policy.minSize(10), fast);
    fixture.cluster.refusal = Failures.overloaded();
    fixture.pool.start();
    fixture.millis(199);
    assertThat(fixture.source.attempts).isEqualTo(10);
    assertThat(fixture.listener.of("openFailed")).hasSize(10);
    assertThat(fixture.listener.of("backoff")).hasSize(1);
  }

  @Test
  void backoff_over_oneAttemptAtATimeUntilOneSucceeds() {
    PoolFixture fixture = PoolFixture.of(policy -> policy.minSize(10), fast);
    fixture.cluster.refusal = Failures.overloaded();
    fixture.pool.start();
    fixture.millis(150);
    fixture.source.mostOpening = 0;
    fixture.seconds(20);
    assertThat(fixture.source.mostOpening).isEqualTo(1);
    fixture.cluster.refusal = null;
    fixture.seconds(6);
    assertThat(fixture.source.mostOpening).isEqualTo(9);
    assertThat(fixture.pool.stats().idle()).isEqualTo(10);
  }

  @Test
  void backoff_afterASuccess_beginsAnew() {
    PoolFixture fixture = PoolFixture.of(policy -> policy, fast);
    fixture.cluster.refusal = Failures.overloaded();
    var caller = fixture.acquire();
    fixture.seconds(3);
    fixture.cluster.refusal = null;
    fixture.seconds(4);
    leased(caller);
    fixture.listener.events.clear();
    fixture.cluster.refusal = Failures.overloaded();
    fixture.acquire();
    fixture.millis(100);
    assertThat(fixture.listener.of("backoff"))
        .containsExactly("backoff PT0.1S ConnectionRejectedException");
  }

  @Test
  void release_duringAPause_callerIsServedAllTheSame() {
    PoolFixture fixture = PoolFixture.of(policy -> policy.maxSize(2), fast);
    Lease<SimulatedConnection> lease = fixture.acquireNow();
    fixture.cluster.refusal = Failures.overloaded();
    var caller = fixture.acquire();
    fixture.seconds(5);
    lease.release();
    assertThat(caller).isCompleted();
  }

  @Test
  void backoff_connectionsAreCutAsSoonAsTheyAreOpen_poolPausesToo() {
    PoolFixture fixture = PoolFixture.of(policy -> policy, fast);
    fixture.source.openTime = () -> Duration.ofMillis(1);
    fixture.source.outcome =
        () -> {
          fixture.time.schedule(Duration.ZERO, fixture.cluster::cutAll);
          return null;
        };
    fixture.acquire();
    fixture.seconds(5);
    assertThat(fixture.source.attempts).isBetween(2, 10);
    assertThat(fixture.listener.of("backoff")).isNotEmpty();
    fixture.seconds(5);
    assertThat(fixture.listener.of("acquireFailed"))
        .containsExactly("acquireFailed PoolTimeoutException PT10S");
  }

  @Test
  void backoff_connectionsAreCutSoonAfterTheyAreOpen_poolPausesToo() {
    PoolFixture fixture = PoolFixture.of(policy -> policy.minSize(1), fast);
    fixture.source.openTime = () -> Duration.ofMillis(1);
    fixture.source.outcome =
        () -> {
          fixture.time.schedule(Duration.ofMillis(5), fixture.cluster::cutAll);
          return null;
        };
    fixture.pool.start();
    fixture.seconds(10);
    assertThat(fixture.source.attempts).isLessThan(120);
    assertThat(fixture.listener.of("backoff")).isNotEmpty();
  }
}
