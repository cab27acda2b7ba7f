package io.github.dsqljava.vertx;

import io.github.dsqljava.BatchChunk;
import io.github.dsqljava.BatchFailedException;
import io.github.dsqljava.ChunkOutcome;
import io.github.dsqljava.CommitOutcomeUnknownException;
import io.github.dsqljava.spi.BatchPlan;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.Tuple;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;

/** One call of executeMany: its chunks, one transaction after the other. */
final class BatchRun {
  private static final Logger LOGGER = System.getLogger(DsqlPool.class.getName());

  private final DsqlPool pool;
  private final String sql;
  private final List<Tuple> rows;
  private final BatchOptions options;
  private final List<BatchChunk> chunks;
  private final Promise<BatchResult> result = Promise.promise();
  private long rowCount;

  private BatchRun(
      DsqlPool pool, String sql, List<Tuple> rows, BatchOptions options, List<BatchChunk> chunks) {
    this.pool = pool;
    this.sql = sql;
    this.rows = rows;
    this.options = options;
    this.chunks = new ArrayList<>(chunks);
  }

  static Future<BatchResult> start(
      DsqlPool pool, String sql, List<Tuple> rows, BatchOptions options) {
    Objects.requireNonNull(sql, "sql");
    Objects.requireNonNull(rows, "rows");
    Objects.requireNonNull(options, "options");
    try {
      // A copy of the list, for the caller may go on with his own.
      List<Tuple> fixed = new ArrayList<>(rows);
      List<BatchChunk> chunks =
          BatchPlan.cut(
              fixed.size(),
              row -> TupleSize.of(fixed.get(row)),
              options.maxRows(),
              options.maxBytes());
      BatchRun run = new BatchRun(pool, sql, fixed, options, chunks);
      run.from(0);
      return run.result.future();
    } catch (RuntimeException | Error e) { // also of a list or a tuple that is not as it should be
      return Future.failedFuture(e);
    }
  }

  /** Not by composing futures: those of thousands of chunks would complete on one stack. */
  private void from(int index) {
    try {
      next(index);
    } catch (RuntimeException | Error e) { // a task of an event loop: nobody else would tell
      result.tryFail(new BatchFailedException(chunks, e));
    }
  }

  private void next(int index) {
    if (index == chunks.size()) {
      result.complete(new BatchResult(rowCount, chunks));
      return;
    }
    BatchChunk chunk = chunks.get(index);
    List<Tuple> part = rows.subList(chunk.firstRow(), chunk.endRow());
    AtomicInteger attempts = new AtomicInteger();
    pool.inTransaction(
            options.transaction(),
            connection -> {
              attempts.incrementAndGet();
              return connection.preparedQuery(sql).executeBatch(part).map(BatchRun::changed);
            })
        .onSuccess(changed -> committed(index, changed, attempts.get()))
        .onFailure(failure -> failed(index, failure, attempts.get()));
  }

  private void committed(int index, long changed, int attempts) {
    rowCount += changed;
    BatchChunk chunk = chunks.get(index).with(ChunkOutcome.COMMITTED, attempts);
    chunks.set(index, chunk);
    tell(new BatchProgress(index + 1, chunks.size(), chunk.endRow(), rows.size(), attempts));
    Context context = Vertx.currentContext();
    if (context == null) {
      from(index + 1);
    } else {
      context.runOnContext(v -> from(index + 1));
    }
  }

  private void tell(BatchProgress progress) {
    try {
      options.progress().accept(progress);
    } catch (Throwable e) { // also a checked exception that was thrown past the compiler
      LOGGER.log(Level.WARNING, "A progress callback failed", e);
    }
  }

  private void failed(int index, Throwable failure, int attempts) {
    ChunkOutcome outcome =
        failure instanceof CommitOutcomeUnknownException
            ? ChunkOutcome.UNKNOWN
            : ChunkOutcome.ROLLED_BACK;
    chunks.set(index, chunks.get(index).with(outcome, attempts));
    result.fail(new BatchFailedException(chunks, failure));
  }

  private static long changed(RowSet<Row> results) {
    long count = 0;
    for (RowSet<Row> result = results; result != null; result = result.next()) {
      count += result.rowCount();
    }
    return count;
  }
}
