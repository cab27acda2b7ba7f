package io.github.dsqljava.spring.transaction;

import java.util.Optional;
import org.springframework.transaction.NoTransactionException;
import org.springframework.transaction.reactive.TransactionSynchronization;
import org.springframework.transaction.reactive.TransactionSynchronizationManager;
import reactor.core.publisher.Mono;

/**
 * Marks a reactive transaction, so that an operator or a method inside it can recognise it. The
 * mark is one of the transaction's synchronizations, which Spring suspends while another
 * transaction runs, because of REQUIRES_NEW or another manager. Used only if Reactor is on the
 * class path.
 */
final class TransactionMark implements TransactionSynchronization {

  /** The mark of a transaction without synchronizations, which cannot be recognised. */
  private static final TransactionMark NONE = new TransactionMark();

  private TransactionMark() {}

  /** The mark of the subscriber's transaction; empty if there is none. */
  static Mono<Optional<TransactionMark>> current() {
    return TransactionSynchronizationManager.forCurrentTransaction()
        .filter(TransactionSynchronizationManager::isActualTransactionActive)
        .map(transaction -> Optional.of(of(transaction)))
        .onErrorResume(NoTransactionException.class, none -> Mono.empty())
        .defaultIfEmpty(Optional.empty());
  }

  private static TransactionMark of(TransactionSynchronizationManager transaction) {
    if (!transaction.isSynchronizationActive()) {
      return NONE;
    }
    for (TransactionSynchronization one : transaction.getSynchronizations()) {
      if (one instanceof TransactionMark mark) {
        return mark;
      }
    }
    TransactionMark mark = new TransactionMark();
    transaction.registerSynchronization(mark);
    return mark;
  }

  /**
   * Whether a transaction has this mark.
   *
   * @param transaction has synchronizations
   */
  boolean isOf(TransactionSynchronizationManager transaction) {
    return this == NONE || transaction.getSynchronizations().contains(this);
  }
}
