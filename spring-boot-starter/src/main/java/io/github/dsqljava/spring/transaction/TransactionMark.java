package io.github.dsqljava.spring.transaction;

import java.util.Optional;
import org.springframework.transaction.NoTransactionException;
import org.springframework.transaction.reactive.TransactionSynchronization;
import org.springframework.transaction.reactive.TransactionSynchronizationManager;
import reactor.core.publisher.Mono;

/**
 * Stays among the synchronizations of a reactive transaction, so that the same one is recognised
 * from inside of an operator or a method: whose transaction it is, neither tells. Spring puts them
 * aside while another transaction runs, be it by REQUIRES_NEW or that of another manager. Used only
 * where Reactor is.
 */
final class TransactionMark implements TransactionSynchronization {

  /** Of a transaction that has no synchronizations, and so cannot be recognised. */
  private static final TransactionMark NONE = new TransactionMark();

  private TransactionMark() {}

  /** The mark of the subscriber's transaction; nothing if he has none. */
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
   * Whether a transaction is this one.
   *
   * @param transaction has synchronizations
   */
  boolean isOf(TransactionSynchronizationManager transaction) {
    return this == NONE || transaction.getSynchronizations().contains(this);
  }
}
