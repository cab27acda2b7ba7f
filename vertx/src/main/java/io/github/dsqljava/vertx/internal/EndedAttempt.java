package io.github.dsqljava.vertx.internal;

import io.github.dsqljava.spi.AttemptOutcome;
import org.jspecify.annotations.Nullable;

/**
 * How one attempt at a transaction ended, and what it gave.
 *
 * @param <T> what its function gives
 * @param outcome how it ended
 * @param result what the function gave; of meaning only if it is committed
 */
public record EndedAttempt<T extends @Nullable Object>(AttemptOutcome outcome, @Nullable T result) {

  /** One that is not known to be committed. */
  static <T extends @Nullable Object> EndedAttempt<T> without(AttemptOutcome outcome) {
    return new EndedAttempt<>(outcome, null);
  }
}
