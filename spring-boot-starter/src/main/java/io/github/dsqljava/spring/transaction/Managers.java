package io.github.dsqljava.spring.transaction;

import java.util.concurrent.CompletionStage;
import java.util.concurrent.Future;
import org.springframework.beans.BeansException;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.transaction.ReactiveTransactionManager;
import org.springframework.transaction.TransactionManager;
import org.springframework.transaction.interceptor.TransactionAspectSupport;
import org.springframework.transaction.interceptor.TransactionInterceptor;

/**
 * Tells whether the transaction of a method is reactive. As Spring's interceptor does, it goes by
 * the manager: a method on JDBC may give a future, too.
 */
final class Managers extends TransactionAspectSupport {
  private volatile boolean configured;

  /**
   * @param method gives a type that may be reactive
   */
  boolean isReactive(RetriedMethods.Retried method, Class<?> target) {
    BeanFactory beans = getBeanFactory();
    if (beans != null) {
      try {
        configure(beans);
        TransactionManager manager = determineTransactionManager(method.transaction(), target);
        return manager instanceof ReactiveTransactionManager;
      } catch (BeansException e) {
        // Of several, Spring's interceptor may know one that it does not tell: look at the type.
        logger.debug("The transaction manager of a method is not to be found", e);
      }
    }
    return !Future.class.isAssignableFrom(method.returnType())
        && !CompletionStage.class.isAssignableFrom(method.returnType());
  }

  /** What a TransactionManagementConfigurer says, Spring's interceptor knows. */
  private void configure(BeanFactory beans) {
    if (configured) {
      return;
    }
    TransactionInterceptor springs =
        beans.getBeanProvider(TransactionInterceptor.class).getIfUnique();
    TransactionManager manager = springs == null ? null : springs.getTransactionManager();
    if (manager != null) {
      setTransactionManager(manager);
    }
    configured = true;
  }
}
