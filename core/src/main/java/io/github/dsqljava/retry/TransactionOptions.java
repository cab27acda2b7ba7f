package io.github.dsqljava.retry;

import io.github.dsqljava.InvalidConfigurationException;
import io.github.dsqljava.internal.Options;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;

/**
 * The options of a transaction. Immutable; {@link #toBuilder()} makes a changed copy.
 *
 * <pre>{@code
 * TransactionOptions report =
 *     TransactionOptions.builder().readOnly(true).deadline(Duration.ofSeconds(2)).build();
 * pool.inTransaction(report, work);
 * }</pre>
 */
public final class TransactionOptions {

  private static final TransactionOptions DEFAULTS = builder().build();

  private record Values(
      boolean readOnly,
      boolean idempotent,
      Optional<RetryPolicy> retryPolicy,
      Optional<Duration> deadline) {}

  private final Values values;

  private TransactionOptions(Values values) {
    this.values = values;
  }

  /** Read and write, not idempotent, the pool's retry policy, the pool's deadline. */
  public static TransactionOptions defaults() {
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
   * Whether the server refuses writes in it. Default false. A transaction that only reads never has
   * a row conflict (OC000), with or without this option; it may still have a schema conflict
   * (OC001).
   */
  public boolean readOnly() {
    return values.readOnly;
  }

  /**
   * Whether running it twice has the same effect as running it once, so that it may run again after
   * the answer to COMMIT was lost. Default false. An {@code INSERT} with a key made by the caller
   * and {@code ON CONFLICT DO NOTHING} is idempotent; {@code balance = balance - 1} is not.
   */
  public boolean idempotent() {
    return values.idempotent;
  }

  /** The policy of its retries; by default the pool's. */
  public Optional<RetryPolicy> retryPolicy() {
    return values.retryPolicy;
  }

  /**
   * The time limit of the whole transaction, including all attempts, pauses, and waits for
   * connections and for a turn after a conflict, 1 millisecond to 24 days. By default the deadline
   * of the pool. If it passes while COMMIT is in flight, the outcome is unknown. Aurora DSQL does
   * not cancel statements, so the connection is closed.
   */
  public Optional<Duration> deadline() {
    return values.deadline;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof TransactionOptions that && values.equals(that.values);
  }

  @Override
  public int hashCode() {
    return values.hashCode();
  }

  /** All options by name. */
  @Override
  public String toString() {
    return Options.text(TransactionOptions.class, values);
  }

  /**
   * Collects options. A setter throws {@link InvalidConfigurationException} for a value out of
   * range. Not safe to use from several threads.
   */
  public static final class Builder {
    private boolean readOnly;
    private boolean idempotent;
    private Optional<RetryPolicy> retryPolicy = Optional.empty();
    private Optional<Duration> deadline = Optional.empty();

    private Builder() {}

    private Builder(Values from) {
      readOnly = from.readOnly;
      idempotent = from.idempotent;
      retryPolicy = from.retryPolicy;
      deadline = from.deadline;
    }

    /** See {@link TransactionOptions#readOnly()}. */
    public Builder readOnly(boolean refuseWrites) {
      readOnly = refuseWrites;
      return this;
    }

    /** See {@link TransactionOptions#idempotent()}. */
    public Builder idempotent(boolean repeatable) {
      idempotent = repeatable;
      return this;
    }

    /** See {@link TransactionOptions#retryPolicy()}; {@link RetryPolicy#off()} for none. */
    public Builder retryPolicy(RetryPolicy policy) {
      retryPolicy = Optional.of(Objects.requireNonNull(policy, "retryPolicy"));
      return this;
    }

    /** See {@link TransactionOptions#deadline()}. */
    public Builder deadline(Duration all) {
      deadline =
          Optional.of(Options.inRange("deadline", all, Duration.ofMillis(1), Duration.ofDays(24)));
      return this;
    }

    /** The options. */
    public TransactionOptions build() {
      return new TransactionOptions(new Values(readOnly, idempotent, retryPolicy, deadline));
    }
  }
}
