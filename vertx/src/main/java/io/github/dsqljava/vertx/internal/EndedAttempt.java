package io.github.dsqljava.vertx.internal;

import io.github.dsqljava.spi.AttemptOutcome;
import org.jspecify.annotations.Nullable;

/**
 * The outcome and the result of one attempt at a transaction.
 *
 * @param <T> the type of its function's result
 * @param outcome its outcome
 * @param result the result of the function; valid only if the transaction is committed
 */
public record EndedAttempt<T extends @Nullable Object>(AttemptOutcome outcome, @Nullable T result) {

  /** Returns an attempt that is not known to be committed. */
  static <T extends @Nullable Object> EndedAttempt<T> without(AttemptOutcome outcome) {
    return new EndedAttempt<>(outcome, null);
  }
}
