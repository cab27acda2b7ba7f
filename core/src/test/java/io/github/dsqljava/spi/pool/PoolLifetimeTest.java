package io.github.dsqljava.spi.pool;

import static io.github.dsqljava.spi.pool.PoolFixture.OPEN_TIME;
import static io.github.dsqljava.spi.pool.PoolFixture.leased;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.dsqljava.pool.ConnectRate;
import io.github.dsqljava.pool.PoolStats;
import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Connections leave before the service cuts them, and their successors come before they leave. */
class PoolLifetimeTest {

  private static final Duration LIFETIME = Duration.ofMinutes(55);
  private static final Duration JITTER = Duration.ofMinutes(5);
  private static final Duration INSTANT = Duration.ofNanos(1);

  /** Replacements are sought from minute 50 on. */
  private static PoolFixture early(int minSize, int maxSize) {
    return PoolFixture.of(
        policy ->
            policy
                .minSize(minSize)
                .maxSize(maxSize)
                .lifetimeJitter(JITTER)
                .idleTimeout(Duration.ofDays(1)));
  }

  /** Replacements are sought at the end of the lifetime, and idle connections stay until then. */
  private static PoolFixture late(int maxSize) {
    return PoolFixture.of(policy -> policy.maxSize(maxSize).idleTimeout(Duration.ofDays(1)));
  }

  // Where the age is checked

  @Test
  void acquire_idleConnectionTooOldAndTimerLate_isNotHandedOut() {
    PoolFixture fixture = late(1);
    Lease<SimulatedConnection> old = fixture.acquireNow();
    old.release();
    fixture.time.jump(LIFETIME.minus(OPEN_TIME).minus(INSTANT));
    assertThat(fixture.acquireNow().release()).isTrue();
    fixture.time.jump(INSTANT);

    var caller = fixture.acquire();

    assertThat(caller).isNotDone();
    assertThat(fixture.listener.of("closed")).containsExactly("closed LIFETIME PT55M");
    fixture.time.advance(OPEN_TIME);
    assertThat(leased(caller).connection()).isNotSameAs(old.connection());
  }

  @Test
  void release_connectionTooOld_isClosedAndTheNextCallerGetsANewOne() {
    PoolFixture fixture = late(1);
    Lease<SimulatedConnection> old = fixture.acquireNow();
    var caller = fixture.pool.acquire(null, Duration.ofHours(1));
    fixture.time.jump(LIFETIME.minus(OPEN_TIME));

    old.release();

    assertThat(caller).isNotDone();
    assertThat(old.connection().isOpen()).isFalse();
    fixture.time.advance(OPEN_TIME);
    assertThat(leased(caller).connection()).isNotSameAs(old.connection());
  }

  @Test
  void release_connectionYoungEnough_isHandedOn() {
    PoolFixture fixture = late(1);
    Lease<SimulatedConnection> lease = fixture.acquireNow();
    var caller = fixture.pool.acquire(null, Duration.ofHours(1));
    fixture.time.jump(LIFETIME.minus(OPEN_TIME).minus(INSTANT));
    lease.release();
    assertThat(leased(caller).connection()).isSameAs(lease.connection());
  }

  @Test
  void timer_idleConnectionTooOldAndNobodyCalls_isClosed() {
    PoolFixture fixture = late(1);
    fixture.minutes(1);
    Lease<SimulatedConnection> lease = fixture.acquireNow();
    lease.release();
    fixture.cluster.refusal = Failures.unreachable(); // so that no successor sends it away
    fixture.time.advance(LIFETIME.minus(OPEN_TIME).minus(INSTANT));
    assertThat(lease.connection().isOpen()).isTrue();
    fixture.time.advance(INSTANT);
    assertThat(lease.connection().isOpen()).isFalse();
    assertThat(fixture.listener.of("closed")).containsExactly("closed LIFETIME PT55M");
  }

  // Replacement

  @Test
  void timer_idleConnectionAges_successorIsOpenedBeforeItGoes() {
    PoolFixture fixture = early(1, 1);
    fixture.pool.start();
    fixture.minutes(50);
    assertThat(fixture.pool.stats().idle()).isEqualTo(1);
    assertThat(fixture.pool.stats().opening()).isEqualTo(1);
    assertThat(fixture.pool.stats().retiring()).isEqualTo(1);
    fixture.time.advance(OPEN_TIME);
    assertThat(fixture.pool.stats().idle()).isEqualTo(1);
    assertThat(fixture.cluster.notClosed()).containsExactly(fixture.cluster.accepted.get(1));
    assertThat(fixture.listener.events)
        .containsExactly("opened PT0.1S", "opened PT0.1S", "closed LIFETIME PT50M0.1S");
  }

