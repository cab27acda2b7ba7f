package io.github.dsqljava.vertx;

import io.vertx.core.Future;
import io.vertx.sqlclient.SqlConnection;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Lends a connection to a function until the function's future ends. */
final class Borrowed {

  private Borrowed() {}

  /** Calls the function, and gives the connection back in every case. */
  static <T> Future<@Nullable T> use(
      SqlConnection connection, Function<SqlConnection, Future<@Nullable T>> function) {
    Future<@Nullable T> result;
    try {
      result = function.apply(connection);
    } catch (Throwable e) { // also a checked exception that was thrown past the compiler
      result = Future.failedFuture(e);
    }
    if (result == null) {
      result =
          Future.failedFuture(new NullPointerException("The function returned null, not a future"));
    }
    return result.eventually(connection::close);
  }
}
