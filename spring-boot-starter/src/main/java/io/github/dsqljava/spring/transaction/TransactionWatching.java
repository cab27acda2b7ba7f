package io.github.dsqljava.spring.transaction;

import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.transaction.ConfigurableTransactionManager;
import org.springframework.transaction.PlatformTransactionManager;

/**
 * Lets every manager of blocking transactions say how far a transaction has come, so that the loss
 * of a connection at COMMIT is told from one before. Spring Boot has a bean of it.
 */
public final class TransactionWatching implements BeanPostProcessor {

  /** For Spring. */
  public TransactionWatching() {}

  @Override
  public Object postProcessAfterInitialization(Object bean, String name) {
    if (bean instanceof PlatformTransactionManager
        && bean instanceof ConfigurableTransactionManager manager) {
      manager.addListener(new TransactionWatch());
    }
    return bean;
  }
}
