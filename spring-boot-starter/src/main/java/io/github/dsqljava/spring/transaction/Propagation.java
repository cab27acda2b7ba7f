package io.github.dsqljava.spring.transaction;

import org.jspecify.annotations.Nullable;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.TransactionManager;
import org.springframework.transaction.support.ResourceTransactionManager;
import org.springframework.transaction.support.TransactionSynchronizationManager;

/** Whose transaction it is: one's own, which can be run again, or that of the caller. */
final class Propagation {
  private Propagation() {}

  /**
   * Whether a transaction is one's own, so that it can be run again.
   *
   * @param propagation one of Spring's numbers
   * @param inside whether its caller has one
   */
  static boolean isOfItsOwn(int propagation, boolean inside) {
    return switch (propagation) {
      case TransactionDefinition.PROPAGATION_REQUIRES_NEW -> true;
      case TransactionDefinition.PROPAGATION_REQUIRED, TransactionDefinition.PROPAGATION_NESTED ->
          !inside;
      default -> false; // without a transaction, or in the caller's
    };
  }

  /**
   * Whether the thread is in a transaction that one of this manager's would take part in.
   *
   * @param manager null if it is not known; then it is any transaction
   */
  static boolean isInTransaction(@Nullable TransactionManager manager) {
    if (!TransactionSynchronizationManager.isActualTransactionActive()) {
      return false;
    }
    // One of another database, or of none that is known, is suspended while this one's runs.
    return !(manager instanceof ResourceTransactionManager own)
        || TransactionSynchronizationManager.hasResource(own.getResourceFactory());
  }
}
