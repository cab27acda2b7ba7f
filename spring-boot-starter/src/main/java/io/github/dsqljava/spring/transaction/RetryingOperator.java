package io.github.dsqljava.spring.transaction;

import java.util.Objects;
import org.springframework.transaction.reactive.TransactionCallback;
import org.springframework.transaction.reactive.TransactionalOperator;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Runs the transactions of another operator again. */
final class RetryingOperator implements TransactionalOperator {
  private final TransactionalOperator operator;
  private final ReactiveRetry retry;

  RetryingOperator(TransactionalOperator operator, ReactiveRetry retry) {
    this.operator = Objects.requireNonNull(operator, "operator");
    this.retry = retry;
  }

  @Override
  public <T> Flux<T> transactional(Flux<T> flux) {
    return retry.flux(() -> operator.transactional(flux));
  }

  @Override
  public <T> Mono<T> transactional(Mono<T> mono) {
    return retry.mono(() -> operator.transactional(mono));
  }

  @Override
  public <T> Flux<T> execute(TransactionCallback<T> action) {
    return retry.flux(() -> operator.execute(action));
  }
}
