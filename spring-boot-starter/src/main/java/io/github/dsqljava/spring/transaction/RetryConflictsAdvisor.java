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
 * Puts the retry around methods with {@link RetryConflicts}. Spring Boot makes a bean of it. A
 * program without Boot makes it and a {@link TransactionWatching}, beside {@code
 * EnableTransactionManagement}. The methods that make them are static and have {@code @Bean} and
 * {@code @Role(BeanDefinition.ROLE_INFRASTRUCTURE)}, because Spring's transactions ignore other
 * advisors.
 */
public final class RetryConflictsAdvisor extends StaticMethodMatcherPointcutAdvisor
    implements BeanFactoryAware {

  /**
   * Its order: before Spring's interceptor of transactions, which is the last one by default, so
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
   * @param retry called at the first call of a method
   */
  public RetryConflictsAdvisor(Supplier<ConflictRetry> retry) {
    interceptor = new RetryConflictsInterceptor(retry, methods, managers);
    setAdvice(interceptor);
    setOrder(ORDER);
  }

  /** For Spring: sets the factory with the transaction managers. */
  @Override
  public void setBeanFactory(BeanFactory beans) {
    managers.setBeanFactory(beans);
  }

  /** Returns the advisor that comes after all other interceptors of the same methods. */
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
