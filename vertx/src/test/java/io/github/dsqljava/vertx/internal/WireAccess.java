package io.github.dsqljava.vertx.internal;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.internal.ContextInternal;
import io.vertx.pgclient.impl.PgSocketConnection;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.internal.QueryResultHandler;
import io.vertx.sqlclient.internal.SqlConnectionBase;
import io.vertx.sqlclient.internal.command.QueryCommandBase;
import io.vertx.sqlclient.internal.command.SimpleQueryCommand;
import java.util.function.Supplier;

/** What tests outside this package do with the {@link SessionWire} of a native connection. */
public final class WireAccess {

  private WireAccess() {}

  private static PgSocketConnection socket(SqlConnection connection) {
    return (PgSocketConnection) ((SqlConnectionBase<?>) connection).unwrap();
  }

  private static SessionWire wire(SqlConnection connection) {
    return SessionWire.of(socket(connection));
  }

  /** The name of the session's status. */
  public static String status(SqlConnection connection) {
    return wire(connection).status().name();
  }

  /** Runs something as one turn of the connection's event loop. */
  public static <T> Future<T> inOneTurn(SqlConnection connection, Supplier<Future<T>> turn) {
    Promise<T> result = Promise.promise();
    socket(connection).context().runOnContext(v -> turn.get().onComplete(result));
    return result.future();
  }

  /** Arms the guard alone. */
  public static void guard(SqlConnection connection) {
    wire(connection).guardNextBegin();
  }

  /** Schedules a transaction command as Vert.x does with its own; on the event loop. */
  public static Future<Boolean> schedule(SqlConnection connection, String sql) {
    PgSocketConnection socket = socket(connection);
    Promise<Boolean> done = ((ContextInternal) socket.context()).promise();
    socket.schedule(
        new SimpleQueryCommand<>(
            sql,
            /* singleton= */ false,
            /* autoCommit= */ false,
            QueryCommandBase.NULL_COLLECTOR,
            QueryResultHandler.NOOP_HANDLER),
        done);
    return done.future();
  }
}
