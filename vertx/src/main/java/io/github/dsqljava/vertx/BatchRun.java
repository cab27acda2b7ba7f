package io.github.dsqljava.vertx;

import io.github.dsqljava.BatchChunk;
import io.github.dsqljava.BatchFailedException;
import io.github.dsqljava.ChunkOutcome;
import io.github.dsqljava.CommitOutcomeUnknownException;
import io.github.dsqljava.RowTooLargeException;
import io.github.dsqljava.spi.BatchPlan;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.streams.ReadStream;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.Tuple;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CancellationException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * One call of executeMany. It cuts rows into chunks as they arrive, and runs the chunks as
 * transactions, some of them at once. It holds only the rows of the running chunks and of one more.
 *
 * <p>Everything happens on one context.
 */
final class BatchRun implements BatchSource.Sink {
  private static final Logger LOGGER = System.getLogger(DsqlPool.class.getName());

  private final DsqlPool pool;
  private final String sql;
  private final BatchSource source;
  private final BatchOptions options;
  private final Context context;
  private final Promise<BatchResult> result = Promise.promise();

  /** All chunks, if the rows were given as a list; else empty. */
  private final List<BatchChunk> plan;

  private final List<BatchChunk> chunks = new ArrayList<>();

  /** Chunks that are complete and wait for their turn. */
  private final Deque<List<Tuple>> ready = new ArrayDeque<>();

  private List<Tuple> collecting = new ArrayList<>();
  private long bytes;
  private long largestRow;
  private int rowsRead;
  private int rowsStarted;
  private int rowsDone;
  private int chunksDone;
  private long rowCount;

  /** The number of rows that were requested and have not arrived. */
  private int asked;

  private int running;
  private boolean ended;
  private @Nullable Throwable failure;

  private BatchRun(
      DsqlPool pool,
      Vertx vertx,
      String sql,
      BatchSource source,
      BatchOptions options,
      List<BatchChunk> plan) {
    this.pool = pool;
    this.sql = sql;
    this.source = source;
    this.options = options;
    this.plan = plan;
    this.context = vertx.getOrCreateContext();
  }

  static Future<BatchResult> start(
      DsqlPool pool, Vertx vertx, String sql, List<Tuple> rows, BatchOptions options) {
    Objects.requireNonNull(sql, "sql");
    Objects.requireNonNull(rows, "rows");
    Objects.requireNonNull(options, "options");
    try {
      // A copy, because the caller may change its own list.
      List<Tuple> fixed = new ArrayList<>(rows);
      List<BatchChunk> plan =
          BatchPlan.cut(
              fixed.size(),
              row -> TupleSize.of(fixed.get(row)),
              options.maxRows(),
              options.maxBytes());
      return new BatchRun(pool, vertx, sql, BatchSource.of(fixed.iterator()), options, plan)
          .begin();
    } catch (RuntimeException | Error e) { // also of a list or a tuple that is not as it should be
      return Future.failedFuture(e);
    }
  }

  static Future<BatchResult> start(
      DsqlPool pool,
      Vertx vertx,
      String sql,
      Iterator<? extends Tuple> rows,
      BatchOptions options) {
    Objects.requireNonNull(rows, "rows");
    return start(pool, vertx, sql, BatchSource.of(rows), options);
  }

  static Future<BatchResult> start(
      DsqlPool pool,
      Vertx vertx,
      String sql,
      ReadStream<? extends Tuple> rows,
      BatchOptions options) {
    Objects.requireNonNull(rows, "rows");
    return start(pool, vertx, sql, BatchSource.of(rows), options);
  }

  private static Future<BatchResult> start(
      DsqlPool pool, Vertx vertx, String sql, BatchSource rows, BatchOptions options) {
    Objects.requireNonNull(sql, "sql");
    Objects.requireNonNull(options, "options");
    try {
      return new BatchRun(pool, vertx, sql, rows, options, List.of()).begin();
    } catch (RuntimeException | Error e) { // of a stream that is not as it should be
      return Future.failedFuture(e);
    }
  }

  private Future<BatchResult> begin() {
    source.begin(this::onContext, this);
    options.stop().ifPresent(stop -> stop.onComplete(v -> onContext(this::stopped)));
    onContext(this::step);
    return result.future();
  }

  /** Runs a step on the context, after the current one. */
  private void onContext(Runnable step) {
    try {
      context.runOnContext(v -> safely(step));
    } catch (RejectedExecutionException e) { // of a Vert.x that is closed, as the pool then is
      safely(step);
    }
  }

  private void safely(Runnable step) {
    try {
      step.run();
    } catch (RuntimeException | Error e) { // no one else reports it
      failed(e);
    }
  }

  private void stopped() {
    if (!ended || !ready.isEmpty() || !collecting.isEmpty()) {
      failed(new CancellationException("The batch was stopped by its caller (BatchOptions.stop)"));
    }
  }

