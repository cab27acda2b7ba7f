package io.github.dsqljava.spring.boot;

import io.github.dsqljava.pool.ConnectRate;
import io.github.dsqljava.pool.PoolPolicy;
import io.github.dsqljava.retry.RetryPolicy;
import java.time.Duration;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The common setters of the builders of R2DBC's pool and of Vert.x's, for which there are
 * properties.
 *
 * @param <B> the type of the builder
 */
record PoolSetters<B>(
    BiConsumer<B, PoolPolicy> policy,
    BiConsumer<B, RetryPolicy> retryPolicy,
    BiConsumer<B, ConnectRate> connectRate,
    BiConsumer<B, Duration> transactionDeadline,
    BiConsumer<B, Duration> statementTimeout,
    BiConsumer<B, Boolean> conflictLane,
    BiConsumer<B, Duration> closeGrace) {

  /**
   * Sets each option whose property has a value.
   *
   * @return the builder
   */
  B set(B builder, DsqlProperties properties) {
    PoolProperties pool = properties.getPool();
    policy.accept(builder, PoolBuilder.policy(pool));
    retryPolicy.accept(builder, PoolBuilder.retryPolicy(properties.getRetry()));
    ConnectRate rate = PoolBuilder.connectRate(pool);
    if (rate != null) {
      connectRate.accept(builder, rate);
    }
    set("transaction-deadline", pool.getTransactionDeadline(), on(builder, transactionDeadline));
    set("statement-timeout", pool.getStatementTimeout(), on(builder, statementTimeout));
    Given.set(
        "dsql.pool.conflict-lane", pool.getConflictLane(), on -> conflictLane.accept(builder, on));
    set("close-grace", pool.getCloseGrace(), on(builder, closeGrace));
    return builder;
  }

  private static void set(String name, @Nullable Duration time, Consumer<Duration> setter) {
    Given.set("dsql.pool." + name, time, setter);
  }

  private Consumer<Duration> on(B builder, BiConsumer<B, Duration> setter) {
    return time -> setter.accept(builder, time);
  }
}
