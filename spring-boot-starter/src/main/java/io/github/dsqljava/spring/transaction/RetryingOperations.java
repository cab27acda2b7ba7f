package io.github.dsqljava.spring.transaction;

import java.lang.reflect.UndeclaredThrowableException;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.TransactionManager;
import org.springframework.transaction.support.TransactionCallback;
import org.springframework.transaction.support.TransactionOperations;
import org.springframework.transaction.support.TransactionTemplate;

/** Runs and repeats the transactions of another template. */
final class RetryingOperations implements TransactionOperations {
  private final TransactionOperations operations;
  private final BlockingRetry retry;
  private final @Nullable TransactionManager manager;

  RetryingOperations(TransactionOperations operations, BlockingRetry retry) {
    this.operations = withTransactions(operations);
    this.retry = retry;
    manager =
        operations instanceof TransactionTemplate template
            ? template.getTransactionManager()
            : null;
    TransactionWatch.follow(manager); // it need not be a bean
  }

  /**
   * Refuses operations without transactions: their work is not rolled back, so it cannot be
   * repeated.
   */
  private static TransactionOperations withTransactions(TransactionOperations operations) {
    Objects.requireNonNull(operations, "operations");
    boolean without =
        operations == TransactionOperations.withoutTransaction()
            || (operations instanceof TransactionDefinition definition
                && !Propagation.isOfItsOwn(
                    definition.getPropagationBehavior(), /* inside= */ false));
    if (without) {
      throw new IllegalArgumentException(
          "A template that begins no transaction of its own cannot be run again, since nothing"
              + " would be rolled back between its attempts: "
              + operations
              + ". Give one with PROPAGATION_REQUIRED, REQUIRES_NEW or NESTED");
    }
    return operations;
  }

  private boolean isOfItsOwn() {
    boolean inside = Propagation.isInTransaction(manager);
    return operations instanceof TransactionDefinition definition
        ? Propagation.isOfItsOwn(definition.getPropagationBehavior(), inside)
        : !inside;
  }

  @Override
  @SuppressWarnings("NullAway") // Spring 6 and 7 say in different places that it may be null
  public <T extends @Nullable Object> T execute(TransactionCallback<T> action) {
    if (!isOfItsOwn()) {
      return operations.execute(action);
    }
    try {
      return retry.run(() -> operations.execute(action));
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      // As TransactionTemplate does with what was thrown past the compiler.
      throw new UndeclaredThrowableException(e, "The transaction threw a checked exception");
    }
  }
}
