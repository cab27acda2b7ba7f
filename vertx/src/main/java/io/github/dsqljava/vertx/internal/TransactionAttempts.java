package io.github.dsqljava.vertx.internal;

import io.vertx.core.Future;
import io.vertx.sqlclient.SqlConnection;
import java.time.Duration;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** A way of running a transaction once; which one is used depends on the version of Vert.x. */
@FunctionalInterface
public interface TransactionAttempts {

  /**
   * Runs a function in a transaction on a connection of its own, once.
   *
   * @param readOnly whether the transaction is READ ONLY
   * @param acquireTimeout the longest wait for a connection
   * @param ahead whether the caller waits ahead of the others, because it has its turn in the
   *     conflict lane
   * @param deadline the time at which the attempt must have ended
   * @param work the function; it may throw, and may return null, both of which fail the attempt
   * @return the ended attempt, on the context of the caller; never fails
   */
  <T extends @Nullable Object> Future<EndedAttempt<T>> run(
      boolean readOnly,
      Duration acquireTimeout,
      boolean ahead,
      Deadline deadline,
      Function<SqlConnection, Future<T>> work);
}
