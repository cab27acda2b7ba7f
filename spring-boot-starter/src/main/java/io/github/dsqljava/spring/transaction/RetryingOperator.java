package io.github.dsqljava.spring.transaction;

import io.github.dsqljava.spring.transaction.ReactiveWatch.Found;
import java.util.Objects;
import org.springframework.transaction.reactive.TransactionCallback;
import org.springframework.transaction.reactive.TransactionalOperator;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Runs and repeats the transactions of another operator. An operator does not reveal its
 * propagation, so the work inside looks for a transaction.
 */
final class RetryingOperator implements TransactionalOperator {
  private final TransactionalOperator operator;
  private final ReactiveRetry retry;

  RetryingOperator(TransactionalOperator operator, ReactiveRetry retry) {
    this.operator = Objects.requireNonNull(operator, "operator");
    this.retry = retry;
  }

  @Override
  public <T> Flux<T> transactional(Flux<T> flux) {
    return retry.flux(() -> operator.transactional(inside(flux)));
  }

  @Override
  public <T> Mono<T> transactional(Mono<T> mono) {
    return retry.mono(
        () -> operator.transactional(ReactiveWatch.inside(mono, Found.NO_TRANSACTION)));
  }

  @Override
  public <T> Flux<T> execute(TransactionCallback<T> action) {
    return retry.flux(
        () -> operator.execute(status -> inside(Flux.from(action.doInTransaction(status)))));
  }

  private static <T> Flux<T> inside(Flux<T> work) {
    return ReactiveWatch.inside(work, Found.NO_TRANSACTION);
  }
}
