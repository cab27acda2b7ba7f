package io.github.dsqljava.spring.transaction;

import io.github.dsqljava.retry.RetryPolicy;
import io.github.dsqljava.retry.TransactionOptions;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.Supplier;
import org.aopalliance.intercept.MethodInterceptor;
import org.aopalliance.intercept.MethodInvocation;
import org.jspecify.annotations.Nullable;
import org.springframework.aop.ProxyMethodInvocation;
import org.springframework.aop.support.AopUtils;
import org.springframework.transaction.TransactionManager;

/** Repeats calls of methods with {@link RetryConflicts}; runs before Spring's own interceptor. */
final class RetryConflictsInterceptor implements MethodInterceptor {
  private final Supplier<ConflictRetry> configured;
  private final RetriedMethods methods;
  private final Managers managers;
  private final ConcurrentMap<RetryConflicts, ConflictRetry> retries = new ConcurrentHashMap<>();

  /**
   * @param configured called at the first use
   */
  RetryConflictsInterceptor(
      Supplier<ConflictRetry> configured, RetriedMethods methods, Managers managers) {
    this.configured = configured;
    this.methods = methods;
    this.managers = managers;
  }

  @Override
  public @Nullable Object invoke(MethodInvocation invocation) throws Throwable {
    RetriedMethods.Retried retried = methods.find(invocation.getMethod(), target(invocation));
    if (retried == null || !(invocation instanceof ProxyMethodInvocation proxied)) {
      return invocation.proceed();
    }
    ConflictRetry retry = retries.computeIfAbsent(retried.annotation(), this::retry);
    TransactionManager manager = managers.find(retried, target(invocation));
    if (Managers.isReactive(retried, manager)) {
      return ReactiveMethod.call(proxied, retry, retried);
    }
    boolean own =
        Propagation.isOfItsOwn(retried.propagation(), Propagation.isInTransaction(manager));
    return own
        ? new BlockingRetry(retry::begin, retried::progress)
            .run(() -> proxied.invocableClone().proceed())
        : invocation.proceed();
  }

  /** Runs inside of Spring's interceptor, where the transaction exists. */
  @Nullable Object invokeInside(MethodInvocation invocation) throws Throwable {
    Class<?> target = target(invocation);
    RetriedMethods.Retried retried = methods.find(invocation.getMethod(), target);
    return retried != null
            && retried.adaptable()
            && Managers.isReactive(retried, managers.find(retried, target))
        ? ReactiveMethod.inside(invocation)
        : invocation.proceed();
  }

  private static Class<?> target(MethodInvocation invocation) {
    Object target = invocation.getThis();
    return target == null
        ? invocation.getMethod().getDeclaringClass()
        : AopUtils.getTargetClass(target);
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
