package io.github.dsqljava.micrometer;

import io.github.dsqljava.RetryKind;
import io.github.dsqljava.pool.CloseReason;
import io.github.dsqljava.pool.PoolListener;
import io.github.dsqljava.pool.PoolStats;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/**
 * Keeps a pool's figures in a Micrometer registry.
 *
 * <pre>{@code
 * PoolMetrics metrics = new PoolMetrics(registry, "orders");
 * DsqlPool pool = connector.pool(PoolSettings.builder().listener(metrics).build());
 * metrics.watch(pool::stats);
 * }</pre>
 *
 * <p>All meters have the tag {@code pool}:
 *
 * <ul>
 *   <li>{@code dsql.pool.connections}, gauge with the tag {@code state} (idle, leased, opening);
 *   <li>{@code dsql.pool.waiting}, gauge of callers that wait;
 *   <li>{@code dsql.pool.acquire}, timer of how long callers waited, and {@code
 *       dsql.pool.acquire.failures}, counter;
 *   <li>{@code dsql.pool.open}, timer of how long opening took, and {@code
 *       dsql.pool.open.failures}, counter;
 *   <li>{@code dsql.pool.closed}, counter with the tag {@code reason} (see {@link CloseReason});
 *   <li>{@code dsql.pool.backoff}, counter of pauses after failures to open;
 *   <li>{@code dsql.transaction.retries}, counter with the tag {@code kind} (see {@link
 *       RetryKind});
 *   <li>{@code dsql.transaction.conflict.waiting}, gauge of transactions in the conflict lane, and
 *       {@code dsql.transaction.conflict.turn}, timer of how long they waited there.
 * </ul>
 *
 * <p>Safe to use from several threads, as the registry is.
 */
public final class PoolMetrics implements PoolListener {
  private final MeterRegistry registry;
  private final Tags tags;
  private final Timer acquire;
  private final Timer open;
  private final Timer conflictTurn;
  private final Counter acquireFailures;
  private final Counter openFailures;
  private final Counter backoffs;
  private final Map<CloseReason, Counter> closed = new EnumMap<>(CloseReason.class);
  private final Map<RetryKind, Counter> retries = new EnumMap<>(RetryKind.class);

  /**
   * Registers the meters, except those that {@link #watch} registers.
   *
   * @param pool the value of the tag {@code pool}
   */
  public PoolMetrics(MeterRegistry registry, String pool) {
    this.registry = registry;
    this.tags = Tags.of("pool", pool);
    acquire = Timer.builder("dsql.pool.acquire").tags(tags).register(registry);
    open = Timer.builder("dsql.pool.open").tags(tags).register(registry);
    conflictTurn = Timer.builder("dsql.transaction.conflict.turn").tags(tags).register(registry);
    acquireFailures = counter("dsql.pool.acquire.failures", tags);
    openFailures = counter("dsql.pool.open.failures", tags);
    backoffs = counter("dsql.pool.backoff", tags);
    for (CloseReason reason : CloseReason.values()) {
      closed.put(reason, counter("dsql.pool.closed", tags.and("reason", name(reason))));
    }
    for (RetryKind kind : RetryKind.values()) {
      retries.put(kind, counter("dsql.transaction.retries", tags.and("kind", name(kind))));
    }
  }

  /** By the method that every Micrometer has; 1.16 has one more, for {@link Tags}. */
  private Counter counter(String name, Iterable<Tag> of) {
    return registry.counter(name, of);
  }

  private static String name(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT);
  }

  /** Registers the gauges, which ask for the statistics whenever they are read. */
  public void watch(Supplier<PoolStats> stats) {
    state("idle", stats, PoolStats::idle);
    state("leased", stats, PoolStats::leased);
    state("opening", stats, PoolStats::opening);
    Gauge.builder("dsql.pool.waiting", stats, from -> from.get().waiting())
        .tags(tags)
        .strongReference(true)
        .register(registry);
    Gauge.builder("dsql.transaction.conflict.waiting", stats, from -> from.get().conflictWaiting())
        .tags(tags)
        .strongReference(true)
        .register(registry);
  }

  private void state(String name, Supplier<PoolStats> stats, ToDoubleFunction<PoolStats> value) {
    Gauge.builder("dsql.pool.connections", stats, from -> value.applyAsDouble(from.get()))
        .tags(tags.and("state", name))
        .strongReference(true)
        .register(registry);
  }

  @Override
  public void opened(Duration took) {
    open.record(took);
  }

  @Override
  public void openFailed(Throwable failure, Duration took) {
    openFailures.increment();
  }

  @Override
  public void closed(CloseReason reason, Duration age) {
    count(closed.get(reason));
  }

  @Override
  public void acquired(Duration waited) {
    acquire.record(waited);
  }

  @Override
  public void acquireFailed(Throwable failure, Duration waited) {
    acquireFailures.increment();
  }

  @Override
  public void backoff(Duration delay, Throwable failure) {
    backoffs.increment();
  }

  @Override
  public void retrying(RetryKind kind, int attempt, Duration delay, Throwable cause) {
    count(retries.get(kind));
  }

  @Override
  public void conflictTurn(Duration waited) {
    conflictTurn.record(waited);
  }

  private static void count(@Nullable Counter counter) {
    if (counter != null) {
      counter.increment();
    }
  }
}
