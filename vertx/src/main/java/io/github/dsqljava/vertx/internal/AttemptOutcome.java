package io.github.dsqljava.vertx.internal;

import io.github.dsqljava.RetryKind;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * How one attempt at a transaction ended.
 *
 * @param <T> what its function gives
 */
public sealed interface AttemptOutcome<T extends @Nullable Object> {

  /** What another attempt, or nobody, is told; null if it was committed. */
  static @Nullable Throwable failureOf(AttemptOutcome<?> outcome) {
    if (outcome instanceof Failed<?> failed) {
      return failed.failure();
    } else if (outcome instanceof NotStarted<?> notStarted) {
      return notStarted.failure();
    } else if (outcome instanceof Unknown<?> unknown) {
      return unknown.cause();
    }
    return outcome instanceof TimedOut<?>
        ? new TimeoutException("The transaction's deadline has passed")
        : null;
  }

  /** It is in the database. */
  record Committed<T extends @Nullable Object>(T result) implements AttemptOutcome<T> {}

  /**
   * It is not in the database.
   *
   * @param failure why
   * @param kind why another attempt may help, or null if it does not
   * @param suspected whether the kind is only suspected: the failure may as well be a mistake of
   *     the function's, which another attempt would meet, too
   */
  record Failed<T extends @Nullable Object>(
      Throwable failure, @Nullable RetryKind kind, boolean suspected) implements AttemptOutcome<T> {

    /** A failure whose kind is certain. */
    Failed(Throwable failure, @Nullable RetryKind kind) {
      this(failure, kind, /* suspected= */ false);
    }
  }

  /** There was no connection to begin it on. */
  record NotStarted<T extends @Nullable Object>(Throwable failure) implements AttemptOutcome<T> {}

  /** The deadline passed before COMMIT was sent: it is not in the database. */
  record TimedOut<T extends @Nullable Object>() implements AttemptOutcome<T> {}

  /**
   * COMMIT was sent and there is no answer that can be trusted.
   *
   * @param problem what came instead, to follow "COMMIT was sent, and"
   * @param cause the same as an exception
   */
  record Unknown<T extends @Nullable Object>(String problem, Throwable cause)
      implements AttemptOutcome<T> {}
}
