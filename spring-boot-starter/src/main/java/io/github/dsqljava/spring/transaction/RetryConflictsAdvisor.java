package io.github.dsqljava.spring.transaction;

import java.lang.reflect.Method;
import java.util.function.Supplier;
import org.springframework.aop.support.StaticMethodMatcherPointcutAdvisor;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.AnnotationUtils;

/**
 * Puts the retry around methods with {@link RetryConflicts}. Spring Boot has a bean of it; without
 * Boot, make one, beside {@code EnableTransactionManagement}.
 */
public final class RetryConflictsAdvisor extends StaticMethodMatcherPointcutAdvisor {

  /**
   * Its place: before Spring's interceptor of transactions, which is the last one by default, so
   * that each attempt is a transaction of its own.
   */
  public static final int ORDER = Ordered.LOWEST_PRECEDENCE - 100;

  private static final long serialVersionUID = 1L;

  private final transient RetriedMethods methods = new RetriedMethods();

  /**
   * Makes the advisor.
   *
   * @param retry asked when a method is called first
   */
  public RetryConflictsAdvisor(Supplier<ConflictRetry> retry) {
    setAdvice(new RetryConflictsInterceptor(retry, methods));
    setOrder(ORDER);
  }

  @Override
  public boolean matches(Method method, Class<?> target) {
    return AnnotationUtils.isCandidateClass(target, RetryConflicts.class)
        && methods.find(method, target) != null;
  }
}
