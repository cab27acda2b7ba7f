package io.github.dsqljava.spi;

import io.github.dsqljava.RetryKind;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** The outcome of one attempt at a transaction; the adapter keeps its result. */
public sealed interface AttemptOutcome {

  /** The failure, for a report; null if there is none. */
  default @Nullable Throwable failure() {
    return null;
  }

  /** The function ended the transaction itself, as the server's answers show. */
  static AttemptOutcome endedInside(@Nullable Throwable cause) {
    return new Failed(
        new IllegalStateException(
            "The function of inTransaction ended the transaction itself, with a COMMIT or ROLLBACK of"
                + " its own. That has committed or rolled back its earlier changes. A transaction"
                + " that it began afterwards is rolled back. The function is not run again. Leave"
                + " the end of a transaction to inTransaction",
            cause),
        null);
  }

  /**
   * The connection was lost while a statement that may have ended the transaction was in flight.
   */
  static AttemptOutcome inDoubt(Throwable cause) {
    return new Unknown(
        "the connection was lost while a statement with a COMMIT or ROLLBACK of its own was in"
            + " flight,",
        cause);
  }

  /** It is in the database. */
  record Committed() implements AttemptOutcome {}

  /**
   * It is not in the database.
   *
   * @param failure the failure of the attempt
   * @param kind the reason why another attempt may help, or null if it does not
   * @param suspected whether the kind is only suspected: the failure may also be a mistake in the
   *     function, which would fail another attempt, too
   */
  record Failed(Throwable failure, @Nullable RetryKind kind, boolean suspected)
      implements AttemptOutcome {

    /** A failure whose kind is certain. */
    public Failed(Throwable failure, @Nullable RetryKind kind) {
      this(failure, kind, /* suspected= */ false);
    }
  }

  /**
   * There was no connection to begin it on.
   *
   * @param failure the reason why there was none
   */
  record NotStarted(Throwable failure) implements AttemptOutcome {}

  /** The deadline passed before COMMIT was sent: it is not in the database. */
  record TimedOut() implements AttemptOutcome {
    @Override
    public Throwable failure() {
      return new TimeoutException("The transaction's deadline has passed");
    }
  }

  /**
   * COMMIT was sent, and no answer tells its outcome.
   *
   * @param problem the event instead of the answer, as the end of a sentence after "COMMIT was
   *     sent, and"
   * @param cause the same as an exception
   */
  record Unknown(String problem, Throwable cause) implements AttemptOutcome {
    @Override
    public Throwable failure() {
      return cause;
    }
  }
}
