package io.github.dsqljava.spring.transaction;

import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.core.Ordered;
import org.springframework.transaction.NoTransactionException;
import org.springframework.transaction.reactive.TransactionSynchronization;
import org.springframework.transaction.reactive.TransactionSynchronizationManager;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.util.context.Context;

/**
 * Follows the transaction of one attempt from inside, through the subscriber's context, and so
 * distinguishes failures after COMMIT from conflicts. Used only if Reactor is on the class path.
 */
final class ReactiveWatch {
  private static final Class<ReactiveWatch> KEY = ReactiveWatch.class;

  /** The transaction as seen from inside. */
  enum Found {
    NOTHING,
    NO_TRANSACTION,
    /** The transaction that existed before the attempt began. */
    CALLERS_TRANSACTION,
    TRANSACTION
  }

  private final @Nullable TransactionMark around;

  private volatile Found found = Found.NOTHING;
  private volatile boolean committing;
  private volatile boolean committed;

  /**
   * @param around the transaction in which the attempt begins, if it is in one and may take part
   */
  ReactiveWatch(@Nullable TransactionMark around) {
    this.around = around;
  }

  /** Whether the attempt's transaction, as far as it is known, is its own and can be run again. */
  boolean isItsOwn() {
    return around == null || found == Found.TRANSACTION;
  }

  /** Returns a context that contains this watch. */
  Context addTo(Context context) {
    return context.put(KEY, this);
  }

  /** Whether the progress of the transaction is known. */
  boolean knows() {
    return found != Found.NOTHING;
  }

  /** Whether nothing of the attempt can be rolled back: it is committed, or never was one. */
  boolean isFinal() {
    return committed || found == Found.NO_TRANSACTION;
  }

  /** Whether COMMIT was called and has not succeeded so far. */
  boolean isCommitting() {
    return committing && !committed;
  }

  /**
   * Returns the same work, after which the attempt around it knows its transaction.
   *
   * @param none the result for the attempt if there is none
   */
  static <T> Mono<T> inside(Mono<T> work, Found none) {
    return entered(none).then(work);
  }

  /** As for a Mono. */
  static <T> Flux<T> inside(Flux<T> work, Found none) {
    return entered(none).thenMany(work);
  }

  private static Mono<Void> entered(Found none) {
    return Mono.deferContextual(
        context -> {
          @Nullable ReactiveWatch watch = context.getOrDefault(KEY, null);
          // Only the first transaction is the attempt's own; others begin inside of it.
          if (watch == null || watch.found != Found.NOTHING) {
            return Mono.empty();
          }
          return TransactionSynchronizationManager.forCurrentTransaction()
              .filter(TransactionSynchronizationManager::isActualTransactionActive)
              .onErrorComplete(NoTransactionException.class)
              .map(Optional::of)
              .defaultIfEmpty(Optional.empty())
              .doOnNext(transaction -> watch.enter(transaction, none))
              .then();
        });
  }

  private void enter(Optional<TransactionSynchronizationManager> transaction, Found none) {
    if (transaction.isEmpty()) {
      found = none;
    } else if (around != null
        && transaction.get().isSynchronizationActive()
        && around.isOf(transaction.get())) {
      found = Found.CALLERS_TRANSACTION;
    } else if (transaction.get().isSynchronizationActive()) {
      found = Found.TRANSACTION;
      transaction.get().registerSynchronization(new Committed());
    }
  }

  /** Notes the commit. It runs before the program's synchronizations, because those may fail. */
  private final class Committed implements TransactionSynchronization, Ordered {
    @Override
    public int getOrder() {
      return Ordered.HIGHEST_PRECEDENCE;
    }

    private volatile boolean asked;

    @Override
    public Mono<Void> beforeCommit(boolean readOnly) {
      return Mono.fromRunnable(() -> asked = true);
    }

    /** Called after beforeCommit and before the outcome of COMMIT is known. */
    @Override
    public Mono<Void> beforeCompletion() {
      return Mono.fromRunnable(() -> committing = asked);
    }

    @Override
    public Mono<Void> afterCommit() {
      return Mono.fromRunnable(() -> committed = true);
    }
  }
}
