package io.github.dsqljava.spi.pool;

import static io.github.dsqljava.spi.pool.PoolFixture.OPEN_TIME;
import static io.github.dsqljava.spi.pool.PoolFixture.leased;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** How a pool fills itself, and to whom its connections go. */
class PoolGrowthTest {

  @Test
  void start_minSize_isOpenedAtOnceAndSideBySide() {
    PoolFixture fixture = PoolFixture.of(policy -> policy.minSize(3));
    fixture.pool.start();
    assertThat(fixture.pool.stats().opening()).isEqualTo(3);
    fixture.time.advance(OPEN_TIME);
    assertThat(fixture.pool.stats().idle()).isEqualTo(3);
    fixture.minutes(30);
    assertThat(fixture.pool.stats().idle()).isEqualTo(3);
    assertThat(fixture.source.attempts).isEqualTo(3);
  }

  @Test
  void acquire_warmPool_givesAConnectionInTheCall() {
    PoolFixture fixture = PoolFixture.of(policy -> policy.minSize(1));
    fixture.pool.start();
    fixture.time.advance(OPEN_TIME);
    assertThat(fixture.acquire()).isCompleted();
    assertThat(fixture.source.attempts).isEqualTo(1);
  }

  @Test
  void acquire_moreCallersThanConnections_growsToMaxSize() {
    PoolFixture fixture = PoolFixture.of(policy -> policy.maxSize(3));
    var callers = fixture.acquire(5);
    assertThat(fixture.source.opening).isEqualTo(3);
    fixture.seconds(1);
    assertThat(callers.subList(0, 3)).allMatch(CompletableFuture::isDone);
    assertThat(callers.subList(3, 5)).noneMatch(CompletableFuture::isDone);
    assertThat(fixture.source.attempts).isEqualTo(3);
  }

  @Test
  void acquire_oneCallerAfterTheOther_oneConnectionIsEnough() {
    PoolFixture fixture = PoolFixture.of(policy -> policy);
    for (int i = 0; i < 10; i++) {
      fixture.acquireNow().release();
    }
    assertThat(fixture.source.attempts).isEqualTo(1);
  }

  @Test
  void release_severalCallersWait_servedInTheirOrder() {
    PoolFixture fixture = PoolFixture.of(policy -> policy.maxSize(1));
    Lease<SimulatedConnection> lease = fixture.acquireNow();
    var callers = fixture.acquire(5);
    for (int served = 0; served < 5; served++) {
      assertThat(callers).filteredOn(CompletableFuture::isDone).hasSize(served);
      assertThat(lease.release()).isTrue();
      lease = leased(callers.get(served));
    }
  }

  @Test
  void acquire_afterOthers_doesNotOvertakeThem() {
    PoolFixture fixture = PoolFixture.of(policy -> policy.maxSize(2));
    var callers = fixture.acquire(4);
    fixture.time.advance(OPEN_TIME);
    leased(callers.get(0)).release();
    assertThat(fixture.acquire()).isNotDone();
    assertThat(callers.get(2)).isCompleted();
    assertThat(callers.get(3)).isNotDone();
  }

  @Test
  void release_connectionIsBeingOpenedForTheCaller_callerDoesNotWaitForIt() {
    PoolFixture fixture = PoolFixture.of(policy -> policy.maxSize(2));
    Lease<SimulatedConnection> first = fixture.acquireNow();
    var second = fixture.acquire();
    assertThat(fixture.source.opening).isEqualTo(1);

    first.release();

    assertThat(leased(second).connection()).isSameAs(first.connection());
    fixture.time.advance(OPEN_TIME);
    assertThat(fixture.pool.stats().idle()).isEqualTo(1);
  }

  @Test
  void acquire_severalIdle_theOneUsedLastGoesFirst() {
    PoolFixture fixture = PoolFixture.of(policy -> policy.minSize(3));
    fixture.pool.start();
    fixture.time.advance(OPEN_TIME);
    Lease<SimulatedConnection> used = fixture.acquireNow();
    fixture.acquireNow().release();
    used.release();
    assertThat(fixture.acquireNow().connection()).isSameAs(used.connection());
  }

  @Test
  void acquire_preference_suitingConnectionFirstElseAnyOther() {
    PoolFixture fixture = PoolFixture.of(policy -> policy);
    var red = fixture.pool.acquire("red", PoolFixture.PATIENCE);
    var blue = fixture.pool.acquire("blue", PoolFixture.PATIENCE);
    fixture.time.advance(OPEN_TIME);
    assertThat(leased(red).connection().preference).isEqualTo("red");
    assertThat(leased(blue).connection().preference).isEqualTo("blue");
    leased(red).release();
    leased(blue).release();

    var again = leased(fixture.pool.acquire("red", PoolFixture.PATIENCE));
    assertThat(again.connection().preference).isEqualTo("red");
    var other = leased(fixture.pool.acquire("red", PoolFixture.PATIENCE));
    assertThat(other.connection().preference).isEqualTo("blue");
    assertThat(fixture.source.attempts).isEqualTo(2);
  }
}
