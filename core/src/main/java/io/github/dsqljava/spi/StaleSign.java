package io.github.dsqljava.spi;

import io.github.dsqljava.RetryKind;
import io.github.dsqljava.ServerError;
import java.util.Optional;

/**
 * What a server's error says about the statements that a connection has prepared: another session
 * has changed the schema, and they do not fit it any more. Whoever sees one forgets them.
 *
 * <pre>{@code
 * if (StaleSign.of(error, prepared).isPresent()) {
 *   connection.forgetStatements();
 * }
 * }</pre>
 */
public enum StaleSign {
  /** The session was told that the schema has changed (OC001). Every session is told by itself. */
  TOLD,

  /** PostgreSQL refuses a statement whose result would be another one than it was (0A000). */
  PROVEN,

  /**
   * What happens with statements that do not fit, and with mistakes of a program: a value that does
   * not fit its parameter, a column that is not there.
   */
  SUSPECTED;

  /** PostgreSQL's words since version 7.4, which drivers go by ({@code plancache.c}). */
  private static final String CACHED_PLAN = "cached plan must not change result type";

  private static final String INSUFFICIENT_PRIVILEGE = "42501";

  /**
   * Looks for a sign in an error.
   *
   * @param prepared whether the statement had been prepared, successfully, when it failed: what the
   *     server says about its text then has come about since
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
   * 08P01: another number of columns, or bytes that do not make a value; 22P03: likewise; 26000: no
   * such prepared statement; class 42 (but for rights): the text means nothing any more.
   */
  private static boolean isSuspect(String sqlState) {
    return switch (sqlState) {
      case "08P01", "22P03", "26000" -> true;
      default -> sqlState.startsWith("42") && !sqlState.equals(INSUFFICIENT_PRIVILEGE);
    };
  }
}
