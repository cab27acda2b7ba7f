package io.github.dsqljava.vertx.internal;

import io.vertx.core.Completable;
import io.vertx.sqlclient.Row;
import java.util.function.BiConsumer;
import java.util.function.Supplier;
import java.util.stream.Collector;
import org.jspecify.annotations.Nullable;

/**
 * Wraps a caller's collector, or mapping of rows, so that its exceptions fail only its own query.
 * Vert.x calls it while it reads from the server; an Error there would end the connection, and with
 * it other callers' statements.
 *
 * <p>Belongs to the connection's event loop.
 *
 * @param <A> the type of the collector's container
 * @param <T> the type of its result
 */
final class GuardedCollector<A, T> {

  /** The container; without meaning after a failure. */
  private static final class Box<A> {
    private final @Nullable A value;

    Box(@Nullable A value) {
      this.value = value;
    }
  }

  private final Collector<Row, A, T> collector;
  private @Nullable Throwable failure;
  private @Nullable BiConsumer<A, Row> accumulator;

  GuardedCollector(Collector<Row, A, T> collector) {
    this.collector = collector;
  }

  /** Returns a collector that throws nothing. */
  @SuppressWarnings("NullAway") // where it is null, a failure is told and not what was collected
  Collector<Row, ?, T> collector() {
    return Collector.<Row, Box<A>, T>of(
        () -> new Box<>(attempt(() -> collector.supplier().get())),
        this::accept,
        (one, other) -> one,
        this::finish);
  }

  @SuppressWarnings(
      "NullAway") // where there is none, a step has failed before, and this one is not run
  private @Nullable T finish(Box<A> box) {
    @Nullable T result = attempt(() -> collector.finisher().apply(box.value));
    if (failure != null && accumulator != null) {
      // If there were rows, Vert.x needs an exception here, because it cannot handle a missing
      // result; without rows, it is the other way round.
      throw new IllegalStateException(failure);
    }
    return result;
  }

  private <V> @Nullable V attempt(Supplier<V> step) {
    if (failure == null) {
      try {
        return step.get();
      } catch (Throwable e) { // also a checked exception that was thrown past the compiler
        failure = e;
      }
    }
    return null;
  }

  @SuppressWarnings("NullAway") // the caller's own
  private void accept(Box<A> box, Row row) {
    if (failure != null) {
      return;
    }
    try {
      if (accumulator == null) {
        accumulator = collector.accumulator();
      }
      accumulator.accept(box.value, row);
    } catch (Throwable e) {
      failure = e;
    }
  }

  /** Passes the collector's failure to the caller. */
  <R> Completable<R> told(Completable<R> handler) {
    return (result, problem) -> handler.complete(result, failure == null ? problem : failure);
  }
}
