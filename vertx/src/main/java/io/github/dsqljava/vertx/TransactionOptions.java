package io.github.dsqljava.vertx;

import io.github.dsqljava.InvalidConfigurationException;
import io.github.dsqljava.retry.RetryPolicy;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;

/**
 * How a transaction is run. Immutable: each {@code with} method returns a changed copy.
 *
 * <pre>{@code
 * pool.inTransaction(
 *     TransactionOptions.defaults().withReadOnly().withDeadline(Duration.ofSeconds(2)), work);
 * }</pre>
 *
 * @param readOnly whether the server refuses writes in it. Default false. A transaction that only
 *     reads never conflicts over rows (OC000), read only or not; a stale schema (OC001) strikes it
 *     all the same
 * @param idempotent whether running it twice has the effect of running it once, so that it may be
 *     run again after an answer to COMMIT was lost. Default false. An {@code INSERT} with a key
 *     made by the caller and {@code ON CONFLICT DO NOTHING} is; {@code balance = balance - 1} is
 *     not
 * @param retryPolicy when to run it again; by default the pool's, {@link
 *     PoolSettings#retryPolicy()}
 * @param deadline how long everything together may take, waiting for connections and pauses
 *     included, 1 millisecond or more. Default none. When it passes while COMMIT is under way, the
 *     outcome is unknown. Aurora DSQL does not cancel statements, so the connection is closed
 */
public record TransactionOptions(
    boolean readOnly,
    boolean idempotent,
    Optional<RetryPolicy> retryPolicy,
    Optional<Duration> deadline) {

  private static final TransactionOptions DEFAULTS =
      new TransactionOptions(false, false, Optional.empty(), Optional.empty());

  /**
   * Checks the values.
   *
   * @throws InvalidConfigurationException if the deadline is out of range
   */
  public TransactionOptions {
    Objects.requireNonNull(retryPolicy, "retryPolicy");
    deadline.ifPresent(
        duration -> {
          if (duration.compareTo(Duration.ofMillis(1)) < 0
              || duration.compareTo(Duration.ofDays(24)) > 0) {
            throw new InvalidConfigurationException(
                "deadline is " + duration + "; give 1 millisecond to 24 days");
          }
        });
  }

  /** Read and write, not idempotent, the pool's retry policy, no deadline. */
  public static TransactionOptions defaults() {
    return DEFAULTS;
  }

  /** A copy that is {@link #readOnly()}. */
  public TransactionOptions withReadOnly() {
    return new TransactionOptions(true, idempotent, retryPolicy, deadline);
  }

  /** A copy that is declared {@link #idempotent()}. */
  public TransactionOptions withIdempotent() {
    return new TransactionOptions(readOnly, true, retryPolicy, deadline);
  }

  /** A copy with a {@link #retryPolicy()} of its own; {@link RetryPolicy#off()} for none. */
  public TransactionOptions withRetryPolicy(RetryPolicy policy) {
    return new TransactionOptions(readOnly, idempotent, Optional.of(policy), deadline);
  }

  /** A copy with a {@link #deadline()}. */
  public TransactionOptions withDeadline(Duration all) {
    return new TransactionOptions(readOnly, idempotent, retryPolicy, Optional.of(all));
  }
}
