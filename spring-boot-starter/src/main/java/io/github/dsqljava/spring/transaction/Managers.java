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
 * Finds the manager of a method's transaction, as Spring's interceptor does: by its name, by that
 * of its class, or the only one.
 */
final class Managers extends TransactionAspectSupport {
  private volatile boolean configured;

  /**
   * The manager, which tells of its transactions from now on.
   *
   * @return null if there is none to be found, of which Spring's interceptor speaks, too, when the
   *     method is called
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
      // Of several, Spring's interceptor may know one that it does not tell.
      logger.debug("The transaction manager of a method is not to be found", e);
      return null;
    }
  }

  /**
   * Whether the transaction of a method is reactive: the manager decides, for a method on JDBC may
   * give a future, too.
   *
   * @param manager null if it is not known; then the type has to do
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
