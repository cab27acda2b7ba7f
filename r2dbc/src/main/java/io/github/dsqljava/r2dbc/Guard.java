package io.github.dsqljava.r2dbc;

import java.util.function.Supplier;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Stands between a user and the driver for as long as the user has the connection. */
interface Guard {

  /**
   * Checks whether a statement may be sent now.
   *
   * @param sql its text
   * @throws RuntimeException with the reason if it may not
   */
  void check(String sql);

  /** Returns the exception that the user gets for a failure of a statement. */
  Throwable explain(Throwable failure);

  /** Sends a statement on subscription, if that is allowed then. */
  default <T> Flux<T> many(String sql, Supplier<Flux<T>> source) {
    return Flux.defer(
            () -> {
              check(sql);
              return source.get();
            })
        .onErrorMap(this::explain);
  }

  /** As {@link #many}, for one answer at most. */
  default <T> Mono<T> one(String sql, Supplier<Mono<T>> source) {
    return Mono.defer(
            () -> {
              check(sql);
              return source.get();
            })
        .onErrorMap(this::explain);
  }
}
