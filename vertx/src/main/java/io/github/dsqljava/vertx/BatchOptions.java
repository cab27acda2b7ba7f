package io.github.dsqljava.vertx;

import io.github.dsqljava.InvalidConfigurationException;
import io.github.dsqljava.internal.Options;
import io.github.dsqljava.retry.TransactionOptions;
import io.github.dsqljava.spi.BatchPlan;
import io.vertx.core.Future;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * The options of {@link DsqlPool#executeMany}. Immutable; {@link #toBuilder()} makes a changed
 * copy.
 *
 * <pre>{@code
 * BatchOptions options =
 *     BatchOptions.builder().progress(progress -> log(progress.rowsDone() + " rows")).build();
 * pool.executeMany("INSERT INTO events VALUES ($1, $2)", rows, options);
 * }</pre>
 */
public final class BatchOptions {

  private static final int MOST_AT_ONCE = 1_000;

  private static final BatchOptions DEFAULTS = builder().build();

  private record Values(
      int maxRows,
      long maxBytes,
      int concurrency,
      TransactionOptions transaction,
      Optional<Future<?>> stop,
      Consumer<BatchProgress> progress) {}

  private final Values values;

  private BatchOptions(Values values) {
    this.values = values;
  }

  /** 1,000 rows or 4 MiB, default transactions, no progress. */
  public static BatchOptions defaults() {
    return DEFAULTS;
  }

  /** A builder that holds the defaults. */
  public static Builder builder() {
    return new Builder();
  }

  /** A builder that holds these values. */
  public Builder toBuilder() {
    return new Builder(values);
  }

  /**
   * The largest number of rows in a chunk, 1 to 3,000. Default 1,000, a third of a transaction's
   * limit: a statement may change more rows than it is given, for instance by a cascade, and a lost
   * conflict repeats less work.
   */
  public int maxRows() {
    return values.maxRows;
  }

  /**
   * The largest size of a chunk in bytes, 1 to 10 MiB, by an estimate of the values' sizes. Default
   * 4 MiB, because the service counts index entries, too, and the estimate does not.
   */
  public long maxBytes() {
    return values.maxBytes;
  }

  /**
   * The number of concurrent chunks, 1 to 1,000, each on a connection of its own. Default 1: the
   * chunks are committed in order, and other callers get connections of the pool, too.
   */
  public int concurrency() {
    return values.concurrency;
  }

  /**
   * Stops the batch when this completes, with or without a failure. No further chunk begins; after
   * the running ones have ended, the batch fails with a {@link
   * java.util.concurrent.CancellationException} as the cause, and reports its progress. (A future
   * of Vert.x cannot be cancelled.) Default: none.
   */
  public Optional<Future<?>> stop() {
    return values.stop;
  }

  /** The options of each chunk's transaction; a deadline is for each chunk. */
  public TransactionOptions transaction() {
    return values.transaction;
  }

  /**
   * Called after each committed chunk, on the context of the caller of executeMany. Its exceptions
   * are logged and change nothing. Default: nothing.
   */
  public Consumer<BatchProgress> progress() {
    return values.progress;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof BatchOptions that && values.equals(that.values);
  }

  @Override
  public int hashCode() {
    return values.hashCode();
  }

  /** All options by name. */
  @Override
  public String toString() {
    return Options.text(BatchOptions.class, values);
  }

  /**
   * Collects options. A setter throws {@link InvalidConfigurationException} for a value out of
   * range. Not safe to use from several threads.
   */
  public static final class Builder {
    private static final Consumer<BatchProgress> NOBODY = progress -> {};

    private int maxRows = 1_000;
    private long maxBytes = 4L * 1024 * 1024;
    private int concurrency = 1;
    private TransactionOptions transaction = TransactionOptions.defaults();
    private Optional<Future<?>> stop = Optional.empty();
    private Consumer<BatchProgress> progress = NOBODY;

    private Builder() {}

    private Builder(Values from) {
      maxRows = from.maxRows;
      maxBytes = from.maxBytes;
      concurrency = from.concurrency;
      transaction = from.transaction;
      stop = from.stop;
      progress = from.progress;
    }

    /** See {@link BatchOptions#maxRows()}. */
    public Builder maxRows(int rows) {
      maxRows = BatchPlan.checkRows(rows);
      return this;
    }

    /** See {@link BatchOptions#maxBytes()}. */
    public Builder maxBytes(long bytes) {
      maxBytes = BatchPlan.checkBytes(bytes);
      return this;
    }

    /** See {@link BatchOptions#concurrency()}. */
    public Builder concurrency(int chunks) {
      if (chunks < 1 || chunks > MOST_AT_ONCE) {
        throw new InvalidConfigurationException(
            "concurrency is " + chunks + "; give 1 to " + MOST_AT_ONCE + " chunks at once");
      }
      concurrency = chunks;
      return this;
    }

    /** See {@link BatchOptions#stop()}. */
    public Builder stop(Future<?> when) {
      stop = Optional.of(Objects.requireNonNull(when, "stop"));
      return this;
    }

    /** See {@link BatchOptions#transaction()}. */
    public Builder transaction(TransactionOptions options) {
      transaction = Objects.requireNonNull(options, "transaction");
      return this;
    }

    /** See {@link BatchOptions#progress()}. */
    public Builder progress(Consumer<BatchProgress> callback) {
      progress = Objects.requireNonNull(callback, "progress");
      return this;
    }

    /** The options. */
    public BatchOptions build() {
      return new BatchOptions(
          new Values(maxRows, maxBytes, concurrency, transaction, stop, progress));
    }
  }
}
