package io.github.dsqljava;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * A transaction's deadline for all attempts together passed before COMMIT was sent. Nothing of it
 * is in the database. (After COMMIT was sent, it would be a {@link CommitOutcomeUnknownException}.)
 *
 * <pre>{@code
 * if (failure instanceof TransactionTimeoutException timeout) {
 *   log("gave up after " + timeout.attempts() + " attempts");
 * }
 * }</pre>
 */
public final class TransactionTimeoutException extends DsqlException {

  private static final long serialVersionUID = 1L;

  private final int attempts;

  /**
   * Made by the runner of transactions.
   *
   * @param deadline the deadline, from the beginning
   * @param attempts the number of attempts begun
   * @param cause the failure of the previous attempt, or null
   */
  public TransactionTimeoutException(Duration deadline, int attempts, @Nullable Throwable cause) {
    super(
        "The transaction was not done within its deadline of "
            + deadline
            + " and is rolled back (attempt "
            + attempts
            + "). A statement in flight is given up with its connection, because Aurora DSQL does"
            + " not cancel statements.",
        cause);
    this.attempts = attempts;
  }

  /** The number of attempts begun. */
  public int attempts() {
    return attempts;
  }
}
