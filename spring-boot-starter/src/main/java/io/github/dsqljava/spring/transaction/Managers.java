package io.github.dsqljava.spring.transaction;

import java.util.concurrent.CompletionStage;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.BeansException;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.transaction.ReactiveTransactionManager;
import org.springframework.transaction.TransactionManager;
import org.springframework.transaction.interceptor.TransactionAspectSupport;
import org.springframework.transaction.interceptor.TransactionInterceptor;

/**
 * Finds the manager of a method's transaction, as Spring's interceptor does: by the name that the
 * method or its class states, or the only one.
 */
final class Managers extends TransactionAspectSupport {
  private volatile boolean configured;

  /**
   * Returns the manager, and begins to follow its transactions.
   *
   * @return null if there is none; Spring's interceptor reports that, too, when the method is
   *     called
   */
  @Nullable TransactionManager find(RetriedMethods.Retried method, Class<?> target) {
    BeanFactory beans = getBeanFactory();
    if (beans == null) {
      return null;
    }
    try {
      configure(beans);
      TransactionManager manager = determineTransactionManager(method.transaction(), target);
      TransactionWatch.follow(manager);
      return manager;
    } catch (BeansException e) {
      // Of several managers, Spring's interceptor may know one that it does not expose.
      logger.debug("The transaction manager of a method is not to be found", e);
      return null;
    }
  }

  /**
   * Whether the transaction of a method is reactive. The manager decides, because a method on JDBC
   * may return a future, too.
   *
   * @param manager null if it is not known; then the return type decides
   */
  static boolean isReactive(RetriedMethods.Retried method, @Nullable TransactionManager manager) {
    if (!method.adaptable()) {
      return false;
    }
    return manager == null
        ? !Future.class.isAssignableFrom(method.returnType())
            && !CompletionStage.class.isAssignableFrom(method.returnType())
        : manager instanceof ReactiveTransactionManager;
  }

  /** Takes the manager of a TransactionManagementConfigurer from Spring's interceptor. */
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
