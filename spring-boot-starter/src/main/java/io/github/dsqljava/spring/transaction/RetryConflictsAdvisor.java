package io.github.dsqljava.spring.transaction;

import java.lang.reflect.Method;
import java.util.function.Supplier;
import org.aopalliance.intercept.MethodInterceptor;
import org.springframework.aop.Advisor;
import org.springframework.aop.support.DefaultPointcutAdvisor;
import org.springframework.aop.support.StaticMethodMatcherPointcutAdvisor;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.BeanFactoryAware;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.AnnotationUtils;

/**
 * Puts the retry around methods with {@link RetryConflicts}. Spring Boot has a bean of it; without
 * Boot, make one and a {@link TransactionWatching}, beside {@code EnableTransactionManagement}, by
 * static methods that have {@code @Bean} and {@code @Role(BeanDefinition.ROLE_INFRASTRUCTURE)}: of
 * other advisors Spring's transactions take no notice.
 */
public final class RetryConflictsAdvisor extends StaticMethodMatcherPointcutAdvisor
    implements BeanFactoryAware {

  /**
   * Its place: before Spring's interceptor of transactions, which is the last one by default, so
   * that each attempt is a transaction of its own.
   */
  public static final int ORDER = Ordered.LOWEST_PRECEDENCE - 100;

  private static final long serialVersionUID = 1L;

  private final transient RetriedMethods methods = new RetriedMethods();
  private final transient Managers managers = new Managers();
  private final transient RetryConflictsInterceptor interceptor;

  /**
   * Makes the advisor.
   *
   * @param retry asked when a method is called first
   */
  public RetryConflictsAdvisor(Supplier<ConflictRetry> retry) {
    interceptor = new RetryConflictsInterceptor(retry, methods, managers);
    setAdvice(interceptor);
    setOrder(ORDER);
  }

  /** For Spring: where the transaction managers are. */
  @Override
  public void setBeanFactory(BeanFactory beans) {
    managers.setBeanFactory(beans);
  }

  /** What belongs behind all other interceptors of the same methods. */
  Advisor inside() {
    return new DefaultPointcutAdvisor(
        this, (MethodInterceptor) invocation -> interceptor.invokeInside(invocation));
  }

  @Override
  public boolean matches(Method method, Class<?> target) {
    return AnnotationUtils.isCandidateClass(target, RetryConflicts.class)
        && methods.find(method, target) != null;
  }
}
