package io.github.dsqljava.vertx.internal;

import io.github.dsqljava.spi.AttemptOutcome;
import io.github.dsqljava.spi.pool.Lease;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.internal.ContextInternal;
import io.vertx.core.internal.VertxInternal;
import io.vertx.sqlclient.SqlConnection;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * One attempt at a transaction on a connection of the pool: calls the function, ends the
 * transaction, and watches the deadline.
 *
 * <p>The function runs on a duplicate of the caller's context, with the caller's local data. Its
 * calls run there, too, so a transaction that begins inside is distinguished from one that begins
 * next to it. Code that moves to another thread without the context is not recognised.
 */
final class PooledTransaction<T extends @Nullable Object> {
  private final VertxInternal vertx;
  private final ContextInternal context;
  private final Promise<EndedAttempt<T>> outcome;
  private final TransactionalConnection<T> connection;
  private final TransactionView view;
  private final long timer;
  private volatile boolean over;

  /**
   * Makes an attempt on a connection.
   *
   * @param pool the pool of the transaction
   */
  PooledTransaction(
      VertxInternal vertx,
      PooledClient pool,
      ContextInternal caller,
      Lease<PooledSession> lease,
      boolean readOnly,
      Deadline deadline,
      Promise<EndedAttempt<T>> outcome) {
    this.vertx = vertx;
    this.context = caller.duplicate(/* copy= */ true);
    locals(context).put(pool, this);
    this.outcome = outcome;
    this.connection = new TransactionalConnection<>(vertx, lease, readOnly, this::ended);
    this.view =
        new TransactionView(context, connection, () -> pool.ifClosed(connection::poolClosed));
    connection.init(view);
    this.timer = vertx.setTimer(deadline.remainingMillis(), id -> connection.expire());
  }

  /** Whether code on this context is inside the function of an open transaction of the pool. */
  static boolean isInside(ContextInternal context, Object pool) {
    return locals(context).get(pool) instanceof PooledTransaction<?> transaction
        && !transaction.over;
  }

  private static ConcurrentMap<Object, Object> locals(ContextInternal context) {
    return ContextInternal.LOCAL_MAP.get(context, ConcurrentHashMap::new);
  }

  void run(Function<SqlConnection, Future<T>> work) {
    context.emit(
        v -> {
          try {
            var unused = call(work).onComplete(connection::commit, connection::rollback);
          } catch (RuntimeException | Error e) { // of a future that is not Vert.x's own
            connection.rollback(e);
          }
        });
  }

  private Future<T> call(Function<SqlConnection, Future<T>> work) {
    Future<T> result;
    try {
      result = work.apply(view);
    } catch (Throwable e) {
      return Future.failedFuture(e);
    }
    return result != null
        ? result
        : Future.failedFuture(
            new NullPointerException("The function of inTransaction returned null, not a future"));
  }

  private void ended(EndedAttempt<T> how) {
    vertx.cancelTimer(timer);
    over = true;
    view.ended(how.outcome() instanceof AttemptOutcome.Committed);
    outcome.complete(how);
  }
}
