package io.github.dsqljava.spring.transaction;

import org.springframework.transaction.TransactionDefinition;

/** What Spring's numbers for the propagation of a transaction mean for running it again. */
final class Propagation {
  private Propagation() {}

  /**
   * Whether a transaction is one's own, so that it can be run again.
   *
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
}