  // --- rows

  /** Starts chunks, requests rows, and detects the end. */
  private void step() {
    while (failure == null && running < options.concurrency() && !ready.isEmpty()) {
      run(ready.poll());
    }
    if (failure == null && ended && !collecting.isEmpty() && running < options.concurrency()) {
      completeChunk();
      step();
    } else if (failure == null && !ended && asked == 0 && running < options.concurrency()) {
      asked = rowsThatFit();
      source.fetch(asked);
    } else if (running == 0 && (failure != null || ended)) {
      finish();
    }
  }

  /**
   * Returns the number of rows that fit into the chunk if they are as large as the previous ones.
   */
  private int rowsThatFit() {
    long room = (options.maxBytes() - bytes) / Math.max(1, largestRow);
    int most = rowsRead == 0 ? 1 : options.maxRows() - collecting.size();
    return (int) Math.max(1, Math.min(most, room));
  }

  @Override
  public void row(Tuple row) {
    if (failure != null) {
      return;
    }
    asked--;
    if (rowsRead == Integer.MAX_VALUE - 1) {
      failed(
          new IllegalStateException("A batch has at most 2,147,483,646 rows; begin another one"));
      return;
    }
    long size = TupleSize.of(row);
    if (size > options.maxBytes()) {
      failed(new RowTooLargeException(rowsRead, size, options.maxBytes()));
      return;
    }
    if (!collecting.isEmpty() && bytes + size > options.maxBytes()) {
      completeChunk();
    }
    collecting.add(row);
    rowsRead++;
    bytes += size;
    largestRow = Math.max(largestRow, size);
    if (collecting.size() == options.maxRows()) {
      completeChunk();
    }
    if (asked == 0) {
      step();
    }
  }

  private void completeChunk() {
    ready.add(collecting);
    collecting = new ArrayList<>();
    bytes = 0;
  }

  @Override
  public void end() {
    ended = true;
    step();
  }

  @Override
  public void failed(Throwable problem) {
    if (failure == null) {
      failure = problem;
      source.stop();
    }
    step();
  }

  // --- chunks

  private void run(List<Tuple> rows) {
    int index = chunks.size();
    chunks.add(BatchChunk.of(index, rowsStarted, rows.size()));
    rowsStarted += rows.size();
    running++;
    AtomicInteger attempts = new AtomicInteger();
    pool.inTransaction(
            options.transaction(),
            connection -> {
              attempts.incrementAndGet();
              return connection.preparedQuery(sql).executeBatch(rows).map(BatchRun::changed);
            })
        .onComplete(
            changed -> onContext(() -> committed(index, changed, attempts.get())),
            problem -> onContext(() -> lost(index, problem, attempts.get())));
  }

  private void committed(int index, long changed, int attempts) {
    running--;
    rowCount += changed;
    chunksDone++;
    BatchChunk chunk = chunks.get(index).with(ChunkOutcome.COMMITTED, attempts);
    chunks.set(index, chunk);
    rowsDone += chunk.rows();
    int known = plan.isEmpty() ? chunks.size() : plan.size();
    int rows = plan.isEmpty() ? rowsRead : plan.get(plan.size() - 1).endRow();
    tell(new BatchProgress(chunksDone, known, rowsDone, rows, attempts));
    step();
  }

  private void tell(BatchProgress progress) {
    try {
      options.progress().accept(progress);
    } catch (Throwable e) { // also a checked exception that was thrown past the compiler
      LOGGER.log(Level.WARNING, "A progress callback failed", e);
    }
  }

  private void lost(int index, Throwable problem, int attempts) {
    running--;
    ChunkOutcome outcome =
        problem instanceof CommitOutcomeUnknownException
            ? ChunkOutcome.UNKNOWN
            : ChunkOutcome.ROLLED_BACK;
    chunks.set(index, chunks.get(index).with(outcome, attempts));
    failed(problem);
  }

  private void finish() {
    if (failure == null) {
      result.tryComplete(new BatchResult(rowCount, chunks));
    } else {
      result.tryFail(new BatchFailedException(allChunks(), failure));
    }
  }

  /** Returns all chunks, also those that were not started, as far as their rows are known. */
  private List<BatchChunk> allChunks() {
    List<BatchChunk> all = new ArrayList<>(chunks);
    if (!plan.isEmpty()) {
      all.addAll(plan.subList(chunks.size(), plan.size()));
    } else if (rowsRead > rowsStarted) {
      all.add(BatchChunk.of(chunks.size(), rowsStarted, rowsRead - rowsStarted));
    }
    return all;
  }

  private static long changed(RowSet<Row> results) {
    long count = 0;
    for (RowSet<Row> result = results; result != null; result = result.next()) {
      count += result.rowCount();
    }
    return count;
  }
}
