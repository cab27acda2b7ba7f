package io.github.dsqljava.spring.transaction;

import io.github.dsqljava.pool.PoolListener;
import io.github.dsqljava.retry.TransactionOptions;
import java.util.Objects;
import org.springframework.transaction.reactive.TransactionalOperator;
import org.springframework.transaction.support.TransactionOperations;

/**
 * Runs transactions that a program begins itself, and repeats them after a conflict, as {@link
 * RetryConflicts} does for methods. Spring Boot makes a bean of it.
 *
 * <pre>{@code
 * TransactionalOperator retrying = conflicts.around(transactionalOperator);
 * Mono<Void> transfer = withdraw.then(deposit).as(retrying::transactional);
 * }</pre>
 *
 * <p>Work inside an existing transaction is not run again, because only the owner of a transaction
 * can repeat it. Failures are those of {@link RetryConflicts}.
 *
 * <p>Immutable; safe to use from several threads.
 */
public final class ConflictRetry {
  private final TransactionOptions options;
  private final PoolListener listener;

  private ConflictRetry(TransactionOptions options, PoolListener listener) {
    this.options = options;
    this.listener = listener;
  }

  /**
   * Makes a retry with these options.
   *
   * @param options when to run a transaction again; {@link TransactionOptions#readOnly()} has no
   *     effect here, because Spring begins the transaction
   * @param listener hears of each attempt that follows a failed one
   */
  public static ConflictRetry of(TransactionOptions options, PoolListener listener) {
    return new ConflictRetry(
        Objects.requireNonNull(options, "options"), Objects.requireNonNull(listener, "listener"));
  }

  /** The same with other options. */
  public ConflictRetry with(TransactionOptions other) {
    return of(other, listener);
  }

  /** The options. */
  public TransactionOptions options() {
    return options;
  }

  /**
   * Returns an operator that repeats the transactions of another one. It subscribes to the
   * publisher once for each attempt, so the publisher must do its work on subscription. The
   * elements of a {@code Flux} are kept until COMMIT has succeeded, and emitted only then.
   *
   * @param operator begins a transaction, or takes part in an existing one (Spring's default); work
   *     without a transaction (PROPAGATION_SUPPORTS, for example) is not run again
   */
  public TransactionalOperator around(TransactionalOperator operator) {
    return new RetryingOperator(operator, new ReactiveRetry(this::begin));
  }

  /**
   * Does the same for blocking transactions, such as those of a {@code TransactionTemplate}. The
   * thread sleeps in the pauses between attempts.
   *
   * <p>The manager of a {@code TransactionTemplate} reports whether COMMIT was sent, even if it is
   * no bean. The manager of other operations is not known. If it is no bean either, the caller gets
   * Spring's exception for a lost connection, and the transaction is not run again.
   *
   * @param operations begins a transaction, or takes part in an existing one (Spring's default)
   * @throws IllegalArgumentException if it never begins one (PROPAGATION_SUPPORTS, for example)
   */
  public TransactionOperations around(TransactionOperations operations) {
    return new RetryingOperations(operations, new BlockingRetry(this::begin));
  }

  /** Returns the attempts of a transaction that begins now. */
  Attempts begin() {
    return new Attempts(options, listener);
  }

  @Override
  public String toString() {
    return "ConflictRetry[" + options + "]";
  }
}
