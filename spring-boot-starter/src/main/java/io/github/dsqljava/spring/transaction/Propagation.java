package io.github.dsqljava.spring.transaction;

import org.jspecify.annotations.Nullable;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.TransactionManager;
import org.springframework.transaction.support.ResourceTransactionManager;
import org.springframework.transaction.support.TransactionSynchronizationManager;

/**
 * Decides from the propagation whether a transaction is a method's own, which can be run again, or
 * the caller's.
 */
final class Propagation {
  private Propagation() {}

  /**
   * Whether a transaction is the method's own, so that it can be run again.
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
   * Whether the thread is in a transaction in which one of this manager would take part.
   *
   * @param manager null if it is not known; then any transaction counts
   */
  static boolean isInTransaction(@Nullable TransactionManager manager) {
    if (!TransactionSynchronizationManager.isActualTransactionActive()) {
      return false;
    }
    // A transaction of another or an unknown database is suspended while this manager's runs.
    return !(manager instanceof ResourceTransactionManager own)
        || TransactionSynchronizationManager.hasResource(own.getResourceFactory());
  }
}
