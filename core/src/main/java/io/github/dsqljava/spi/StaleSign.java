package io.github.dsqljava.spi;

import io.github.dsqljava.RetryKind;
import io.github.dsqljava.ServerError;
import java.util.Optional;

/**
 * A sign in a server's error that the prepared statements of a connection are stale: another
 * session has changed the schema. The adapter then forgets the statements.
 *
 * <pre>{@code
 * if (StaleSign.of(error, prepared).isPresent()) {
 *   connection.forgetStatements();
 * }
 * }</pre>
 */
public enum StaleSign {
  /** The session has got a schema conflict (OC001). Each session gets one of its own. */
  TOLD,

  /** PostgreSQL refuses a statement whose result type has changed (0A000). */
  PROVEN,

  /**
   * The error may come from a stale statement or from a mistake in the program, such as a value
   * that does not fit its parameter or a missing column.
   */
  SUSPECTED;

  /** PostgreSQL's words since version 7.4, which drivers rely on ({@code plancache.c}). */
  private static final String CACHED_PLAN = "cached plan must not change result type";

  private static final String INSUFFICIENT_PRIVILEGE = "42501";

  /**
   * Looks for a sign in an error.
   *
   * @param prepared whether the statement had been prepared successfully before it failed: then an
   *     error about its text has a cause that came later
   */
  public static Optional<StaleSign> of(ServerError error, boolean prepared) {
    if (RetryKind.of(error).filter(kind -> kind == RetryKind.STALE_SCHEMA).isPresent()) {
      return Optional.of(TOLD);
    }
    if (error.sqlState().equals("0A000") && error.message().equals(CACHED_PLAN)) {
      return Optional.of(PROVEN);
    }
    return prepared && isSuspect(error.sqlState()) ? Optional.of(SUSPECTED) : Optional.empty();
  }

  /**
   * 08P01: another number of columns, or bytes that do not form a value; 22P03: likewise; 26000: no
   * such prepared statement; class 42 (except for rights): the text is no longer valid.
   */
  private static boolean isSuspect(String sqlState) {
    return switch (sqlState) {
      case "08P01", "22P03", "26000" -> true;
      default -> sqlState.startsWith("42") && !sqlState.equals(INSUFFICIENT_PRIVILEGE);
    };
  }
}
