package io.github.dsqljava.vertx;

import io.github.dsqljava.pool.PoolHealth;
import io.github.dsqljava.pool.PoolStats;
import io.github.dsqljava.retry.TransactionOptions;
import io.vertx.core.Future;
import io.vertx.core.streams.ReadStream;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.TransactionPropagation;
import io.vertx.sqlclient.Tuple;
import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A pool of connections to one Aurora DSQL cluster: Vert.x's {@link Pool}, and additions for Aurora
 * DSQL: transactions that run again after a conflict, batches that are cut into transactions of an
 * allowed size, and connections that are replaced before the service cuts them.
 *
 * <pre>{@code
 * DsqlPool pool = connector.pool(PoolSettings.builder().minSize(5).maxSize(20).build());
 * Future<Void> moved = pool.inTransaction(connection ->
 *     connection.preparedQuery("UPDATE accounts SET balance = balance - $1 WHERE id = $2")
 *         .execute(Tuple.of(10, from))
 *         .compose(done -> connection
 *             .preparedQuery("UPDATE accounts SET balance = balance + $1 WHERE id = $2")
 *             .execute(Tuple.of(10, to)))
 *         .mapEmpty());
 * }</pre>
 *
 * <p><b>Threads.</b> Safe to use from several threads. Futures complete, and functions are called,
 * on the Vert.x context of the caller, or on an event loop if the caller is no Vert.x thread.
 * Neither callbacks nor functions may block.
 *
 * <p><b>Failures.</b> A caller that gets no connection gets a {@link
 * io.github.dsqljava.PoolTimeoutException}, {@link io.github.dsqljava.PoolBusyException}, {@link
 * io.github.dsqljava.ClosedException}, or the failure to open one. Errors of statements are
 * Vert.x's {@code PgException}.
 */
public interface DsqlPool extends Pool {

  /**
   * {@link #inTransaction(TransactionOptions, Function)} with {@link
   * TransactionOptions#defaults()}.
   */
  default <T extends @Nullable Object> Future<T> inTransaction(
      Function<SqlConnection, Future<T>> work) {
    return inTransaction(TransactionOptions.defaults(), work);
  }

  /**
   * Runs a function in a transaction: commits when its future succeeds, and rolls back when it
   * fails. Runs all of it again, on another connection, after a lost conflict with another
   * transaction (40001: OC000, OC001) or the loss of its connection before COMMIT was sent. The
   * function's effects outside the database then happen again, too. After a conflict it waits for
   * its turn, see {@link PoolSettings#conflictLane()}.
   *
   * <p>BEGIN is sent together with the first statement; if it fails, the server executes no
   * statement sent with it. The function's connection is valid only inside; the function must not
   * close it, nor begin a transaction on it. COMMIT waits for statements that are still in flight
   * when the function's future succeeds.
   *
   * @param work gets the connection, and may be called several times
   * @return the result of the function's future in the committed attempt; or
   *     <ul>
   *       <li>a {@link io.github.dsqljava.RetriesExhaustedException} when the retry policy allows
   *           no more attempts;
   *       <li>a {@link io.github.dsqljava.CommitOutcomeUnknownException} when the answer to COMMIT
   *           was lost, which is never tried again unless the options say idempotent;
   *       <li>a {@link io.github.dsqljava.TransactionTimeoutException} when the options' deadline
   *           passed before COMMIT was sent;
   *       <li>a {@link io.github.dsqljava.TransactionRolledBackException} when the function went on
   *           after the error of a statement;
   *       <li>a {@link io.github.dsqljava.NestedTransactionException} when called inside the
   *           function of another one on this pool;
   *       <li>the failure of the function, unchanged, when it is none of the above: then the
   *           transaction is rolled back. So also a server's error at COMMIT that is no conflict.
   *     </ul>
   */
  <T extends @Nullable Object> Future<T> inTransaction(
      TransactionOptions options, Function<SqlConnection, Future<T>> work);

  /**
   * Vert.x's own method, which runs the function <b>once</b>. A program for Aurora DSQL uses {@link
   * #inTransaction} instead; this one is for libraries that know only Vert.x, and for a function
   * that must not run twice. The differences are:
   *
   * <ul>
   *   <li>The function does not run again. After a lost conflict (40001: OC000, OC001) the caller
   *       gets the {@code PgException}.
   *   <li>A lost answer to COMMIT looks like any lost connection, although the transaction may be
   *       in the database.
   *   <li>There are no {@link TransactionOptions}: no deadline, no READ ONLY, no retry policy.
   *   <li>BEGIN takes a round trip of its own.
   *   <li>{@link #inTransaction} inside the function is not refused: it is another transaction, on
   *       another connection.
   * </ul>
   *
   * @param function gets the connection, and is called once
   * @return the result of the function's future, after COMMIT; or the driver's failure, or the
   *     function's after ROLLBACK
   */
  @Override
  default <T> Future<@Nullable T> withTransaction(
      Function<SqlConnection, Future<@Nullable T>> function) {
    Objects.requireNonNull(function, "function");
    return Pool.super.withTransaction(function);
  }

  /**
   * Vert.x's own method, which runs the function once, as {@link #withTransaction(Function)} does.
   *
   * @param propagation with {@code CONTEXT}, calls of this method inside the function share its
   *     transaction, if they are on its Vert.x context; with {@code NONE} they do not
   */
  @Override
  default <T> Future<@Nullable T> withTransaction(
      TransactionPropagation propagation, Function<SqlConnection, Future<@Nullable T>> function) {
    Objects.requireNonNull(propagation, "propagation");
    Objects.requireNonNull(function, "function");
    return Pool.super.withTransaction(propagation, function);
  }

