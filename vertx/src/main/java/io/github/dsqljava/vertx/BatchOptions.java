package io.github.dsqljava.vertx;

import io.github.dsqljava.InvalidConfigurationException;
import io.github.dsqljava.internal.Options;
import io.github.dsqljava.spi.BatchPlan;
import java.util.Objects;
import java.util.function.Consumer;

/**
 * How {@link DsqlPool#executeMany} works. Immutable; {@link #toBuilder()} makes a changed copy.
 *
 * <pre>{@code
 * BatchOptions options =
 *     BatchOptions.builder().progress(progress -> log(progress.rowsDone() + " rows")).build();
 * pool.executeMany("INSERT INTO events VALUES ($1, $2)", rows, options);
 * }</pre>
 */
public final class BatchOptions {

  private static final BatchOptions DEFAULTS = builder().build();

  private record Values(
      int maxRows,
      long maxBytes,
      TransactionOptions transaction,
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
   * The most rows in a chunk, 1 to 3,000. Default 1,000: a third of what a transaction may change,
   * so that a statement may touch more rows than it is given, for instance by a cascade, and a lost
   * conflict repeats less.
   */
  public int maxRows() {
    return values.maxRows;
  }

  /**
   * The most bytes in a chunk, 1 to 10 MiB, by an estimate of the values' sizes. Default 4 MiB: the
   * service counts index entries, too, which the estimate does not.
   */
  public long maxBytes() {
    return values.maxBytes;
  }

  /** How each chunk is run; a deadline is for each chunk. */
  public TransactionOptions transaction() {
    return values.transaction;
  }

  /**
   * Called after each committed chunk, on the context of the caller of executeMany. What it throws
   * is logged and changes nothing. Default: nothing.
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
    private TransactionOptions transaction = TransactionOptions.defaults();
    private Consumer<BatchProgress> progress = NOBODY;

    private Builder() {}

    private Builder(Values from) {
      maxRows = from.maxRows;
      maxBytes = from.maxBytes;
      transaction = from.transaction;
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
      return new BatchOptions(new Values(maxRows, maxBytes, transaction, progress));
    }
  }
}
