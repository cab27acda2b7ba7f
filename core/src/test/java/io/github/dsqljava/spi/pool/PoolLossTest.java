package io.github.dsqljava.spi.pool;

import static io.github.dsqljava.spi.pool.PoolFixture.OPEN_TIME;
import static io.github.dsqljava.spi.pool.PoolFixture.leased;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

/** Connections that end without the pool's doing, or come back of no use. */
@SuppressWarnings("FutureReturnValueIgnored") // of callers that are only there to wait
class PoolLossTest {

  @Test
  void lost_idle_isNoticedAtOnceAndReplaced() {
    PoolFixture fixture = PoolFixture.of(policy -> policy.minSize(1));
    fixture.pool.start();
    fixture.seconds(10);
    fixture.cluster.cutAll();
    assertThat(fixture.pool.stats().idle()).isZero();
    assertThat(fixture.pool.stats().opening()).isEqualTo(1);
    assertThat(fixture.listener.of("closed")).containsExactly("closed LOST PT10S");
    fixture.time.advance(OPEN_TIME);
    assertThat(leased(fixture.acquire()).connection().number).isEqualTo(1);
  }

  /** Ten wait for something slow, the server cuts all: ten others are served. */
  @Test
  void lost_allLeased_theirPlacesAreFreeForOthersAtOnce() {
    PoolFixture fixture = PoolFixture.of(policy -> policy.maxSize(10));
    var slow = fixture.acquire(10);
    fixture.seconds(10);
    slow.forEach(PoolFixture::leased);
    fixture.cluster.cutAll();
    assertThat(fixture.pool.stats().leased()).isZero();
    var others = fixture.acquire(10);
    fixture.time.advance(OPEN_TIME);
    others.forEach(PoolFixture::leased);
    slow.forEach(lease -> assertThat(leased(lease).release()).isFalse());
    assertThat(fixture.pool.stats().leased()).isEqualTo(10);
    fixture.cluster.assertNoFaults();
  }

  @Test
  void lost_leased_isClosedAtOnceAndNotHandedOn() {
    PoolFixture fixture = PoolFixture.of(policy -> policy.maxSize(1));
    Lease<SimulatedConnection> lease = fixture.acquireNow();
    fixture.seconds(10);
    var caller = fixture.acquire();
    fixture.cluster.cutAll();
    assertThat(caller).isNotDone();
    assertThat(lease.connection().isOpen()).isFalse();
    assertThat(fixture.listener.of("closed")).containsExactly("closed LOST PT10.1S");
    assertThat(lease.release()).as("it has ended").isFalse();
    fixture.time.advance(OPEN_TIME);
    assertThat(leased(caller).connection().number).isEqualTo(1);
  }

  @Test
  void lost_leasedAndItsHolderIsSlow_othersNeedNotWaitForHim() {
    PoolFixture fixture = PoolFixture.of(policy -> policy.maxSize(1));
    fixture.acquireNow();
    fixture.seconds(10);
    var caller = fixture.acquire();
    fixture.cluster.cutAll();
    fixture.time.advance(OPEN_TIME);
    assertThat(caller).isCompleted();
  }

  @Test
  void lost_opening_isNotHandedOut() {
    PoolFixture fixture = PoolFixture.of(policy -> policy);
    var caller = fixture.acquire();
    fixture.cluster.cutAll();
    fixture.seconds(1);
    assertThat(leased(caller).connection().number).isEqualTo(1);
    assertThat(fixture.listener.of("closed")).containsExactly("closed LOST PT0.1S");
  }

  @Test
  void lost_severalTimes_countsOnce() {
    PoolFixture fixture = PoolFixture.of(policy -> policy);
    Lease<SimulatedConnection> lease = fixture.acquireNow();
    lease.connection().lost.run();
    lease.connection().lost.run();
    lease.release();
    lease.connection().lost.run();
    assertThat(fixture.pool.stats().closed()).isEqualTo(1);
    assertThat(fixture.pool.stats().size()).isZero();
  }

  /** The socket's end is often told after the pool has closed the connection itself. */
  @Test
  void lost_afterARetiringConnectionWasClosed_changesNothing() {
    PoolFixture fixture =
        PoolFixture.of(
            policy -> policy.minSize(1).maxSize(1).lifetimeJitter(Duration.ofMinutes(5)));
    fixture.pool.start();
    fixture.minutes(50);
    fixture.time.advance(OPEN_TIME);
    fixture.cluster.accepted.get(0).lost.run();
    assertThat(fixture.pool.stats().retiring()).isZero();
    fixture.acquireNow().discard();
    fixture.time.advance(OPEN_TIME);
    assertThat(fixture.pool.stats().idle()).isEqualTo(1);
  }

  @Test
  void lost_afterClose_changesNothing() {
    PoolFixture fixture = PoolFixture.of(policy -> policy);
    fixture.acquireNow();
    fixture.pool.close(Duration.ZERO);
    fixture.cluster.accepted.get(0).lost.run();
    assertThat(fixture.pool.stats().size()).isZero();
    assertThat(fixture.pool.stats().closed()).isEqualTo(1);
  }

  @Test
  void discard_connection_isClosedAndNotHandedOn() {
    PoolFixture fixture = PoolFixture.of(policy -> policy.maxSize(1));
    Lease<SimulatedConnection> lease = fixture.acquireNow();
    var caller = fixture.acquire();
    assertThat(lease.discard()).isTrue();
    assertThat(lease.connection().isOpen()).isFalse();
    assertThat(fixture.listener.of("closed")).containsExactly("closed BROKEN PT0.1S");
    fixture.time.advance(OPEN_TIME);
    assertThat(leased(caller).connection().number).isEqualTo(1);
  }

  @Test
  void release_secondTime_returnsFalseAndTakesNothingFromTheNext() {
    PoolFixture fixture = PoolFixture.of(policy -> policy.maxSize(1));
    Lease<SimulatedConnection> lease = fixture.acquireNow();
    assertThat(lease.release()).isTrue();
    assertThat(lease.release()).isFalse();
    Lease<SimulatedConnection> next = leased(fixture.acquire());
    assertThat(lease.release()).isFalse();
    assertThat(lease.discard()).isFalse();
    assertThat(fixture.pool.stats().leased()).isEqualTo(1);
    assertThat(next.discard()).isTrue();
    assertThat(next.release()).isFalse();
  }
}
