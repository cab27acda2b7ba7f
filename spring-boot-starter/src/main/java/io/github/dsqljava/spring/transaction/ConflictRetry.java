package io.github.dsqljava.spring.transaction;

import io.github.dsqljava.pool.PoolListener;
import io.github.dsqljava.retry.TransactionOptions;
import java.util.Objects;
import org.springframework.transaction.reactive.TransactionalOperator;
import org.springframework.transaction.support.TransactionOperations;

/**
 * Runs transactions that a program begins itself again after a conflict, as {@link RetryConflicts}
 * does for methods. Spring Boot has a bean of it.
 *
 * <pre>{@code
 * TransactionalOperator retrying = conflicts.around(transactionalOperator);
 * Mono<Void> transfer = withdraw.then(deposit).as(retrying::transactional);
 * }</pre>
 *
 * <p>Inside a transaction that is there already nothing is run again: only whose transaction it is
 * can do that. Failures are those of {@link RetryConflicts}.
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
   * Makes one.
   *
   * @param options when to run a transaction again; {@link TransactionOptions#readOnly()} means
   *     nothing here, for Spring begins the transaction
   * @param listener is told of each attempt that follows a failed one
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
   * An operator that runs the transactions of another one again. It subscribes to what it is given
   * once for each attempt, so that must do its work when it is subscribed to. Of a {@code Flux}
   * nothing is emitted before COMMIT has succeeded; all of it is kept until then.
   *
   * @param operator begins a transaction, or takes part in one that is there (Spring's default);
   *     what one runs without a transaction (PROPAGATION_SUPPORTS, say) is not run again
   */
  public TransactionalOperator around(TransactionalOperator operator) {
    return new RetryingOperator(operator, new ReactiveRetry(this::begin));
  }

  /**
   * The same for blocking transactions, such as those of a {@code TransactionTemplate}. The thread
   * sleeps in the pauses between attempts.
   *
   * <p>Whether COMMIT was sent, the template's manager tells, be it a bean or not. Of operations
   * that are no {@code TransactionTemplate} the manager is not known: if it is no bean either, a
   * connection that is lost is Spring's exception, and nothing is run again.
   *
   * @param operations begins a transaction, or takes part in one that is there (Spring's default)
   * @throws IllegalArgumentException if it never begins one (PROPAGATION_SUPPORTS, say)
   */
  public TransactionOperations around(TransactionOperations operations) {
    return new RetryingOperations(operations, new BlockingRetry(this::begin));
  }

  /** A transaction that begins now. */
  Attempts begin() {
    return new Attempts(options, listener);
  }

  @Override
  public String toString() {
    return "ConflictRetry[" + options + "]";
  }
}
