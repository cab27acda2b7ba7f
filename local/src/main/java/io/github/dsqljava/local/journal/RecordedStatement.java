package io.github.dsqljava.local.journal;

/**
 * A statement and what became of it, as its client saw it.
 *
 * @param processId PostgreSQL's process, which is one for each connection
 * @param user the role of the connection
 * @param protocol how it was sent
 * @param sql its text as the client sent it, taken for UTF-8; of several in one Query message, its
 *     own part. Parameters of the extended protocol are not kept. Empty for a function call and for
 *     the name of a statement that was never prepared
 * @param inTransaction whether a transaction block was open when it was run: not for the BEGIN
 *     itself, but for the COMMIT
 * @param outcome what became of it
 * @param tag the command tag, such as {@code INSERT 0 1}; empty unless it succeeded, and if a limit
 *     of rows has suspended it
 * @param sqlState of its error; empty unless it failed
 * @param message of its error; empty unless it failed
 */
public record RecordedStatement(
    int processId,
    String user,
    Protocol protocol,
    String sql,
    boolean inTransaction,
    Outcome outcome,
    String tag,
    String sqlState,
    String message) {
  private static final String SERIALIZATION_FAILURE = "40001";
  private static final String FEATURE_NOT_SUPPORTED = "0A000";
  private static final String PROGRAM_LIMIT_EXCEEDED = "54";

  /** How a statement came. */
  public enum Protocol {
    /** In a Query message. */
    SIMPLE,
    /** Parse, Bind, Execute. */
    EXTENDED,
    /** A FunctionCall message. */
    FUNCTION_CALL
  }

  /** What became of a statement. */
  public enum Outcome {
    /** It was answered with a command tag. */
    SUCCEEDED,
    /** It was answered with an error. */
    FAILED,
    /** It was not run, because something before it in its Query or before its Sync failed. */
    SKIPPED,
    /** Its connection ended before there was an answer. */
    UNANSWERED
  }

  /** Whether it lost against another transaction: SQLSTATE 40001. */
  public boolean isConflict() {
    return sqlState.equals(SERIALIZATION_FAILURE);
  }

  /**
   * Whether it was refused for what it is or how much it is: SQLSTATE 0A000, or one of class 54,
   * limits.
   */
  public boolean isRefusal() {
    return sqlState.equals(FEATURE_NOT_SUPPORTED) || sqlState.startsWith(PROGRAM_LIMIT_EXCEEDED);
  }
}
