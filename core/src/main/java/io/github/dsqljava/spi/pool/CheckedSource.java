package io.github.dsqljava.spi.pool;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.Objects;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A wrapper for a source that treats its exceptions, also undeclared checked ones, and a null
 * instead of a stage or a connection as ordinary failures.
 */
final class CheckedSource<C> {
  private static final Logger LOGGER = System.getLogger(ConnectionSource.class.getPackageName());

  private final ConnectionSource<C> source;

  CheckedSource(ConnectionSource<C> source) {
    this.source = source;
  }

  /** Calls back once, with a connection or with the reason why there is none. */
  void open(
      @Nullable Object preference, Runnable lost, Consumer<C> opened, Consumer<Throwable> failed) {
    call(
        () -> source.open(preference, lost),
        (connection, failure) -> {
          if (failure != null) {
            failed.accept(failure);
          } else if (connection == null) {
            failed.accept(new NullPointerException("null came as a connection"));
          } else {
            opened.accept(connection);
          }
        });
  }

  /** Calls back once, with true if the connection is usable. */
  void check(C connection, Consumer<Boolean> outcome) {
    call(() -> source.check(connection), (done, failure) -> outcome.accept(failure == null));
  }

  void close(C connection, Runnable ended) {
    end(() -> source.close(connection), ended);
  }

  void abort(C connection, Runnable ended) {
    end(() -> source.abort(connection), ended);
  }

  private static void end(Supplier<CompletionStage<Void>> action, Runnable ended) {
    call(
        action,
        (done, failure) -> {
          if (failure != null) {
            LOGGER.log(Level.DEBUG, "A connection could not be closed in order", failure);
          }
          ended.run();
        });
  }

  boolean suits(C connection, @Nullable Object preference) {
    try {
      return preference == null || source.suits(connection, preference);
    } catch (Throwable e) {
      LOGGER.log(Level.WARNING, "A source of connections failed to compare", e);
      return false;
    }
  }

  ConnectFailureKind kindOf(Throwable failure) {
    try {
      return Objects.requireNonNull(source.kindOf(failure));
    } catch (Throwable e) {
      LOGGER.log(Level.WARNING, "A source of connections failed to judge a failure", e);
      return ConnectFailureKind.UNEXPECTED;
    }
  }

  private static <T> void call(
      Supplier<CompletionStage<T>> action, BiConsumer<@Nullable T, @Nullable Throwable> outcome) {
    CompletionStage<T> stage;
    try {
      stage = Objects.requireNonNull(action.get(), "null came instead of a future");
    } catch (Throwable e) {
      outcome.accept(null, e);
      return;
    }
    var unused = stage.whenComplete((value, failure) -> outcome.accept(value, inner(failure)));
  }

  private static @Nullable Throwable inner(@Nullable Throwable failure) {
    return failure instanceof CompletionException && failure.getCause() != null
        ? failure.getCause()
        : failure;
  }
}
