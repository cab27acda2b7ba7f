package io.github.dsqljava.spring.transaction;

import java.util.Arrays;
import java.util.stream.Stream;
import org.springframework.aop.framework.Advised;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.transaction.TransactionManager;

/**
 * Lets the retry know the progress of a transaction. Every manager of blocking transactions reports
 * it, so that the loss of a connection at COMMIT is distinguished from an earlier one. Reactive
 * methods with {@link RetryConflicts} report it from inside, so that a failure after COMMIT is
 * distinguished from a conflict. Spring Boot makes a bean of it.
 */
public final class TransactionWatching implements BeanPostProcessor {

  /** For Spring. */
  public TransactionWatching() {}

  @Override
  public Object postProcessAfterInitialization(Object bean, String name) {
    if (bean instanceof TransactionManager manager) {
      TransactionWatch.follow(manager);
    }
    if (bean instanceof Advised advised && !advised.isFrozen()) {
      Arrays.stream(advised.getAdvisors())
          .flatMap(one -> one instanceof RetryConflictsAdvisor ours ? Stream.of(ours) : Stream.of())
          .findFirst()
          // The last one is the innermost: the transaction has begun there.
          .ifPresent(ours -> advised.addAdvisor(ours.inside()));
    }
    return bean;
  }
}