  @Test
  void release_connectionAgesAndTimerLate_successorIsOpenedAtOnce() {
    PoolFixture fixture = early(1, 1);
    Lease<SimulatedConnection> lease = fixture.acquireNow();
    fixture.time.jump(Duration.ofMinutes(51));
    lease.release();
    assertThat(fixture.pool.stats())
        .extracting(PoolStats::idle, PoolStats::opening, PoolStats::retiring)
        .containsExactly(1, 1, 1);
  }

  @Test
  void acquire_successorIsBeingOpened_oldConnectionServesMeanwhile() {
    PoolFixture fixture = early(1, 1);
    fixture.pool.start();
    fixture.minutes(50);
    Lease<SimulatedConnection> lease = leased(fixture.acquire());
    assertThat(lease.connection().number).isZero();
    fixture.time.advance(OPEN_TIME);
    assertThat(leased(fixture.acquire()).connection().number).isEqualTo(1);
    lease.release();
    assertThat(lease.connection().isOpen()).isFalse();
  }

  @Test
  void acquire_oneIdleConnectionRetires_theOtherIsPreferred() {
    PoolFixture fixture = early(0, 2);
    Lease<SimulatedConnection> older = fixture.acquireNow();
    fixture.minutes(1);
    Lease<SimulatedConnection> younger = fixture.acquireNow();
    younger.release();
    older.release();
    fixture.cluster.refusal = Failures.unreachable(); // so that the older one stays
    fixture.minutes(49);
    assertThat(fixture.pool.stats().retiring()).isEqualTo(1);
    assertThat(fixture.acquireNow().connection()).isSameAs(younger.connection());
    assertThat(fixture.acquireNow().connection()).isSameAs(older.connection());
  }

  @Test
  void use_everyConnectionBusyAtMaxSize_successorsComeWithinTheOverlap() {
    PoolFixture fixture = early(0, 8);
    var leases = fixture.acquire(8);
    fixture.time.advance(OPEN_TIME);
    fixture.minutes(50);
    fixture.seconds(1);
    assertThat(fixture.cluster.open).isEqualTo(10); // 8 and a quarter of it
    assertThat(fixture.pool.stats().idle()).isEqualTo(2);

    for (var each : leases) {
      Lease<SimulatedConnection> old = leased(each);
      old.release();
      fixture.time.advance(OPEN_TIME);
      assertThat(fixture.cluster.open).isLessThanOrEqualTo(10);
    }

    assertThat(fixture.pool.stats())
        .extracting(PoolStats::idle, PoolStats::retiring)
        .containsExactly(8, 0);
    assertThat(fixture.cluster.notClosed()).allMatch(each -> each.number >= 8);
  }

  @Test
  void use_maxSizeOne_oneMoreWhileItIsReplaced() {
    PoolFixture fixture = early(0, 1);
    Lease<SimulatedConnection> old = fixture.acquireNow();
    fixture.minutes(50);
    var caller = fixture.acquire();
    fixture.time.advance(OPEN_TIME);
    assertThat(leased(caller).connection()).isNotSameAs(old.connection());
    assertThat(old.connection().isOpen()).isTrue();
    old.release();
    assertThat(old.connection().isOpen()).isFalse();
    assertThat(fixture.cluster.open).isEqualTo(1);
  }

  @Test
  void timer_successorCannotBeOpened_oldConnectionServesToItsEnd() {
    PoolFixture fixture = early(1, 1);
    fixture.pool.start();
    fixture.time.advance(OPEN_TIME);
    fixture.cluster.refusal = Failures.unreachable();
    fixture.time.advance(LIFETIME.minus(OPEN_TIME).minus(INSTANT));
    leased(fixture.acquire()).release();
    fixture.time.advance(INSTANT);
    assertThat(fixture.acquire()).isNotDone();
    assertThat(fixture.cluster.open).isZero();
  }

  @Test
  void timer_manyConnectionsOpenedTogether_replacementsAreSpread() {
    PoolFixture fixture =
        PoolFixture.of(
            policy -> policy.minSize(300).maxSize(300).lifetimeJitter(JITTER),
            ConnectRate.of(100, 1_000),
            new Random(20261122));
    fixture.pool.start();
    fixture.minutes(49);
    assertThat(fixture.source.attempts).isEqualTo(300);
    int before = 300;
    for (int bucket = 0; bucket < 12; bucket++) {
      fixture.time.advance(Duration.ofSeconds(bucket == 0 ? 90 : 30));
      int replaced = fixture.source.attempts - before;
      assertThat(replaced).as("half minute " + bucket).isBetween(bucket > 9 ? 0 : 10, 60);
      before = fixture.source.attempts;
    }
    assertThat(fixture.source.attempts).isEqualTo(600);
    assertThat(fixture.cluster.notClosed()).hasSize(300);
  }
}
