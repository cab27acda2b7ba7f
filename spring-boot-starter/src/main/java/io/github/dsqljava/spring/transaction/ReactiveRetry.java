package io.github.dsqljava.spring.transaction;

import io.github.dsqljava.spi.TransactionRun;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import org.springframework.transaction.TransactionSystemException;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Operators;
import reactor.util.context.Context;
import reactor.util.context.ContextView;
import reactor.util.retry.Retry;

/**
 * Runs reactive transactions, with retries. Spring keeps the current transaction in the
 * subscriber's context, so the context shows an existing one.
 */
final class ReactiveRetry {
  private final Supplier<Attempts> transactions;
  private final Function<Throwable, Progress> progress;

  ReactiveRetry(Supplier<Attempts> transactions) {
    this(transactions, failure -> Progress.UNKNOWN);
  }

  /**
   * @param transactions makes the attempts of a transaction
   * @param progress the progress of a transaction by its failure, if it was not observed from
   *     inside
   */
  ReactiveRetry(Supplier<Attempts> transactions, Function<Throwable, Progress> progress) {
    this.transactions = transactions;
    this.progress = progress;
  }

  /**
   * Runs a transaction that emits at most one element.
   *
   * @param work called for each attempt
   */
  <T> Mono<T> mono(Supplier<Mono<T>> work) {
    return TransactionMark.current().flatMap(around -> mono(around.orElse(null), work));
  }

  /**
   * Runs a transaction that emits any number of elements. They are kept until it is committed, so a
   * failed attempt emits none.
   *
   * @param work called for each attempt
   */
  <T> Flux<T> flux(Supplier<? extends Publisher<T>> work) {
    return TransactionMark.current().flatMapMany(around -> flux(around.orElse(null), work));
  }

  /** As {@link #mono} and {@link #flux}, even inside another transaction. */
  <T> Mono<T> monoOfItsOwn(Supplier<Mono<T>> work) {
    return mono(null, work);
  }

  <T> Flux<T> fluxOfItsOwn(Supplier<? extends Publisher<T>> work) {
    return flux(null, work);
  }

  private <T> Mono<T> mono(@Nullable TransactionMark around, Supplier<Mono<T>> work) {
    return this.<T>attempts(around, (watch, failed) -> work.get().doOnError(failed).flux())
        .singleOrEmpty();
  }

  /** Keeps the elements if the transaction is its own. In the caller's, the owner keeps them. */
  private <T> Flux<T> flux(
      @Nullable TransactionMark around, Supplier<? extends Publisher<T>> work) {
    return this.<List<T>>attempts(
            around,
            (watch, failed) ->
                Flux.<T>from(work.get())
                    .doOnError(failed)
                    .transform(all -> around == null ? kept(all) : keptIfItsOwn(all, watch)))
        .flatMapIterable(elements -> elements, /* prefetch= */ 1);
  }

  private static <T> Flux<List<T>> kept(Flux<T> elements) {
    return elements.collectList().flux();
  }

  private static <T> Flux<List<T>> keptIfItsOwn(Flux<T> elements, ReactiveWatch watch) {
    // With the first element, the watch knows the transaction.
    return elements.switchOnFirst(
        (first, all) -> watch.isItsOwn() ? kept(all) : all.map(element -> List.of(element)));
  }

  /**
   * Runs a transaction until it succeeds or must not run again.
   *
   * @param around the existing transaction, if the work may take part in it; work that does is not
   *     run again
   * @param work called for each attempt, with a consumer for the attempt's failure. The consumer
   *     gets it even after a cancellation, because Spring lets a COMMIT go on then
   */
  private <T> Flux<T> attempts(
      @Nullable TransactionMark around,
      BiFunction<ReactiveWatch, Consumer<Throwable>, Flux<T>> work) {
    return Flux.deferContextual(
        context -> {
          Attempts attempts = transactions.get();
          AtomicBoolean abandoned = new AtomicBoolean();
          AtomicReference<ReactiveWatch> watched = new AtomicReference<>(new ReactiveWatch(around));
          Flux<T> attempt =
              Flux.defer(
                  () -> {
                    var late = attempts.begin();
                    if (late.isPresent()) {
                      return Flux.error(late.get());
                    }
                    ReactiveWatch watch = new ReactiveWatch(around);
                    watched.set(watch);
                    Consumer<Throwable> failed =
                        failure -> {
                          if (abandoned.get() && watch.isItsOwn()) {
                            say(abandoned(attempts, watch, failure), context);
                          }
                        };
                    return work.apply(watch, failed).contextWrite(watch::addTo);
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

  /**
   * Reports a failure after a cancellation. The cancellation also rolls back an outer transaction,
   * and that may hide the failure of COMMIT, because Spring keeps both in one place.
   */
  private Optional<Throwable> abandoned(Attempts attempts, ReactiveWatch watch, Throwable failure) {
    return watch.isCommitting()
        ? attempts.abandoned(
            new TransactionSystemException("The COMMIT was not followed to its end", failure),
            Progress.COMMITTING)
        : attempts.abandoned(failure, progress(watch, failure));
  }

  /** Reports a doubt that has no subscriber, through Reactor's hook for dropped errors. */
  private static void say(Optional<Throwable> doubt, ContextView context) {
    doubt.ifPresent(failure -> Operators.onErrorDropped(failure, Context.of(context)));
  }

  /** Emits an element when it is time for the next attempt. */
  private Mono<Long> next(Attempts attempts, ReactiveWatch watch, Throwable failure) {
    if (!watch.isItsOwn()) {
      return Mono.error(failure);
    }
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
