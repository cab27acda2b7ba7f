package io.github.dsqljava.spring.boot;

import io.github.dsqljava.retry.RetryPolicy;
import io.github.dsqljava.retry.TransactionOptions;
import io.github.dsqljava.spring.transaction.ConflictRetry;
import org.springframework.transaction.reactive.TransactionalOperator;
import org.springframework.transaction.support.TransactionOperations;
import org.springframework.transaction.support.TransactionTemplate;
import reactor.core.publisher.Mono;

/** The Java of docs/spring.md. */
final class SpringSnippets {
  private SpringSnippets() {}

  static Mono<Long> operator(
      ConflictRetry conflicts,
      TransactionalOperator transactionalOperator,
      Mono<Long> withdraw,
      Mono<Long> deposit) {
    TransactionalOperator retrying = conflicts.around(transactionalOperator);
    Mono<Long> moved = withdraw.then(deposit).as(retrying::transactional);
    return moved;
  }

  static TransactionOperations template(
      ConflictRetry conflicts, TransactionTemplate transactionTemplate) {
    TransactionOperations patient =
        conflicts
            .with(
                TransactionOptions.builder()
                    .retryPolicy(RetryPolicy.builder().maxAttempts(300).build())
                    .build())
            .around(transactionTemplate);
    return patient;
  }
}
