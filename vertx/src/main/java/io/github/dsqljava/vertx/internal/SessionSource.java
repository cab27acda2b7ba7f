package io.github.dsqljava.vertx.internal;

import io.github.dsqljava.ConnectPhase;
import io.github.dsqljava.pool.ConnectRate;
import io.github.dsqljava.pool.PoolListener;
import io.github.dsqljava.pool.PoolPolicy;
import io.github.dsqljava.spi.pool.AsyncPool;
import io.github.dsqljava.spi.pool.ConnectionSource;
import io.netty.channel.EventLoop;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.internal.ContextInternal;
import io.vertx.core.internal.VertxInternal;
import io.vertx.pgclient.impl.PgSocketConnection;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.internal.SqlConnectionInternal;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;
import java.util.SplittableRandom;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Opens the connections of a pool: on the event loop of the caller that needs one, with a fresh
 * token, and shaped by the init hook.
 */
final class SessionSource implements ConnectionSource<PooledSession> {
  private final ConnectionPlan plan;
  private final Vertx50ConnectionFactory factory;
  private final Duration statementTimeout;
  private final @Nullable Function<SqlConnection, Future<Void>> initHook;

  /** The init hook for a connection that was reset. */
  private final @Nullable ConnectionHook again;

  SessionSource(
      ConnectionPlan plan,
      Vertx50ConnectionFactory factory,
      Duration statementTimeout,
      @Nullable Function<SqlConnection, Future<Void>> initHook) {
    this.plan = plan;
    this.factory = factory;
    this.statementTimeout = statementTimeout;
    this.initHook = initHook;
    this.again =
        initHook == null
            ? null
            : new ConnectionHook(
                (VertxInternal) plan.vertx(),
                "init hook",
                initHook,
                plan.config().connectTimeout());
  }

  /** Makes a pool of this source's connections. */
  AsyncPool<PooledSession> pool(PoolPolicy policy, ConnectRate rate, PoolListener listener) {
    return new AsyncPool<>(
        plan.config().endpoint().address(),
        policy,
        this,
        new VertxScheduler((VertxInternal) plan.vertx()),
        rate,
        new SplittableRandom(),
        listener);
  }

  @Override
  public CompletionStage<PooledSession> open(@Nullable Object preference, Runnable lost) {
    VertxInternal vertx = (VertxInternal) plan.vertx();
    ContextInternal context =
        preference instanceof EventLoop loop
            ? vertx.contextBuilder().withEventLoop(loop).build()
            : vertx.createEventLoopContext();
    // The future belongs to the context, and so do those derived from it, wherever a hook ends.
    Future<SqlConnection> opened = factory.connect(context, plan.freshOptions());
    return (initHook == null
            ? opened
            : opened.compose(connection -> initialize(connection, initHook)))
        .compose(connection -> adopt(connection, context, lost))
        .toCompletionStage();
  }

  /** Reports the connection's events to the pool from now on. */
  private Future<PooledSession> adopt(
      SqlConnection connection, ContextInternal context, Runnable lost) {
    PgSocketConnection socket = (PgSocketConnection) ((SqlConnectionInternal) connection).unwrap();
    PooledSession session =
        new PooledSession(factory, socket, context, statementTimeout, again, lost);
    if (session.isClosed()) {
      return Future.failedFuture(
          plan.explain(new ClosedChannelException(), ConnectPhase.LOGIN)); // during the init hook
    }
    if (session.status() != SessionStatus.IDLE) {
      return hangUp(connection, leftOpen());
    }
    socket.init(session);
    return Future.succeededFuture(session);
  }

  /** Runs the hook under a deadline, so that the caller learns that the hook is stuck. */
  private Future<SqlConnection> initialize(
      SqlConnection connection, Function<SqlConnection, Future<Void>> hook) {
    Future<Void> initialized;
    try {
      initialized = hook.apply(connection);
    } catch (Throwable e) {
      initialized = Future.failedFuture(e);
    }
    if (initialized == null) {
      initialized = Future.failedFuture(new NullPointerException("The init hook returned null"));
    }
    Duration limit = plan.config().connectTimeout();
    Promise<Void> ended = Promise.promise();
    long timer =
        plan.vertx().setTimer(Math.max(1, limit.toMillis()), id -> ended.tryFail(stuck(limit)));
    try {
      initialized.onComplete(ended::tryComplete, ended::tryFail);
    } catch (RuntimeException | Error e) { // of a future that is not Vert.x's own
      ended.tryFail(e);
    }
    return ended
        .future()
        .onComplete(done -> plan.vertx().cancelTimer(timer))
        .compose(
            v ->
                connection.transaction() == null
                    ? Future.succeededFuture(connection)
                    : Future.failedFuture(leftOpen()))
        .recover(failure -> hangUp(connection, failure));
  }

  /**
   * Closes in order, with a time limit, because the network may have been the reason why the hook
   * hung.
   */
  private <T> Future<T> hangUp(SqlConnection connection, Throwable failure) {
    PgSocketConnection opened = (PgSocketConnection) ((SqlConnectionInternal) connection).unwrap();
    Promise<T> failed = Promise.promise();
    long timer =
        plan.vertx()
            .setTimer(
                PooledSession.GOODBYE_MILLIS,
                id -> {
                  var unused = HardClose.of(opened.socket());
                });
    connection
        .close()
        .onComplete(
            closed -> {
              plan.vertx().cancelTimer(timer);
              failed.fail(failure);
            });
    return failed.future();
  }

  private static TimeoutException stuck(Duration limit) {
    return new TimeoutException(
        "The init hook did not complete within "
            + limit
            + " (connectTimeout). Check the hook: it waits for the server's answers to its"
            + " statements, or for an event that never comes. The connection is closed");
  }

  private static IllegalStateException leftOpen() {
    return new IllegalStateException("The init hook left a transaction open");
  }

  @Override
  public boolean suits(PooledSession session, Object preference) {
    return session.eventLoop() == preference;
  }

  @Override
  public CompletionStage<Void> check(PooledSession session) {
    return session.check().toCompletionStage();
  }

  @Override
  public CompletionStage<Void> close(PooledSession session) {
    return session.close().toCompletionStage();
  }

  @Override
  public CompletionStage<Void> abort(PooledSession session) {
    return session.abort().toCompletionStage();
  }
}
