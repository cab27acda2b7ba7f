package io.github.dsqljava;

/**
 * COMMIT was sent and its answer was lost: the transaction is either in the database as a whole or
 * not at all, and the connector cannot know which. Look for its effects before you repeat it, or
 * make it safe to repeat and declare it idempotent.
 *
 * <pre>{@code
 * .recover(failure -> failure instanceof CommitOutcomeUnknownException
 *     ? transferExists(id).compose(exists -> exists ? done() : transferAgain(id))
 *     : Future.failedFuture(failure))
 * }</pre>
 */
public final class CommitOutcomeUnknownException extends DsqlException {

  private static final long serialVersionUID = 1L;

  private final int attempts;
  private final String problem;

  /**
   * Made by the runner of transactions.
   *
   * @param attempts the number of attempts; only the last one has an unknown outcome, unless the
   *     transaction was declared idempotent
   * @param problem the event instead of the answer
   * @param cause the same as an exception
   */
  public CommitOutcomeUnknownException(int attempts, String problem, Throwable cause) {
    super(
        "The transaction may or may not be committed: COMMIT was sent, and "
            + problem
            + " instead of its answer (attempt "
            + attempts
            + "). Look for its effects before repeating it, or declare transactions that are safe to"
            + " repeat idempotent.",
        cause);
    this.attempts = attempts;
    this.problem = problem;
  }

  /** The number of attempts, including the last one. */
  public int attempts() {
    return attempts;
  }

  /** The event instead of the answer, as the end of a sentence after "COMMIT was sent, and". */
  public String problem() {
    return problem;
  }
}
