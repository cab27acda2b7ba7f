package io.github.dsqljava.r2dbc;

import io.r2dbc.postgresql.api.PostgresqlResult;
import io.r2dbc.spi.Readable;
import io.r2dbc.spi.Row;
import io.r2dbc.spi.RowMetadata;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.Predicate;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** The driver's result, whose failures are explained. */
final class GuardedResult implements PostgresqlResult {
  private final Guard guard;
  private final PostgresqlResult result;

  GuardedResult(Guard guard, PostgresqlResult result) {
    this.guard = guard;
    this.result = result;
  }

  @Override
  public Mono<Long> getRowsUpdated() {
    return result.getRowsUpdated().onErrorMap(guard::explain);
  }

  @Override
  public <T> Flux<T> map(BiFunction<Row, RowMetadata, ? extends T> mapping) {
    return result.<T>map(mapping).onErrorMap(guard::explain);
  }

  @Override
  public <T> Publisher<T> map(Function<? super Readable, ? extends T> mapping) {
    return Flux.<T>from(result.map(mapping)).onErrorMap(guard::explain);
  }

  @Override
  public PostgresqlResult filter(Predicate<Segment> filter) {
    return new GuardedResult(guard, result.filter(filter));
  }

  @Override
  public <T> Publisher<T> flatMap(Function<Segment, ? extends Publisher<? extends T>> mapping) {
    return Flux.<T>from(result.flatMap(mapping)).onErrorMap(guard::explain);
  }

  @Override
  public String toString() {
    return result.toString();
  }
}
