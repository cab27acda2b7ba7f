package io.github.dsqljava.spring.boot;

import io.github.dsqljava.retry.TransactionOptions;
import io.github.dsqljava.spring.transaction.ConflictRetry;
import io.github.dsqljava.spring.transaction.RetryConflicts;
import io.github.dsqljava.spring.transaction.RetryConflictsAdvisor;
import io.github.dsqljava.spring.transaction.TransactionWatching;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Role;
import org.springframework.transaction.interceptor.BeanFactoryTransactionAttributeSourceAdvisor;
import org.springframework.transaction.interceptor.TransactionInterceptor;

/**
 * Makes the beans for {@link RetryConflicts} on methods with {@code Transactional}, and a {@link
 * ConflictRetry} for transactions that a program begins itself. Both work with R2DBC, JDBC and
 * every other transaction manager of Spring.
 */
@AutoConfiguration(after = DsqlAutoConfiguration.class)
@ConditionalOnClass(TransactionInterceptor.class)
public class DsqlRetryAutoConfiguration {

  @Bean
  @ConditionalOnMissingBean
  ConflictRetry conflictRetry(DsqlProperties properties, BeanFactory beans) {
    return ConflictRetry.of(
        TransactionOptions.builder()
            .retryPolicy(PoolBuilder.retryPolicy(properties.getRetry()))
            .build(),
        Metrics.ofRetries(beans));
  }

  @Bean
  @Role(BeanDefinition.ROLE_INFRASTRUCTURE)
  @ConditionalOnMissingBean
  static RetryConflictsAdvisor retryConflictsAdvisor(ObjectProvider<ConflictRetry> retry) {
    return new RetryConflictsAdvisor(retry::getObject);
  }

  @Bean
  @Role(BeanDefinition.ROLE_INFRASTRUCTURE)
  static TransactionWatching dsqlTransactionWatching() {
    return new TransactionWatching();
  }

  /** Checks that each attempt will be a transaction of its own. */
  @Bean
  @Role(BeanDefinition.ROLE_INFRASTRUCTURE)
  static SmartInitializingSingleton retryConflictsOrder(
      ObjectProvider<RetryConflictsAdvisor> ours,
      ObjectProvider<BeanFactoryTransactionAttributeSourceAdvisor> transactions) {
    return () ->
        ours.ifAvailable(
            retry ->
                transactions.forEach(
                    transaction -> {
                      if (transaction.getOrder() <= retry.getOrder()) {
                        throw new IllegalStateException(
                            "@RetryConflicts stands inside of @Transactional: its order is "
                                + retry.getOrder()
                                + ", that of transactions "
                                + transaction.getOrder()
                                + ". Leave out @EnableTransactionManagement(order = ..), or define a"
                                + " RetryConflictsAdvisor bean with a smaller order");
                      }
                    }));
  }
}
