package io.github.dsqljava.spring.transaction;

import io.github.dsqljava.spi.TransactionRun;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.reactivestreams.Publisher;
import org.springframework.transaction.NoTransactionException;
import org.springframework.transaction.reactive.TransactionSynchronizationManager;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Operators;
import reactor.util.context.Context;
import reactor.util.context.ContextView;
import reactor.util.retry.Retry;

/**
 * Runs reactive transactions, again and again if need be. The subscriber's context, where Spring
 * keeps the transaction, is what tells whether there is one already.
 */
final class ReactiveRetry {
  private final Supplier<Attempts> transactions;
  private final Function<Throwable, Progress> progress;

  ReactiveRetry(Supplier<Attempts> transactions) {
    this(transactions, failure -> Progress.UNKNOWN);
  }

  /**
   * @param transactions begins one
   * @param progress what a failure says about a transaction that nobody has seen from inside
   */
  ReactiveRetry(Supplier<Attempts> transactions, Function<Throwable, Progress> progress) {
    this.transactions = transactions;
    this.progress = progress;
  }

  /**
   * A transaction that gives one element at most.
   *
   * @param work called for each attempt
   */
  <T> Mono<T> mono(Supplier<Mono<T>> work) {
    return inTransaction().flatMap(inside -> inside ? work.get() : monoOfItsOwn(work));
  }

  /**
   * A transaction that gives any number of elements, which are kept until it is committed: an
   * attempt that fails has emitted none.
   *
   * @param work called for each attempt
   */
  <T> Flux<T> flux(Supplier<? extends Publisher<T>> work) {
    return inTransaction().flatMapMany(inside -> inside ? work.get() : fluxOfItsOwn(work));
  }

  /** As {@link #mono} and {@link #flux}, wherever it is subscribed to. */
  <T> Mono<T> monoOfItsOwn(Supplier<Mono<T>> work) {
    return attempts(failed -> work.get().doOnError(failed));
  }

  <T> Flux<T> fluxOfItsOwn(Supplier<? extends Publisher<T>> work) {
    return attempts(failed -> Flux.from(work.get()).doOnError(failed).collectList())
        .flatMapIterable(elements -> elements);
  }

  static Mono<Boolean> inTransaction() {
    return TransactionSynchronizationManager.forCurrentTransaction()
        .map(TransactionSynchronizationManager::isActualTransactionActive)
        .onErrorResume(NoTransactionException.class, none -> Mono.just(false));
  }

  /**
   * Runs a transaction until it succeeds, or is not to be run again.
   *
   * @param work called for each attempt; what it gets hears the attempt's failure, also if nobody
   *     waits for it any more: Spring lets a COMMIT go on behind a cancellation
   */
  private <T> Mono<T> attempts(Function<Consumer<Throwable>, Mono<T>> work) {
    return Mono.deferContextual(
        context -> {
          Attempts attempts = transactions.get();
          AtomicBoolean abandoned = new AtomicBoolean();
          AtomicReference<ReactiveWatch> watched = new AtomicReference<>(new ReactiveWatch());
          Mono<T> attempt =
              Mono.defer(
                  () -> {
                    var late = attempts.begin();
                    if (late.isPresent()) {
                      return Mono.error(late.get());
                    }
                    ReactiveWatch watch = new ReactiveWatch();
                    watched.set(watch);
                    Consumer<Throwable> failed =
                        failure -> {
                          if (abandoned.get()) {
                            say(attempts.abandoned(failure, progress(watch, failure)), context);
                          }
                        };
                    return work.apply(failed).contextWrite(watch::addTo);
                  });
          return attempt
              .retryWhen(
                  Retry.from(
                      failures ->
                          failures.concatMap(
                              signal -> next(attempts, watched.get(), signal.failure()))))
              .doOnCancel(
                  () -> {
                    abandoned.set(true);
                    say(attempts.abandoned(), context);
                  });
        });
  }

  /** Where Reactor has what no subscriber is left to hear. */
  private static void say(Optional<Throwable> doubt, ContextView context) {
    doubt.ifPresent(failure -> Operators.onErrorDropped(failure, Context.of(context)));
  }

  /** Gives something when it is time for the next attempt. */
  private Mono<Long> next(Attempts attempts, ReactiveWatch watch, Throwable failure) {
    TransactionRun.Step step = attempts.failed(failure, progress(watch, failure));
    if (step instanceof TransactionRun.Step.Again again) {
      return again.pause().isZero() ? Mono.just(0L) : Mono.delay(again.pause());
    }
    return Mono.error(step instanceof TransactionRun.Step.Fail fail ? fail.failure() : failure);
  }

  private Progress progress(ReactiveWatch watch, Throwable failure) {
    if (watch.isFinal()) {
      return Progress.COMMITTED;
    }
    return watch.knows() ? Progress.UNKNOWN : progress.apply(failure);
  }
}
