package io.github.dsqljava.vertx;

import io.github.dsqljava.InvalidConfigurationException;
import io.github.dsqljava.spi.BatchPlan;
import java.util.Objects;
import java.util.function.Consumer;

/**
 * How {@link DsqlPool#executeMany} works. Immutable: each {@code with} method returns a changed
 * copy.
 *
 * <pre>{@code
 * pool.executeMany("INSERT INTO events VALUES ($1, $2)", rows,
 *     BatchOptions.defaults().withProgress(progress -> log(progress.rowsDone() + " rows")));
 * }</pre>
 *
 * @param maxRows the most rows in a chunk, 1 to 3,000. Default 1,000: a third of what a transaction
 *     may change, so that a statement may touch more rows than it is given, for instance by a
 *     cascade, and a lost conflict repeats less
 * @param maxBytes the most bytes in a chunk, 1 to 10 MiB, by an estimate of the values' sizes.
 *     Default 4 MiB: the service counts index entries, too, which the estimate does not
 * @param transaction how each chunk is run; a deadline is for each chunk
 * @param progress called after each committed chunk, on the context of the caller of executeMany;
 *     what it throws is logged and changes nothing. Default: nothing
 */
public record BatchOptions(
    int maxRows, long maxBytes, TransactionOptions transaction, Consumer<BatchProgress> progress) {

  private static final BatchOptions DEFAULTS =
      new BatchOptions(1_000, 4L * 1024 * 1024, TransactionOptions.defaults(), progress -> {});

  /**
   * Checks the values.
   *
   * @throws InvalidConfigurationException if one is out of range
   */
  public BatchOptions {
    BatchPlan.check(maxRows, maxBytes);
    Objects.requireNonNull(transaction, "transaction");
    Objects.requireNonNull(progress, "progress");
  }

  /** 1,000 rows or 4 MiB, default transactions, no progress. */
  public static BatchOptions defaults() {
    return DEFAULTS;
  }

  /** A copy with another {@link #maxRows()}. */
  public BatchOptions withMaxRows(int rows) {
    return new BatchOptions(rows, maxBytes, transaction, progress);
  }

  /** A copy with another {@link #maxBytes()}. */
  public BatchOptions withMaxBytes(long bytes) {
    return new BatchOptions(maxRows, bytes, transaction, progress);
  }

  /** A copy with other {@link #transaction()} options. */
  public BatchOptions withTransaction(TransactionOptions options) {
    return new BatchOptions(maxRows, maxBytes, options, progress);
  }

  /** A copy with a {@link #progress()} callback. */
  public BatchOptions withProgress(Consumer<BatchProgress> callback) {
    return new BatchOptions(maxRows, maxBytes, transaction, callback);
  }
}
