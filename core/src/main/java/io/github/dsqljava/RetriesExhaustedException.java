package io.github.dsqljava;

import java.time.Duration;

/**
 * A transaction has used up the attempts or the time of its retry policy. Nothing of it is in the
 * database. The cause is the failure of the last attempt, for a conflict the server's error.
 *
 * <pre>{@code
 * if (failure instanceof RetriesExhaustedException exhausted) {
 *   log(exhausted.kind() + " after " + exhausted.attempts() + " attempts");
 * }
 * }</pre>
 */
public final class RetriesExhaustedException extends DsqlException {

  private static final long serialVersionUID = 1L;

  private final RetryKind kind;
  private final int attempts;

  /**
   * Made by the runner of transactions.
   *
   * @param kind the reason why the last attempt failed; never {@link RetryKind#UNKNOWN_COMMIT}
   * @param attempts the number of attempts
   * @param elapsed the time of all attempts together
   * @param cause the failure of the last attempt
   */
  public RetriesExhaustedException(
      RetryKind kind, int attempts, Duration elapsed, Throwable cause) {
    super(
        "The transaction was rolled back "
            + attempts
            + (attempts == 1 ? " time" : " times")
            + " in "
            + elapsed.toMillis()
            + " ms, the last time because "
            + reason(kind)
            + ": "
            + text(cause)
            + ". Its retry policy allows no more; "
            + advice(kind),
        cause);
    this.kind = kind;
    this.attempts = attempts;
  }

  private static String reason(RetryKind kind) {
    return switch (kind) {
      case CONFLICT -> "another transaction had changed the same rows";
      case STALE_SCHEMA -> "the schema had changed";
      case CONNECTION, UNKNOWN_COMMIT -> "the connection was lost";
    };
  }

  private static String advice(RetryKind kind) {
    return kind == RetryKind.CONFLICT
        ? "spread the writes over more rows, make the transaction shorter, or allow more attempts"
            + " (maxAttempts) or time (maxElapsed)."
        : "look for the cause of these failures, or allow more of them (maxOtherFailures), more"
            + " attempts (maxAttempts) or time (maxElapsed).";
  }

  /** The reason why the last attempt failed. */
  public RetryKind kind() {
    return kind;
  }

  /** The number of attempts. */
  public int attempts() {
    return attempts;
  }
}
