package io.github.dsqljava.spi.pool;

import static io.github.dsqljava.spi.pool.PoolFixture.leased;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

/** Connections that were idle for long are asked whether they are still there. */
@SuppressWarnings("FutureReturnValueIgnored") // of callers that are only there to wait
class PoolCheckTest {

  private static PoolFixture fixture(int minSize) {
    PoolFixture fixture =
        PoolFixture.of(policy -> policy.minSize(minSize).idleCheck(Duration.ofMinutes(2)));
    fixture.pool.start();
    fixture.seconds(1);
    return fixture;
  }

  @Test
  void idleForLong_isCheckedAgainAndAgain() {
    PoolFixture fixture = fixture(2);
    fixture.minutes(11);
    assertThat(fixture.source.checks).hasSize(10);
    assertThat(fixture.pool.stats().idle()).isEqualTo(2);
    assertThat(fixture.pool.stats().opened()).isEqualTo(2);
  }

  @Test
  void used_isNotChecked() {
    PoolFixture fixture = fixture(1);
    for (int i = 0; i < 20; i++) {
      fixture.minutes(1);
      fixture.acquireNow().release();
    }
    assertThat(fixture.source.checks).isEmpty();
  }

  @Test
  void deadSilently_isReplacedBeforeAnybodyGetsIt() {
    PoolFixture fixture = fixture(1);
    fixture.source.checkOutcome = connection -> connection.number > 0;
    fixture.minutes(3);
    assertThat(fixture.listener.of("closed")).singleElement().asString().contains("LOST");
    assertThat(fixture.cluster.accepted.get(0).isAborted()).isTrue();
    assertThat(leased(fixture.acquire()).connection().number).isEqualTo(1);
  }

  @Test
  void beingChecked_callerWaitsForIt() {
    PoolFixture fixture = PoolFixture.of(policy -> policy.minSize(1).maxSize(1));
    fixture.source.checkTime = Duration.ofSeconds(1);
    fixture.pool.start();
    fixture.seconds(1);
    fixture.minutes(2);
    assertThat(fixture.pool.stats().idle()).isZero();
    var caller = fixture.acquire();
    assertThat(caller).isNotDone();
    fixture.seconds(1);
    assertThat(leased(caller).connection().number).isZero();
  }

  @Test
  void lostWhileBeingChecked_isClosedOnce() {
    PoolFixture fixture = fixture(1);
    fixture.source.checkTime = Duration.ofSeconds(1);
    fixture.minutes(2);
    fixture.cluster.cutAll();
    fixture.seconds(5);
    assertThat(fixture.pool.stats().closed()).isEqualTo(1);
    assertThat(fixture.pool.stats().idle()).isEqualTo(1);
    fixture.cluster.assertNoFaults();
  }

  @Test
  void closedWhileBeingChecked_closeEndsWithTheCheck() {
    PoolFixture fixture = fixture(1);
    fixture.source.checkTime = Duration.ofSeconds(1);
    fixture.minutes(2);
    var closed = fixture.pool.close(Duration.ofSeconds(5));
    assertThat(closed).isNotDone();
    fixture.seconds(1);
    assertThat(closed).isCompleted();
    fixture.cluster.assertNoFaults();
  }

  /** The check is no use: above the minimum a connection goes when it was unused for too long. */
  @Test
  void check_doesNotProlongTheIdleTime() {
    PoolFixture fixture = PoolFixture.of(policy -> policy.idleTimeout(Duration.ofMinutes(5)));
    var first = fixture.acquireNow();
    var second = fixture.acquireNow();
    first.release();
    fixture.minutes(1);
    second.release();
    fixture.millis(4 * 60_000 + 1);
    assertThat(fixture.source.checks).isNotEmpty();
    assertThat(fixture.pool.stats().idle()).isEqualTo(1);
    assertThat(leased(fixture.acquire()).connection()).isSameAs(second.connection());
  }
}
