package io.github.dsqljava.local.occ;

import java.util.Set;

/** Recognizes conflicts by PostgreSQL's SQLSTATEs. */
public final class Conflicts {
  private static final String SERIALIZATION_FAILURE = "40001";
  private static final String DEADLOCK = "40P01";
  private static final String QUERY_CANCELED = "57014";
  private static final String UNIQUE_VIOLATION = "23505";
  private static final String FOREIGN_KEY_VIOLATION = "23503";
  private static final String LIMIT_EXCEEDED = "54000";

  /**
   * SQLSTATEs of a statement that fails because of a commit that its snapshot does not show, or
   * because of its own mistake.
   */
  private static final Set<String> PERHAPS_CONFLICT =
      Set.of(SERIALIZATION_FAILURE, DEADLOCK, UNIQUE_VIOLATION, FOREIGN_KEY_VIOLATION);

  /**
   * SQLSTATEs that only a concurrent commit can cause when changes are repeated on the snapshot.
   */
  private static final Set<String> CONFLICT_OF_REPEATING =
      Set.of(SERIALIZATION_FAILURE, UNIQUE_VIOLATION, FOREIGN_KEY_VIOLATION);

  private Conflicts() {}

  /** A row has another version than the snapshot shows. */
  public static boolean isSerializationFailure(String sqlState) {
    return sqlState.equals(SERIALIZATION_FAILURE);
  }

  /** Transactions waited for each other, and PostgreSQL has stopped this one. */
  public static boolean isDeadlock(String sqlState) {
    return sqlState.equals(DEADLOCK);
  }

  /** A statement was cancelled. */
  public static boolean isCancellation(String sqlState) {
    return sqlState.equals(QUERY_CANCELED);
  }

  /** A key is taken. */
  public static boolean isUniqueViolation(String sqlState) {
    return sqlState.equals(UNIQUE_VIOLATION);
  }

  /** Whether a statement may have failed because of another transaction. */
  public static boolean mayBeConflict(String sqlState) {
    return PERHAPS_CONFLICT.contains(sqlState);
  }

  static boolean isConflictOfRepeating(String sqlState) {
    return CONFLICT_OF_REPEATING.contains(sqlState);
  }

  /** Two transactions crossed; one of them was stopped. */
  static boolean isCircle(String sqlState) {
    return isDeadlock(sqlState) || isCancellation(sqlState);
  }

  /** The table is gone, or its rows do not fit any more. */
  static boolean isSchemaConflictOfRepeating(String sqlState) {
    return !isConflictOfRepeating(sqlState)
        && (sqlState.startsWith("42") || sqlState.startsWith("22") || sqlState.startsWith("23"));
  }

  /** A transaction exceeds a limit. Shadows do not count, so its COMMIT finds that out. */
  static boolean isLimit(String sqlState) {
    return sqlState.equals(LIMIT_EXCEEDED);
  }
}
