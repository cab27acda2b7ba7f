package io.github.dsqljava.vertx.internal;

import io.github.dsqljava.ClosedException;
import io.github.dsqljava.pool.PoolHealth;
import io.github.dsqljava.pool.PoolStats;
import io.github.dsqljava.spi.pool.AsyncPool;
import io.vertx.core.Closeable;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.internal.ContextInternal;
import io.vertx.core.internal.PromiseInternal;
import io.vertx.core.internal.VertxInternal;
import io.vertx.pgclient.spi.PgDriver;
import io.vertx.sqlclient.PrepareOptions;
import io.vertx.sqlclient.PreparedQuery;
import io.vertx.sqlclient.Query;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.internal.SqlClientBase;
import java.time.Duration;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The common base of pools and clients: an {@link AsyncPool}, until they or Vert.x are closed. */
public abstract class PooledClient extends SqlClientBase {

  final VertxInternal vertx;
  final AsyncPool<PooledSession> pool;
  final PoolReports reports;
  final Duration acquireTimeout;
  private final Duration closeGrace;
  private final String name;

  /** Closes the pool with Vert.x, so that no caller waits for a timer that never fires. */
  private final Closeable whenVertxCloses;

  private volatile boolean closed;

  /** Opens nothing yet; see {@link #start()}. */
  PooledClient(Vertx50Transport transport, AsyncPool<PooledSession> pool, Duration closeGrace) {
    super(PgDriver.INSTANCE);
    ConnectionPlan plan = transport.plan();
    this.vertx = (VertxInternal) plan.vertx();
    this.pool = pool;
    this.reports =
        new PoolReports(vertx, plan.config().endpoint().address(), pool.policy().maxSize());
    this.acquireTimeout = pool.policy().acquireTimeout();
    this.closeGrace = closeGrace;
    this.name = plan.config().endpoint().address();
    this.whenVertxCloses =
        completion -> {
          close(Duration.ZERO).onComplete(done -> completion.succeed());
        };
  }

  /** Opens the minimum of connections. */
  final void start() {
    vertx.addCloseHook(whenVertxCloses);
    pool.start();
  }

  /** See {@link AsyncPool#stats()}. */
  public PoolStats stats() {
    return pool.stats();
  }

  /** See {@link AsyncPool#health()}. */
  public PoolHealth health() {
    return pool.health();
  }

  /** See {@link AsyncPool#ready()}. */
  public Future<Void> ready() {
    Promise<Void> promise = promise(vertx.getOrCreateContext());
    var unused =
        pool.ready()
            .whenComplete(
                (done, failure) -> {
                  if (failure == null) {
                    promise.tryComplete();
                  } else {
                    promise.tryFail(failure);
                  }
                });
    return promise.future();
  }

  /** See {@link AsyncPool#expireConnections()}. */
  public int expireConnections() {
    return pool.expireConnections();
  }

  @Override
  protected ContextInternal context() {
    return vertx.getOrCreateContext();
  }

  @Override
  protected <T> PromiseInternal<T> promise() {
    return closed ? (PromiseInternal<T>) Promise.<T>promise() : vertx.promise();
  }

  @Override
  public Query<RowSet<Row>> query(String sql) {
    return super.query(Objects.requireNonNull(sql, "sql"));
  }

  @Override
  public PreparedQuery<RowSet<Row>> preparedQuery(String sql) {
    return super.preparedQuery(Objects.requireNonNull(sql, "sql"));
  }

  @Override
  public PreparedQuery<RowSet<Row>> preparedQuery(String sql, @Nullable PrepareOptions options) {
    return super.preparedQuery(Objects.requireNonNull(sql, "sql"), options);
  }

  /**
   * Returns a promise; of a closed pool one without a context, because Vert.x may be closed and
   * would not run its callbacks.
   */
  final <T extends @Nullable Object> Promise<T> promise(ContextInternal context) {
    return closed ? Promise.promise() : context.promise();
  }

  /** Passes the exception to a task if the pool is closed. */
  final void ifClosed(Consumer<ClosedException> task) {
    if (closed) {
      task.accept(new ClosedException("The pool of connections to " + name));
    }
  }

  @Override
  public Future<Void> close() {
    return close(closeGrace);
  }

  /** Closes the pool; see {@link AsyncPool#close(Duration)}. */
  public Future<Void> close(Duration grace) {
    Objects.requireNonNull(grace, "grace");
    closed = true;
    vertx.removeCloseHook(whenVertxCloses);
    reports.close();
    return Future.fromCompletionStage(pool.close(grace));
  }
}
