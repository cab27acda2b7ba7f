package io.github.dsqljava.vertx;

import io.github.dsqljava.InvalidConfigurationException;
import io.github.dsqljava.pool.PoolPolicy;
import io.github.dsqljava.pool.PoolStats;
import io.github.dsqljava.vertx.internal.ConnectionPlan;
import io.github.dsqljava.vertx.internal.PublicApiTransactions;
import io.github.dsqljava.vertx.internal.PublicApiTransport;
import io.vertx.core.Future;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.PoolOptions;
import io.vertx.sqlclient.PrepareOptions;
import io.vertx.sqlclient.PreparedQuery;
import io.vertx.sqlclient.Query;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The pool on any other Vert.x: Vert.x's own, with transactions and batches on top. Its limits are
 * those of Vert.x's pool: the lifetime is looked at only while a connection is idle, there is no
 * minimum size, no limit on how fast connections are opened, and statistics know the size only.
 */
final class PublicApiPool implements DsqlPool {
  private final Pool pool;
  private final Transactions transactions;

  private PublicApiPool(Pool pool, ConnectionPlan plan, PoolSettings settings) {
    this.pool = pool;
    this.transactions = new Transactions(plan.vertx(), new PublicApiTransactions(pool), settings);
  }

  static DsqlPool open(PublicApiTransport transport, ConnectionPlan plan, PoolSettings settings) {
    if (settings.initHook().isPresent()) {
      throw new InvalidConfigurationException(
          "An init hook needs Vert.x 5.0 on the class path: with this version a connection whose hook"
              + " failed could not be closed");
    }
    return new PublicApiPool(transport.pool(options(settings.policy())), plan, settings);
  }

  static PoolOptions options(PoolPolicy policy) {
    return new PoolOptions()
        .setMaxSize(policy.maxSize())
        .setMaxWaitQueueSize(policy.maxWaiting())
        .setConnectionTimeout(Math.toIntExact(policy.acquireTimeout().toMillis()))
        .setConnectionTimeoutUnit(TimeUnit.MILLISECONDS)
        .setIdleTimeout(Math.toIntExact(policy.idleTimeout().toMillis()))
        .setIdleTimeoutUnit(TimeUnit.MILLISECONDS)
        .setMaxLifetime(Math.toIntExact(policy.maxLifetime().toMillis()))
        .setMaxLifetimeUnit(TimeUnit.MILLISECONDS);
  }

  @Override
  public <T extends @Nullable Object> Future<T> inTransaction(
      TransactionOptions options, Function<SqlConnection, Future<T>> work) {
    return transactions.run(options, work);
  }

  @Override
  public Future<BatchResult> executeMany(String sql, List<Tuple> rows, BatchOptions options) {
    return BatchRun.start(this, sql, rows, options);
  }

  @Override
  public Future<SqlConnection> getConnection() {
    return pool.getConnection();
  }

  @Override
  public Query<RowSet<Row>> query(String sql) {
    return pool.query(sql);
  }

  @Override
  public PreparedQuery<RowSet<Row>> preparedQuery(String sql) {
    return pool.preparedQuery(sql);
  }

  @Override
  public PreparedQuery<RowSet<Row>> preparedQuery(String sql, PrepareOptions options) {
    return pool.preparedQuery(sql, options);
  }

  @Override
  public int size() {
    return pool.size();
  }

  /** Only the size is known; it all counts as idle. */
  @Override
  public PoolStats stats() {
    return PoolStats.builder().idle(pool.size()).build();
  }

  @Override
  public int expireConnections() {
    throw new UnsupportedOperationException(
        "expireConnections needs Vert.x 5.0 on the class path: this version's own pool, which is in"
            + " use here, cannot do it. Make a new pool instead");
  }

  @Override
  public Future<Void> close() {
    return pool.close();
  }

  /** Vert.x's pool knows no grace period. */
  @Override
  public Future<Void> close(Duration grace) {
    return pool.close();
  }

  /** Says that it is Vert.x's. */
  @Override
  public String toString() {
    return "DsqlPool[on Vert.x's own pool, size=" + pool.size() + "]";
  }
}
