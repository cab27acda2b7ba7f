package io.github.dsqljava.local.session;

import io.github.dsqljava.local.wire.ErrorMessage;
import java.time.Duration;
import java.util.Set;

/** Aurora DSQL's answer to a lost race, and what PostgreSQL says instead. */
final class Conflicts {
  static final String SERIALIZATION_FAILURE = "40001";
  static final String DEADLOCK = "40P01";
  static final String QUERY_CANCELED = "57014";
  static final String UNIQUE_VIOLATION = "23505";
  static final String FOREIGN_KEY_VIOLATION = "23503";

  private static final String LIMIT_EXCEEDED = "54000";

  /**
   * What a statement may fail with because of commits that its snapshot does not show, or for good
   * reasons.
   */
  private static final Set<String> PERHAPS_CONFLICT =
      Set.of(SERIALIZATION_FAILURE, DEADLOCK, UNIQUE_VIOLATION, FOREIGN_KEY_VIOLATION);

  /** What only a concurrent commit can bring about when changes are repeated on the snapshot. */
  private static final Set<String> CONFLICT_OF_REPLAY =
      Set.of(SERIALIZATION_FAILURE, UNIQUE_VIOLATION, FOREIGN_KEY_VIOLATION);

  private Conflicts() {}

  static boolean mayBeConflict(String sqlState) {
    return PERHAPS_CONFLICT.contains(sqlState);
  }

  static boolean isConflictOfReplay(String sqlState) {
    return CONFLICT_OF_REPLAY.contains(sqlState);
  }

  /** Two transactions crossed; one of them was stopped. */
  static boolean isCircle(String sqlState) {
    return sqlState.equals(DEADLOCK) || sqlState.equals(QUERY_CANCELED);
  }

  /** The table is gone, or its rows do not fit any more. */
  static boolean isSchemaConflictOfReplay(String sqlState) {
    return !isConflictOfReplay(sqlState)
        && (sqlState.startsWith("42") || sqlState.startsWith("22") || sqlState.startsWith("23"));
  }

  static ErrorMessage rowConflict() {
    return error("change conflicts with another transaction (OC000)");
  }

  static ErrorMessage schemaConflict() {
    return error("schema has been updated by another transaction (OC001)");
  }

  static boolean isSchemaConflict(ErrorMessage error) {
    return error.sqlState().equals(SERIALIZATION_FAILURE) && error.field('M').contains("OC001");
  }

  /** The service's rule; a transaction that lives on shadows could not do otherwise. */
  static ErrorMessage schemaChangeWithData() {
    return ErrorMessage.error("0A000", "ddl and dml are not supported in the same transaction");
  }

  /** A transaction has changed more than it may; shadows do not count, so its COMMIT tells. */
  static boolean isLimit(String sqlState) {
    return sqlState.equals(LIMIT_EXCEEDED);
  }

  static ErrorMessage limit(ErrorMessage found) {
    return ErrorMessage.error(LIMIT_EXCEEDED, found.field('M'));
  }

  static ErrorMessage tooOld(Duration age, Duration limit) {
    return ErrorMessage.error(
            LIMIT_EXCEEDED, "transaction age limit of " + limit.toSeconds() + "s exceeded")
        .with(
            'D',
            "Current transaction age " + age.toSeconds() + "s exceeds " + limit.toSeconds() + "s");
  }

  /** PostgreSQL's answer to a Parse message with several statements, once it has read them all. */
  static boolean isOnlyNumberOfStatements(ErrorMessage error) {
    return error.sqlState().equals("42601")
        && error.field('M').equals("cannot insert multiple commands into a prepared statement");
  }

  /** PostgreSQL's warning to who ends a transaction that is none; a notice, not an error. */
  static ErrorMessage noTransaction() {
    return ErrorMessage.error("25P01", "there is no transaction in progress")
        .with('S', "WARNING")
        .with('V', "WARNING");
  }

  private static ErrorMessage error(String message) {
    return ErrorMessage.error(SERIALIZATION_FAILURE, message);
  }
}
