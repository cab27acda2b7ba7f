package io.github.dsqljava.spring.boot;

import io.github.dsqljava.pool.ConnectRate;
import io.github.dsqljava.vertx.PoolSettings;

/** The settings of Vert.x's pool. */
final class VertxSettings {

  private VertxSettings() {}

  static PoolSettings.Builder of(DsqlProperties properties) {
    PoolProperties pool = properties.getPool();
    PoolSettings.Builder settings =
        PoolSettings.builder()
            .policy(PoolBuilder.policy(pool))
            .retryPolicy(PoolBuilder.retryPolicy(properties.getRetry()));
    ConnectRate rate = PoolBuilder.connectRate(pool);
    if (rate != null) {
      settings.connectRate(rate);
    }
    Given.set(
        "dsql.pool.transaction-deadline",
        pool.getTransactionDeadline(),
        settings::transactionDeadline);
    Given.set(
        "dsql.pool.statement-timeout", pool.getStatementTimeout(), settings::statementTimeout);
    Given.set("dsql.pool.conflict-lane", pool.getConflictLane(), settings::conflictLane);
    Given.set("dsql.pool.close-grace", pool.getCloseGrace(), settings::closeGrace);
    return settings;
  }
}
