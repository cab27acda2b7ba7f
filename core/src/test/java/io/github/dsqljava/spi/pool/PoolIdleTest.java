package io.github.dsqljava.spi.pool;

import static io.github.dsqljava.spi.pool.PoolFixture.OPEN_TIME;
import static io.github.dsqljava.spi.pool.PoolFixture.leased;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

/** Connections that nobody needs go, down to the minimum; and all go when they are to expire. */
@SuppressWarnings("FutureReturnValueIgnored") // of callers that are only there to wait
class PoolIdleTest {

  private static final Duration IDLE = Duration.ofMinutes(10);
  private static final Duration INSTANT = Duration.ofNanos(1);

  @Test
  void timer_connectionsIdleTooLong_areClosedDownToMinSize() {
    PoolFixture fixture = PoolFixture.of(policy -> policy.minSize(2).maxSize(5));
    var callers = fixture.acquire(5);
    fixture.time.advance(OPEN_TIME);
    callers.forEach(caller -> leased(caller).release());
    fixture.time.advance(IDLE.minus(INSTANT));
    assertThat(fixture.pool.stats().idle()).isEqualTo(5);
    fixture.time.advance(INSTANT);
    assertThat(fixture.pool.stats().idle()).isEqualTo(2);
    assertThat(fixture.listener.of("closed")).containsOnly("closed IDLE PT10M0.1S").hasSize(3);
    fixture.minutes(30);
    assertThat(fixture.pool.stats().idle()).isEqualTo(2);
  }

  @Test
  void timer_connectionIsUsed_idleTimeBeginsAnew() {
    PoolFixture fixture = PoolFixture.of(policy -> policy);
    fixture.acquireNow().release();
    fixture.minutes(9);
    fixture.acquireNow().release();
    fixture.minutes(9);
    assertThat(fixture.pool.stats().idle()).isEqualTo(1);
    fixture.minutes(1);
    assertThat(fixture.pool.stats().idle()).isZero();
  }

  @Test
  void timer_loadForOne_theOthersGo() {
    PoolFixture fixture = PoolFixture.of(policy -> policy.maxSize(4));
    fixture.acquire(4).forEach(caller -> caller.thenAccept(Lease::release));
    fixture.time.advance(OPEN_TIME);
    assertThat(fixture.pool.stats().idle()).isEqualTo(4);
    for (int minute = 0; minute < 10; minute++) {
      fixture.acquireNow().release();
      fixture.minutes(1);
    }
    assertThat(fixture.pool.stats().idle()).isEqualTo(1);
  }

  @Test
  void timer_connectionIsInUse_staysHoweverLong() {
    PoolFixture fixture = PoolFixture.of(policy -> policy);
    Lease<SimulatedConnection> lease = fixture.acquireNow();
    fixture.minutes(30);
    assertThat(lease.connection().isOpen()).isTrue();
    assertThat(fixture.source.attempts).isEqualTo(1);
  }

  // Expiry

  @Test
  void expireConnections_idleLeasedAndOpening_noneIsHandedOutAgain() {
    PoolFixture fixture = PoolFixture.of(policy -> policy.maxSize(3));
    var first = fixture.acquire(2);
    fixture.time.advance(OPEN_TIME);
    leased(first.get(1)).release();
    Lease<SimulatedConnection> inUse = leased(first.get(0));
    Lease<SimulatedConnection> other = fixture.acquireNow();
    var caller = fixture.acquire();
    fixture.millis(50);
    other.release();
    leased(caller).release();

    assertThat(fixture.pool.expireConnections()).isEqualTo(3);

    assertThat(other.connection().isOpen()).isFalse();
    assertThat(inUse.connection().isOpen()).isTrue();
    inUse.release();
    assertThat(inUse.connection().isOpen()).isFalse();
    fixture.millis(50);
    assertThat(fixture.cluster.open).isZero();
    assertThat(fixture.listener.of("closed EXPIRED")).hasSize(3);
    assertThat(fixture.acquireNow().connection().number).isEqualTo(3);
  }

  @Test
  void expireConnections_minSize_isOpenedAgain() {
    PoolFixture fixture = PoolFixture.of(policy -> policy.minSize(3));
    fixture.pool.start();
    fixture.time.advance(OPEN_TIME);
    assertThat(fixture.pool.expireConnections()).isEqualTo(3);
    fixture.time.advance(OPEN_TIME);
    assertThat(fixture.pool.stats().idle()).isEqualTo(3);
    assertThat(fixture.cluster.notClosed()).allMatch(connection -> connection.number >= 3);
  }

  @Test
  void expireConnections_allInUseAtMaxSize_callersGetNewOnesWithinTheOverlap() {
    PoolFixture fixture = PoolFixture.of(policy -> policy.maxSize(4));
    fixture.acquire(4);
    fixture.time.advance(OPEN_TIME);
    var callers = fixture.acquire(2);
    fixture.pool.expireConnections();
    fixture.time.advance(OPEN_TIME);
    assertThat(callers.get(0)).isCompleted();
    assertThat(callers.get(1)).isNotDone();
    assertThat(fixture.cluster.open).isEqualTo(5);
  }

  @Test
  void expireConnections_again_countsNoneTwice() {
    PoolFixture fixture = PoolFixture.of(policy -> policy);
    fixture.acquireNow();
    assertThat(fixture.pool.expireConnections()).isEqualTo(1);
    assertThat(fixture.pool.expireConnections()).isZero();
  }
}
