package io.github.dsqljava.vertx;

import io.github.dsqljava.BatchFailedException;
import io.github.dsqljava.CommitOutcomeUnknownException;
import io.github.dsqljava.InvalidConfigurationException;
import io.github.dsqljava.batch.BatchChunk;
import io.github.dsqljava.batch.BatchPlan;
import io.github.dsqljava.batch.ChunkOutcome;
import io.vertx.core.Future;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.Tuple;
import java.util.ArrayList;
import java.util.List;

/** One call of executeMany: its chunks, one transaction after the other. */
final class BatchRun {
  private final DsqlPool pool;
  private final String sql;
  private final List<Tuple> rows;
  private final BatchOptions options;
  private final List<BatchChunk> chunks;
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
    try {
      List<BatchChunk> chunks =
          BatchPlan.cut(
              rows.size(),
              row -> TupleSize.of(rows.get(row)),
              options.maxRows(),
              options.maxBytes());
      return new BatchRun(pool, sql, rows, options, chunks).from(0);
    } catch (InvalidConfigurationException e) {
      return Future.failedFuture(e);
    }
  }

  private Future<BatchResult> from(int index) {
    if (index == chunks.size()) {
      return Future.succeededFuture(new BatchResult(rowCount, chunks));
    }
    BatchChunk chunk = chunks.get(index);
    List<Tuple> part = rows.subList(chunk.firstRow(), chunk.endRow());
    int[] attempts = new int[1];
    return pool.inTransaction(
            options.transaction(),
            connection -> {
              attempts[0]++;
              return connection.preparedQuery(sql).executeBatch(part).map(BatchRun::changed);
            })
        .compose(
            changed -> {
              rowCount += changed;
              chunks.set(index, chunk.with(ChunkOutcome.COMMITTED, attempts[0]));
              options
                  .progress()
                  .accept(
                      new BatchProgress(
                          index + 1, chunks.size(), chunk.endRow(), rows.size(), attempts[0]));
              return from(index + 1);
            },
            failure -> {
              ChunkOutcome outcome =
                  failure instanceof CommitOutcomeUnknownException
                      ? ChunkOutcome.UNKNOWN
                      : ChunkOutcome.ROLLED_BACK;
              chunks.set(index, chunk.with(outcome, attempts[0]));
              return Future.failedFuture(new BatchFailedException(chunks, failure));
            });
  }

  private static long changed(RowSet<Row> results) {
    long count = 0;
    for (RowSet<Row> result = results; result != null; result = result.next()) {
      count += result.rowCount();
    }
    return count;
  }
}
