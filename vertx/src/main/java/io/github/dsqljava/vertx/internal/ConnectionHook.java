package io.github.dsqljava.vertx.internal;

import io.github.dsqljava.spi.pool.Lease;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.internal.ContextInternal;
import io.vertx.core.internal.VertxInternal;
import io.vertx.sqlclient.SqlConnection;
import java.time.Duration;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.function.Function;

/** Runs a program's hook on a connection of a pool before others use it. */
final class ConnectionHook implements PooledSession.Shaping {
  private final VertxInternal vertx;
  private final String name;
  private final Function<SqlConnection, Future<Void>> hook;
  private final Duration limit;

  /**
   * @param name for messages, such as "acquire hook"
   * @param limit the time limit of the hook
   */
  ConnectionHook(
      VertxInternal vertx,
      String name,
      Function<SqlConnection, Future<Void>> hook,
      Duration limit) {
    this.vertx = vertx;
    this.name = name;
    this.hook = hook;
    this.limit = limit;
  }

  /**
   * Runs the hook, and then one of the two callbacks; a connection on which the hook failed is
   * given up.
   *
   * @param context the caller's, where the hook is called
   */
  @Override
  public void run(
      ContextInternal context,
      Lease<PooledSession> lease,
      Runnable granted,
      Consumer<Throwable> refused) {
    LeasedConnection guest = new LeasedConnection(vertx, lease);
    PooledConnection connection = new PooledConnection(context, guest);
    guest.init(connection);
    Promise<Void> ended = Promise.promise();
    long timer = vertx.setTimer(Math.max(1, limit.toMillis()), id -> ended.tryFail(stuck()));
    context.emit(v -> call(connection, ended));
    ended
        .future()
        .onComplete(
            done -> {
              vertx.cancelTimer(timer);
              if (done.failed()) {
                guest.discard();
                refused.accept(done.cause());
              } else {
                guest.whenQuiet(() -> handOn(guest, granted, refused));
              }
            });
  }

  private void call(SqlConnection connection, Promise<Void> ended) {
    try {
      Future<Void> result = hook.apply(connection);
      if (result == null) {
        ended.tryFail(new NullPointerException("The " + name + " returned null"));
      } else {
        result.onComplete(ended::tryComplete, ended::tryFail);
      }
    } catch (Throwable e) { // also a checked exception that was thrown past the compiler
      ended.tryFail(e);
    }
  }

  private void handOn(LeasedConnection guest, Runnable granted, Consumer<Throwable> refused) {
    if (guest.isLost() || guest.session.status() != SessionStatus.IDLE) {
      guest.discard();
      refused.accept(new IllegalStateException("The " + name + " left a transaction open"));
    } else if (guest.handOn()) {
      guest.session.settingsAreKnown(); // it sets them again the next time
      granted.run();
    } else {
      refused.accept(
          new IllegalStateException(
              "The " + name + " closed the connection, which is for the caller to use"));
    }
  }

  private TimeoutException stuck() {
    return new TimeoutException(
        "The "
            + name
            + " did not complete within "
            + limit
            + " (connectTimeout). Check the hook: it waits for the server's answers to its"
            + " statements, or for an event that never comes. The connection is closed");
  }
}
