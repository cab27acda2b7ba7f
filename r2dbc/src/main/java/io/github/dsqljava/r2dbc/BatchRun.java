package io.github.dsqljava.r2dbc;

import io.github.dsqljava.BatchChunk;
import io.github.dsqljava.BatchFailedException;
import io.github.dsqljava.ChunkOutcome;
import io.github.dsqljava.CommitOutcomeUnknownException;
import io.github.dsqljava.RowTooLargeException;
import io.github.dsqljava.retry.TransactionOptions;
import io.github.dsqljava.spi.BatchPlan;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Runs the chunks of one batch one after the other, each in a transaction of its own. Its steps
 * never overlap, so it needs no lock.
 */
final class BatchRun {

  /**
   * A third of a transaction's limit, because a statement may change more rows than it is given.
   */
  private static final int MAX_ROWS = 1_000;

  /**
   * Below the service's limit, because the service also counts index entries and the estimate does
   * not.
   */
  private static final long MAX_BYTES = 4L * 1024 * 1024;

  private final Transactions transactions;
  private final String sql;
  private final TransactionOptions options;
  private final List<BatchChunk> chunks = new ArrayList<>();
  private long rowsChanged;
  private int nextRow;

  BatchRun(Transactions transactions, String sql, TransactionOptions options) {
    this.transactions = transactions;
    this.sql = sql;
    this.options = options;
  }

  /**
   * Executes the statement for a list of rows. A row that is too large stops it before the first
   * chunk.
   */
  Mono<Long> run(List<? extends List<? extends @Nullable Object>> rows) {
    List<BatchChunk> plan =
        BatchPlan.cut(rows.size(), row -> RowSize.of(rows.get(row)), MAX_ROWS, MAX_BYTES);
    chunks.addAll(plan);
    return Flux.fromIterable(plan)
        .concatMap(
            chunk -> write(chunk, rows.subList(chunk.firstRow(), chunk.endRow())),
            /* prefetch= */ 0)
        .then(Mono.fromSupplier(() -> rowsChanged));
  }

  /**
   * Executes the statement for rows as they arrive, and requests no more of them than a chunk
   * takes.
   */
  Mono<Long> run(Flux<? extends List<? extends @Nullable Object>> rows) {
    Fill fill = new Fill();
    return rows.<List<? extends @Nullable Object>>map(this::checked)
        .bufferUntil(fill, /* cutBefore= */ true)
        .onErrorMap(failure -> new BatchFailedException(chunks, failure))
        .concatMap(this::writeNext, /* prefetch= */ 0)
        .then(Mono.fromSupplier(() -> rowsChanged));
  }

  private List<? extends @Nullable Object> checked(List<? extends @Nullable Object> row) {
    long bytes = RowSize.of(row);
    if (bytes > MAX_BYTES) {
      throw new RowTooLargeException(nextRow, bytes, MAX_BYTES);
    }
    return row;
  }

  private Mono<Void> writeNext(List<List<? extends @Nullable Object>> rows) {
    BatchChunk chunk = BatchChunk.of(chunks.size(), nextRow, rows.size());
    nextRow += rows.size();
    chunks.add(chunk);
    return write(chunk, rows);
  }

  private Mono<Void> write(
      BatchChunk chunk, List<? extends List<? extends @Nullable Object>> rows) {
    AtomicInteger attempts = new AtomicInteger();
    return transactions
        .run(
            options,
            connection -> {
              attempts.incrementAndGet();
              return ((TransactionalConnection) connection).executeRows(sql, rows);
            })
        .single()
        .doOnNext(
            changed -> {
              rowsChanged += changed;
              became(chunk, ChunkOutcome.COMMITTED, attempts.get());
            })
        .onErrorMap(
            failure -> {
              boolean unknown = failure instanceof CommitOutcomeUnknownException;
              became(
                  chunk, unknown ? ChunkOutcome.UNKNOWN : ChunkOutcome.ROLLED_BACK, attempts.get());
              return new BatchFailedException(chunks, failure);
            })
        .then();
  }

  private void became(BatchChunk chunk, ChunkOutcome outcome, int attempts) {
    chunks.set(chunk.index(), chunk.with(outcome, attempts));
  }

  /** Whether a row no longer fits into the chunk before it. */
  private static final class Fill
      implements java.util.function.Predicate<List<? extends @Nullable Object>> {
    private int rows;
    private long bytes;

    @Override
    public boolean test(List<? extends @Nullable Object> row) {
      long size = RowSize.of(row);
      boolean full = rows == MAX_ROWS || bytes + size > MAX_BYTES;
      rows = full ? 1 : rows + 1;
      bytes = full ? size : bytes + size;
      return full;
    }
  }
}
