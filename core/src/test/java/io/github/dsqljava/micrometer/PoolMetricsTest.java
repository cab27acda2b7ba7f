package io.github.dsqljava.micrometer;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.dsqljava.RetryKind;
import io.github.dsqljava.pool.CloseReason;
import io.github.dsqljava.pool.PoolStats;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** Every event of a pool, and its statistics, reach the registry. */
class PoolMetricsTest {
  private final MeterRegistry registry = new SimpleMeterRegistry();
  private final PoolMetrics metrics = new PoolMetrics(registry, "orders");

  private double count(String name, String... tags) {
    return registry.get(name).tag("pool", "orders").tags(tags).counter().count();
  }

  @Test
  void events_areCountedByKind() {
    metrics.closed(CloseReason.LIFETIME, Duration.ofMinutes(50));
    metrics.closed(CloseReason.LIFETIME, Duration.ofMinutes(51));
    metrics.closed(CloseReason.LOST, Duration.ofMinutes(1));
    metrics.retrying(RetryKind.CONFLICT, 1, Duration.ZERO, new Exception());
    metrics.openFailed(new Exception(), Duration.ofSeconds(1));
    metrics.acquireFailed(new Exception(), Duration.ofSeconds(1));
    metrics.backoff(Duration.ofSeconds(1), new Exception());
    assertThat(count("dsql.pool.closed", "reason", "lifetime")).isEqualTo(2);
    assertThat(count("dsql.pool.closed", "reason", "lost")).isEqualTo(1);
    assertThat(count("dsql.pool.closed", "reason", "idle")).isZero();
    assertThat(count("dsql.transaction.retries", "kind", "conflict")).isEqualTo(1);
    assertThat(count("dsql.transaction.retries", "kind", "connection")).isZero();
    assertThat(count("dsql.pool.open.failures")).isEqualTo(1);
    assertThat(count("dsql.pool.acquire.failures")).isEqualTo(1);
    assertThat(count("dsql.pool.backoff")).isEqualTo(1);
  }

  @Test
  void durations_areTimed() {
    metrics.acquired(Duration.ofMillis(30));
    metrics.acquired(Duration.ofMillis(10));
    metrics.opened(Duration.ofMillis(7));
    metrics.conflictTurn(Duration.ofMillis(5));
    assertThat(registry.get("dsql.pool.acquire").timer().totalTime(TimeUnit.MILLISECONDS))
        .isEqualTo(40);
    assertThat(registry.get("dsql.pool.acquire").timer().count()).isEqualTo(2);
    assertThat(registry.get("dsql.transaction.conflict.turn").timer().max(TimeUnit.MILLISECONDS))
        .isEqualTo(5);
    assertThat(registry.get("dsql.pool.open").timer().max(TimeUnit.MILLISECONDS)).isEqualTo(7);
  }

  @Test
  void statistics_areReadWhenAskedFor() {
    AtomicReference<PoolStats> now =
        new AtomicReference<>(
            PoolStats.builder().idle(1).leased(2).opening(3).waiting(4).conflictWaiting(5).build());
    metrics.watch(now::get);
    assertThat(gauge("dsql.pool.connections", "state", "idle")).isEqualTo(1);
    assertThat(gauge("dsql.pool.connections", "state", "leased")).isEqualTo(2);
    assertThat(gauge("dsql.pool.connections", "state", "opening")).isEqualTo(3);
    assertThat(gauge("dsql.pool.waiting")).isEqualTo(4);
    assertThat(gauge("dsql.transaction.conflict.waiting")).isEqualTo(5);
    now.set(PoolStats.builder().idle(9).build());
    assertThat(gauge("dsql.pool.connections", "state", "idle")).isEqualTo(9);
  }

  private double gauge(String name, String... tags) {
    return registry.get(name).tag("pool", "orders").tags(tags).gauge().value();
  }
}