  /**
   * Runs a function with a connection, which is given back when the function's future ends. Unlike
   * in Vert.x, it is also given back when the function throws or returns null.
   */
  @Override
  default <T> Future<@Nullable T> withConnection(
      Function<SqlConnection, Future<@Nullable T>> function) {
    Objects.requireNonNull(function, "function");
    return getConnection().compose(connection -> Borrowed.use(connection, function));
  }

  /**
   * As {@link #withConnection(Function)}, with a wait of its own for the connection in place of
   * {@link io.github.dsqljava.pool.PoolPolicy#acquireTimeout()}.
   *
   * @param timeout the longest wait for the connection, not for the function; zero for an idle
   *     connection only
   * @return the result of the function's future; or a {@link
   *     io.github.dsqljava.PoolTimeoutException}
   */
  default <T> Future<@Nullable T> withConnection(
      Duration timeout, Function<SqlConnection, Future<@Nullable T>> function) {
    Objects.requireNonNull(function, "function");
    return getConnection(timeout).compose(connection -> Borrowed.use(connection, function));
  }

  /**
   * Gets a connection within this time. Do not use {@code getConnection().timeout(..)} for that:
   * its future fails in time, but the pool does not learn of it, and the connection that it hands
   * out later is lost.
   *
   * @param timeout zero or more
   * @return a connection, which the caller closes; or a {@link
   *     io.github.dsqljava.PoolTimeoutException}
   */
  Future<SqlConnection> getConnection(Duration timeout);

  /**
   * Gets a connection for a caller that may give up.
   *
   * @param timeout zero or more
   * @param givenUp when this completes, with or without a failure, the caller stops waiting, and
   *     its place in the queue is free
   * @return a connection, which the caller closes; a {@link
   *     java.util.concurrent.CancellationException} if the caller gave up first; or another failure
   */
  Future<SqlConnection> getConnection(Duration timeout, Future<?> givenUp);

  /** {@link #executeMany(String, List, BatchOptions)} with {@link BatchOptions#defaults()}. */
  default Future<BatchResult> executeMany(String sql, List<Tuple> rows) {
    return executeMany(sql, rows, BatchOptions.defaults());
  }

  /**
   * Executes a statement for many rows, in chunks that Aurora DSQL accepts as a transaction each
   * (3,000 rows, 10 MiB). The chunks run one after the other, or {@link BatchOptions#concurrency()}
   * of them at once. Each is a transaction as {@link #inTransaction} runs it, with all of its rows
   * sent in one flight.
   *
   * @param sql with {@code $1} to {@code $n}
   * @param rows the values, one tuple for each execution; the list may change as soon as this
   *     method has returned, but not its tuples
   * @return the result of the batch; or a {@link io.github.dsqljava.BatchFailedException}, which
   *     says for each chunk whether it is in the database, when one failed for good; or a {@link
   *     io.github.dsqljava.RowTooLargeException}, with nothing written, when a single row is larger
   *     than a chunk may be
   */
  Future<BatchResult> executeMany(String sql, List<Tuple> rows, BatchOptions options);

  /**
   * As {@link #executeMany(String, List, BatchOptions)}, with rows that are requested on demand, so
   * that any number of them takes the memory of a few chunks.
   *
   * @param rows called on an event loop, where it must not block; never by two threads at once
   * @return the result of the batch; or a {@link io.github.dsqljava.BatchFailedException}, also if
   *     the iterator throws or a row is too large: earlier chunks stay
   */
  Future<BatchResult> executeMany(String sql, Iterator<? extends Tuple> rows, BatchOptions options);

  /**
   * As {@link #executeMany(String, Iterator, BatchOptions)}, with a stream, which is paused while
   * enough rows have arrived. The batch sets the stream's handlers. If the batch ends before the
   * stream, it removes them and leaves the stream paused.
   */
  Future<BatchResult> executeMany(
      String sql, ReadStream<? extends Tuple> rows, BatchOptions options);

  /**
   * Waits without a limit until the minimum of connections ({@link
   * io.github.dsqljava.pool.PoolPolicy#minSize()}) is open, for a program that wants to begin with
   * a working pool. {@code ready().timeout(..)} sets a limit, and {@link #health()} then tells the
   * reason.
   *
   * @return completes at once if the minimum is 0; fails with a {@link
   *     io.github.dsqljava.ClosedException} when the pool is closed before
   */
  Future<Void> ready();

  /** Returns the pool's health with its reason, without contacting the server. */
  PoolHealth health();

  /** Returns the state of the pool at this moment, and its counters. */
  PoolStats stats();

  /**
   * Gives up all current connections: idle ones now, others when they are given back; none of them
   * is handed out again. For use when the data they were opened with has changed.
   *
   * @return the number of connections given up
   */
  int expireConnections();

  /**
   * Closes the pool. Waiting callers fail, and connections are closed when they are given back, or
   * when the grace period is over; then their statements fail.
   *
   * @param grace zero or more; {@link #close()} takes that of {@link PoolSettings#closeGrace()}
   * @return completes when all connections are closed
   */
  Future<Void> close(Duration grace);
}
