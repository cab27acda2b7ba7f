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
 * A pool of connections to one Aurora DSQL cluster: Vert.x's {@link Pool}, and what Aurora DSQL
 * asks for besides: transactions that are run again after a conflict, batches that are cut into
 * transactions of allowed size, connections that are replaced before the service cuts them.
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
 * <p><b>Threads.</b> Safe to use from several threads. Futures complete on the Vert.x context of
 * the caller, as Vert.x promises, and the functions given are called there; for a caller that is no
 * Vert.x thread that is an event loop. Neither must block.
 *
 * <p><b>Failures.</b> A connection that is not to be had is a {@link
 * io.github.dsqljava.PoolTimeoutException}, {@link io.github.dsqljava.PoolBusyException}, {@link
 * io.github.dsqljava.ClosedException}, or the reason why none can be opened. Errors of statements
 * are Vert.x's {@code PgException}.
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
   * Runs a function in a transaction: commits when its future succeeds, rolls back when it fails,
   * and runs all of it again, on another connection, when it lost a conflict with another
   * transaction (40001: OC000, OC001), or lost its connection before COMMIT was sent. What the
   * function does outside the database is then done again, too. After a conflict it waits for its
   * turn, as {@link PoolSettings#conflictLane()} says.
   *
   * <p>BEGIN travels with the first statement; should it fail, the statements sent with it are not
   * executed. The function's connection is of use only inside; it must not be closed, nor a
   * transaction begun on it. Statements that are still under way when the function's future
   * succeeds are waited for.
   *
   * @param work gets the connection, and may be called several times
   * @return what the function's future gave in the attempt that was committed; or
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
   * Vert.x's own, which runs the function <b>once</b>. {@link #inTransaction} is what a program for
   * Aurora DSQL wants; this is for libraries that know only Vert.x, and for a function that must
   * not run twice. It differs so:
   *
   * <ul>
   *   <li>Nothing is run again. A lost conflict (40001: OC000, OC001) is the caller's {@code
   *       PgException}.
   *   <li>A lost answer to COMMIT looks like any lost connection, although the transaction may be
   *       in the database.
   *   <li>There are no {@link TransactionOptions}: no deadline, no READ ONLY, no retry policy.
   *   <li>BEGIN takes a round trip of its own.
   *   <li>{@link #inTransaction} inside the function is not refused: it is another transaction, on
   *       another connection.
   * </ul>
   *
   * @param function gets the connection, and is called once
   * @return what the function's future gave, after COMMIT; or the driver's failure, or the
   *     function's after ROLLBACK
   */
  @Override
  default <T> Future<@Nullable T> withTransaction(
      Function<SqlConnection, Future<@Nullable T>> function) {
    Objects.requireNonNull(function, "function");
    return Pool.super.withTransaction(function);
  }

  /**
   * Vert.x's own, which runs the function once, as {@link #withTransaction(Function)} does.
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
   * Runs a function with a connection, which is given back when the function's future ends, and,
   * other than in Vert.x, also when the function throws or returns null.
   */
  @Override
  default <T> Future<@Nullable T> withConnection(
      Function<SqlConnection, Future<@Nullable T>> function) {
    Objects.requireNonNull(function, "function");
    return getConnection().compose(connection -> Borrowed.use(connection, function));
  }

  /**
   * As {@link #withConnection(Function)}, for a caller that waits for a connection no longer than
   * this, and not as long as {@link io.github.dsqljava.pool.PoolPolicy#acquireTimeout()}.
   *
   * @param timeout for the connection, not for the function; zero for one that is there
   * @return what the function's future gave; or a {@link io.github.dsqljava.PoolTimeoutException}
   */
  default <T> Future<@Nullable T> withConnection(
      Duration timeout, Function<SqlConnection, Future<@Nullable T>> function) {
    Objects.requireNonNull(function, "function");
    return getConnection(timeout).compose(connection -> Borrowed.use(connection, function));
  }

  /**
   * A connection for a caller that waits no longer than this. Use this and not {@code
   * getConnection().timeout(..)}: that future fails in time, but the pool does not know, and hands
   * its connection to nobody.
   *
   * @param timeout zero or more
   * @return a connection to be closed; or a {@link io.github.dsqljava.PoolTimeoutException}
   */
  Future<SqlConnection> getConnection(Duration timeout);

  /**
   * A connection for a caller that may give up.
   *
   * @param timeout zero or more
   * @param givenUp when this completes, in whatever way, the caller does not wait any more, and his
   *     place in the queue is free
   * @return a connection to be closed, if it was there before; a {@link
   *     java.util.concurrent.CancellationException} if the caller gave up before; or another
   *     failure
   */
  Future<SqlConnection> getConnection(Duration timeout, Future<?> givenUp);

  /** {@link #executeMany(String, List, BatchOptions)} with {@link BatchOptions#defaults()}. */
  default Future<BatchResult> executeMany(String sql, List<Tuple> rows) {
    return executeMany(sql, rows, BatchOptions.defaults());
  }

  /**
   * Executes a statement for many rows, in chunks that Aurora DSQL accepts as a transaction each
   * (3,000 rows, 10 MiB). The chunks run one after the other, or as many at once as {@link
   * BatchOptions#concurrency()} says; each is a transaction as {@link #inTransaction} runs it, all
   * of its rows sent in one flight.
   *
   * @param sql with {@code $1} to {@code $n}
   * @param rows the values, one tuple for each execution; neither changed nor kept: the list may
   *     change as soon as this method has returned, but not its tuples
   * @return what was written; or a {@link io.github.dsqljava.BatchFailedException}, which says for
   *     each chunk whether it is in the database, when one failed for good; or a {@link
   *     io.github.dsqljava.RowTooLargeException}, with nothing written, when a single row is larger
   *     than a chunk may be
   */
  Future<BatchResult> executeMany(String sql, List<Tuple> rows, BatchOptions options);

  /**
   * As {@link #executeMany(String, List, BatchOptions)}, with rows that are asked for as they are
   * needed, so that any number of them takes the memory of a few chunks.
   *
   * @param rows called on an event loop, where it must not block; never by two threads at once
   * @return what was written; or a {@link io.github.dsqljava.BatchFailedException}, also if the
   *     iterator throws, or a row is too large: what was written before stays
   */
  Future<BatchResult> executeMany(String sql, Iterator<? extends Tuple> rows, BatchOptions options);

  /**
   * As {@link #executeMany(String, Iterator, BatchOptions)}, with a stream, which is paused while
   * enough rows are there. Its handlers are set and, if the batch ends before the stream, taken
   * away again; the stream stays paused then.
   */
  Future<BatchResult> executeMany(
      String sql, ReadStream<? extends Tuple> rows, BatchOptions options);

  /**
   * Waits until the minimum of connections ({@link io.github.dsqljava.pool.PoolPolicy#minSize()})
   * is open, as long as that takes, for a program that wants to begin with a pool that works. Use
   * {@code ready().timeout(..)} to wait no longer; {@link #health()} says then what is wrong.
   *
   * @return completes at once if the minimum is 0; fails with a {@link
   *     io.github.dsqljava.ClosedException} when the pool is closed before
   */
  Future<Void> ready();

  /** Whether the pool can do its work, and why not, without asking the server. */
  PoolHealth health();

  /** The pool at this moment. */
  PoolStats stats();

  /**
   * Gives up all connections there are: idle ones now, others when they are given back; none of
   * them is handed out again. For when what they were opened with has changed.
   *
   * @return how many
   */
  int expireConnections();

  /**
   * Closes the pool: callers that wait fail, connections are closed when they are given back, and
   * once the grace period is over, at once, so that what they are doing fails.
   *
   * @param grace zero or more; {@link #close()} takes that of {@link PoolSettings#closeGrace()}
   * @return completes when all connections are closed
   */
  Future<Void> close(Duration grace);
}
