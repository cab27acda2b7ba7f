package io.github.dsqljava.spring.transaction;

import io.github.dsqljava.retry.RetryPolicy;
import io.github.dsqljava.retry.TransactionOptions;
import java.lang.reflect.Method;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.Supplier;
import org.aopalliance.intercept.MethodInterceptor;
import org.aopalliance.intercept.MethodInvocation;
import org.jspecify.annotations.Nullable;
import org.springframework.aop.ProxyMethodInvocation;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.support.TransactionSynchronizationManager;

/** Calls methods with {@link RetryConflicts} again; stands before Spring's own interceptor. */
final class RetryConflictsInterceptor implements MethodInterceptor {
  private final Supplier<ConflictRetry> configured;
  private final RetriedMethods methods;
  private final ConcurrentMap<RetryConflicts, ConflictRetry> retries = new ConcurrentHashMap<>();

  /**
   * @param configured asked when it is needed first
   */
  RetryConflictsInterceptor(Supplier<ConflictRetry> configured, RetriedMethods methods) {
    this.configured = configured;
    this.methods = methods;
  }

  @Override
  public @Nullable Object invoke(MethodInvocation invocation) throws Throwable {
    Method method = invocation.getMethod();
    Object target = invocation.getThis();
    RetriedMethods.Retried retried =
        methods.find(method, target == null ? method.getDeclaringClass() : target.getClass());
    if (retried == null || !(invocation instanceof ProxyMethodInvocation proxied)) {
      return invocation.proceed();
    }
    ConflictRetry retry = retries.computeIfAbsent(retried.annotation(), this::retry);
    if (retried.reactive()) {
      return ReactiveMethod.call(proxied, retry, retried);
    }
    boolean own =
        isOfItsOwn(
            retried.propagation(), TransactionSynchronizationManager.isActualTransactionActive());
    return own
        ? new BlockingRetry(retry, retried::progress).run(() -> proxied.invocableClone().proceed())
        : invocation.proceed();
  }

  /**
   * Whether the transaction is the method's own, so that it can be run again.
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

  private ConflictRetry retry(RetryConflicts annotation) {
    ConflictRetry base = configured.get();
    TransactionOptions.Builder options =
        base.options().toBuilder().idempotent(annotation.idempotent());
    if (annotation.maxAttempts() > 0) {
      RetryPolicy policy = base.options().retryPolicy().orElseGet(RetryPolicy::defaults);
      options.retryPolicy(policy.toBuilder().maxAttempts(annotation.maxAttempts()).build());
    }
    return base.with(options.build());
  }
}
