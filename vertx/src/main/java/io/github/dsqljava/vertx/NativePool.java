package io.github.dsqljava.vertx;

import io.github.dsqljava.pool.ConnectRate;
import io.github.dsqljava.pool.PoolStats;
import io.github.dsqljava.retry.TransactionOptions;
import io.github.dsqljava.spi.pool.ConflictLane;
import io.github.dsqljava.vertx.internal.ConnectionPlan;
import io.github.dsqljava.vertx.internal.Vertx50Pool;
import io.github.dsqljava.vertx.internal.Vertx50Transport;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.streams.ReadStream;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The pool on Vert.x 5.0, with this project's own implementation. */
final class NativePool extends Vertx50Pool implements DsqlPool {
  private final Vertx vertx;
  private final @Nullable ConflictLane lane;
  private final Transactions transactions;
  private final String name;

  private NativePool(
      Vertx50Transport transport, ConnectionPlan plan, ConnectRate rate, PoolSettings settings) {
    super(
        transport,
        settings.policy(),
        rate,
        settings.listener(),
        settings.closeGrace(),
        settings.statementTimeout().orElse(Duration.ZERO),
        settings.initHook().orElse(null),
        settings.acquireHook().orElse(null));
    this.vertx = plan.vertx();
    this.lane = settings.conflictLane() ? conflictLane() : null;
    this.transactions = new Transactions(plan, this, settings, lane);
    this.name = plan.config().endpoint().address();
  }

  static DsqlPool open(Vertx50Transport transport, ConnectionPlan plan, PoolSettings settings) {
    ConnectRate rate =
        settings
            .connectRate()
            .orElseGet(() -> ConnectRate.shared(plan.config().endpoint().address()));
    return new NativePool(transport, plan, rate, settings);
  }

  @Override
  public <T extends @Nullable Object> Future<T> inTransaction(
      TransactionOptions options, Function<SqlConnection, Future<T>> work) {
    return transactions.run(options, work);
  }

  @Override
  public Future<BatchResult> executeMany(String sql, List<Tuple> rows, BatchOptions options) {
    return BatchRun.start(this, vertx, sql, rows, options);
  }

  @Override
  public Future<BatchResult> executeMany(
      String sql, Iterator<? extends Tuple> rows, BatchOptions options) {
    return BatchRun.start(this, vertx, sql, rows, options);
  }

  @Override
  public Future<BatchResult> executeMany(
      String sql, ReadStream<? extends Tuple> rows, BatchOptions options) {
    return BatchRun.start(this, vertx, sql, rows, options);
  }

  @Override
  public PoolStats stats() {
    PoolStats stats = super.stats();
    return lane == null ? stats : lane.addTo(stats);
  }

  /** For tests. */
  @Nullable ConflictLane lane() {
    return lane;
  }

  /**
   * Closes the lane, too: transactions that wait for their turn get it now, and find the pool
   * closed.
   */
  @Override
  public Future<Void> close(Duration grace) {
    Future<Void> closed = super.close(grace);
    if (lane != null) {
      lane.close();
    }
    return closed;
  }

  /** Its endpoint and figures. */
  @Override
  public String toString() {
    return "DsqlPool[" + name + ", " + stats() + "]";
  }
}
