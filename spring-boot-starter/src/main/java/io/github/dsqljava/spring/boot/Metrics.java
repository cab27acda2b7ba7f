package io.github.dsqljava.spring.boot;

import io.github.dsqljava.RetryKind;
import io.github.dsqljava.micrometer.PoolMetrics;
import io.github.dsqljava.pool.PoolListener;
import io.github.dsqljava.pool.PoolStats;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Supplier;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.util.ClassUtils;

/**
 * The listeners of pools and retries: the program's beans of type {@link PoolListener}, and
 * Micrometer, if the program has it.
 */
final class Metrics {
  private static final boolean MICROMETER =
      ClassUtils.isPresent(
          "io.micrometer.core.instrument.MeterRegistry", Metrics.class.getClassLoader());

  private Metrics() {}

  /** The listener of a pool, and the receiver of its statistics once the pool exists. */
  interface Watched {
    /**
     * The listener of the pool.
     *
     * @param customizers the listener that a customizer has set, which gets the events, too
     */
    PoolListener listenerWith(PoolListener customizers);

    void watch(Supplier<PoolStats> stats);
  }

  /**
   * The listener of a pool.
   *
   * @param pool the value of the tag {@code pool}
   */
  static Watched ofPool(BeanFactory beans, String pool) {
    List<PoolListener> all = programs(beans);
    return MICROMETER ? Meters.ofPool(beans, pool, all) : watched(all, stats -> {});
  }

  /** Returns the listener of Spring's transactions that run again. */
  static PoolListener ofRetries(BeanFactory beans) {
    List<PoolListener> all = programs(beans);
    return MICROMETER ? Meters.ofRetries(beans, all) : new Listeners(all);
  }

  private static List<PoolListener> programs(BeanFactory beans) {
    return new ArrayList<>(beans.getBeanProvider(PoolListener.class).orderedStream().toList());
  }

  private static Watched watched(
      List<PoolListener> all, java.util.function.Consumer<Supplier<PoolStats>> watch) {
    return new Watched() {
      @Override
      public PoolListener listenerWith(PoolListener customizers) {
        if (customizers == PoolListener.NONE || all.contains(customizers)) {
          return new Listeners(List.copyOf(all));
        }
        List<PoolListener> more = new ArrayList<>(all);
        more.add(customizers);
        return new Listeners(List.copyOf(more));
      }

      @Override
      public void watch(Supplier<PoolStats> stats) {
        watch.accept(stats);
      }
    };
  }

  /** Loaded only if Micrometer is on the class path. */
  private static final class Meters {
    static Watched ofPool(BeanFactory beans, String pool, List<PoolListener> all) {
      MeterRegistry registry = beans.getBeanProvider(MeterRegistry.class).getIfUnique();
      if (registry == null) {
        return watched(all, stats -> {});
      }
      PoolMetrics metrics = new PoolMetrics(registry, pool);
      all.add(metrics);
      return watched(all, metrics::watch);
    }

    static PoolListener ofRetries(BeanFactory beans, List<PoolListener> all) {
      MeterRegistry registry = beans.getBeanProvider(MeterRegistry.class).getIfUnique();
      if (registry != null) {
        all.add(new RetryMeter(registry));
      }
      return new Listeners(List.copyOf(all));
    }
  }

  /** The counter of {@link PoolMetrics}, with {@code pool="spring"}. */
  private static final class RetryMeter implements PoolListener {
    private final Map<RetryKind, Counter> counters = new EnumMap<>(RetryKind.class);

    RetryMeter(MeterRegistry registry) {
      for (RetryKind kind : RetryKind.values()) {
        counters.put(
            kind,
            registry.counter(
                "dsql.transaction.retries",
                "pool",
                "spring",
                "kind",
                kind.name().toLowerCase(Locale.ROOT)));
      }
    }

    @Override
    public void retrying(RetryKind kind, int attempt, Duration delay, Throwable cause) {
      Counter counter = counters.get(kind);
      if (counter != null) {
        counter.increment();
      }
    }
  }
}
