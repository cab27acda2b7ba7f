package io.github.dsqljava.spi.pool;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.dsqljava.ClosedException;
import io.github.dsqljava.pool.PoolHealth;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** When a pool is ready, and what it says as long as it is not. */
class PoolReadinessTest {

  private final PoolFixture fixture = PoolFixture.of(policy -> policy.minSize(2).maxSize(3));

  @Test
  void ready_whenTheMinimumIsOpen() {
    fixture.pool.start();
    CompletableFuture<Void> ready = fixture.pool.ready();
    assertThat(ready).isNotDone();
    assertThat(fixture.pool.health().isReady()).isFalse();
    assertThat(fixture.pool.health().reason())
        .isEqualTo("The pool has opened 0 of at least 2 connections to cluster:5432");
    fixture.time.advance(PoolFixture.OPEN_TIME);
    assertThat(ready).isCompleted();
    assertThat(fixture.pool.ready()).isCompleted();
    assertThat(fixture.pool.health()).isEqualTo(PoolHealth.ready());
  }

  @Test
  void ready_withoutAMinimum_atOnce() {
    PoolFixture none = PoolFixture.of(policy -> policy.minSize(0).maxSize(3));
    none.pool.start();
    assertThat(none.pool.ready()).isCompleted();
    assertThat(none.pool.health().isReady()).isTrue();
  }

  @Test
  void ready_whileNothingCanBeOpened_waits_andHealthSaysWhy() {
    fixture.cluster.refusal = Failures.unreachable();
    fixture.pool.start();
    CompletableFuture<Void> ready = fixture.pool.ready();
    fixture.seconds(20);
    assertThat(ready).isNotDone();
    PoolHealth health = fixture.pool.health();
    assertThat(health.isReady()).isFalse();
    assertThat(health.reason())
        .contains("no connection to cluster:5432 for 19 s")
        .contains(Failures.unreachable().getMessage());
    assertThat(health.lastFailure()).containsInstanceOf(Failures.unreachable().getClass());
    fixture.cluster.refusal = null;
    fixture.seconds(20);
    assertThat(ready).isCompleted();
    assertThat(fixture.pool.health().isReady()).isTrue();
  }

  @Test
  void ready_poolIsClosedBefore_fails() {
    fixture.cluster.refusal = Failures.unreachable();
    fixture.pool.start();
    CompletableFuture<Void> ready = fixture.pool.ready();
    var unused = fixture.pool.close(Duration.ZERO);
    assertThat(ready).isCompletedExceptionally();
    assertThat(ready.handle((done, failure) -> failure).join()).isInstanceOf(ClosedException.class);
    assertThat(fixture.pool.ready()).isCompletedExceptionally();
    assertThat(fixture.pool.health().reason()).contains("cluster:5432 is closed");
  }
}
