package io.github.dsqljava.spi;

import io.github.dsqljava.RetryKind;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** How one attempt at a transaction ended; what it gave is the adapter's business. */
public sealed interface AttemptOutcome {

  /** What it failed with, for a report; null if it did not. */
  default @Nullable Throwable failure() {
    return null;
  }

  /** The function ended the transaction itself, as the server's answers say. */
  static AttemptOutcome endedInside(@Nullable Throwable cause) {
    return new Failed(
        new IllegalStateException(
            "The function of inTransaction ended the transaction itself, with a COMMIT or ROLLBACK of"
                + " its own: what it did before is as that left it, and a transaction that it began"
                + " behind it is rolled back. Nothing is run again. Leave the end of a transaction to"
                + " inTransaction",
            cause),
        null);
  }

  /** The connection was lost while a statement was under way that may have ended it. */
  static AttemptOutcome inDoubt(Throwable cause) {
    return new Unknown(
        "the connection was lost while a statement with a COMMIT or ROLLBACK of its own was under"
            + " way,",
        cause);
  }

  /** It is in the database. */
  record Committed() implements AttemptOutcome {}

  /**
   * It is not in the database.
   *
   * @param failure why
   * @param kind why another attempt may help, or null if it does not
   * @param suspected whether the kind is only suspected: the failure may as well be a mistake of
   *     the function's, which another attempt would meet, too
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
   * @param failure why
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
   * COMMIT was sent and there is no answer that can be trusted.
   *
   * @param problem what came instead, to follow "COMMIT was sent, and"
   * @param cause the same as an exception
   */
  record Unknown(String problem, Throwable cause) implements AttemptOutcome {
    @Override
    public Throwable failure() {
      return cause;
    }
  }
}
