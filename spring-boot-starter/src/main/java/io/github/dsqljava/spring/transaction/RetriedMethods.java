package io.github.dsqljava.spring.transaction;

import java.lang.reflect.Method;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.jspecify.annotations.Nullable;
import org.springframework.aop.support.AopUtils;
import org.springframework.core.KotlinDetector;
import org.springframework.core.MethodClassKey;
import org.springframework.core.annotation.AnnotatedElementUtils;
import org.springframework.transaction.annotation.AnnotationTransactionAttributeSource;
import org.springframework.transaction.interceptor.TransactionAttribute;
import org.springframework.util.ClassUtils;

/** Finds the methods with {@link RetryConflicts} and their properties. */
final class RetriedMethods {
  private static final boolean REACTOR =
      ClassUtils.isPresent("reactor.core.publisher.Flux", RetriedMethods.class.getClassLoader());

  /**
   * The properties of a method.
   *
   * @param adaptable whether its return type may be reactive; the manager decides
   */
  record Retried(
      RetryConflicts annotation,
      TransactionAttribute transaction,
      Class<?> returnType,
      boolean adaptable) {
    int propagation() {
      return transaction.getPropagationBehavior();
    }

    /** Returns the progress after a failure; by the method's rollback rules it may be committed. */
    Progress progress(Throwable failure) {
      return transaction.rollbackOn(failure) ? Progress.UNKNOWN : Progress.COMMITTED;
    }
  }

  private final AnnotationTransactionAttributeSource transactions =
      new AnnotationTransactionAttributeSource(/* publicMethodsOnly= */ false);
  private final ConcurrentMap<MethodClassKey, Optional<Retried>> found = new ConcurrentHashMap<>();

  /**
   * Looks for the annotation.
   *
   * @return null for a method without
   * @throws IllegalStateException if the method has the annotation itself and no transaction
   */
  @Nullable Retried find(Method method, Class<?> target) {
    return found
        .computeIfAbsent(new MethodClassKey(method, target), key -> read(method, target))
        .orElse(null);
  }

  private Optional<Retried> read(Method method, Class<?> target) {
    Class<?> type = ClassUtils.getUserClass(target);
    Method specific = AopUtils.getMostSpecificMethod(method, type);
    RetryConflicts onMethod =
        AnnotatedElementUtils.findMergedAnnotation(specific, RetryConflicts.class);
    RetryConflicts annotation =
        onMethod != null
            ? onMethod
            : AnnotatedElementUtils.findMergedAnnotation(type, RetryConflicts.class);
    if (annotation == null || !ClassUtils.isUserLevelMethod(specific)) {
      return Optional.empty();
    }
    TransactionAttribute transaction = transactions.getTransactionAttribute(method, type);
    String name = type.getName() + "." + specific.getName();
    if (transaction == null) {
      if (onMethod != null) {
        throw new IllegalStateException(
            name
                + " has @RetryConflicts and no transaction, so that nothing would be rolled back"
                + " between its attempts. Put @Transactional beside it, or run the transaction"
                + " inside it by ConflictRetry.around(..)");
      }
      return Optional.empty();
    }
    if (annotation.maxAttempts() < 0) {
      throw new IllegalStateException(
          name
              + " has @RetryConflicts with maxAttempts "
              + annotation.maxAttempts()
              + "; give 1 or more, or leave it out to use dsql.retry.max-attempts");
    }
    if (KotlinDetector.isSuspendingFunction(specific)) {
      throw new IllegalStateException(
          name
              + " has @RetryConflicts and is a suspending function, which cannot be called again"
              + " from outside. Run its transaction by ConflictRetry.around(transactionalOperator)");
    }
    return Optional.of(
        new Retried(
            annotation,
            transaction,
            specific.getReturnType(),
            REACTOR && ReactiveMethod.isReactive(specific.getReturnType())));
  }
}
