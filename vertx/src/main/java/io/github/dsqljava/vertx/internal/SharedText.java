package io.github.dsqljava.vertx.internal;

import io.github.dsqljava.spi.SqlText;
import java.util.Set;

/**
 * Examines a statement's possible effects on a shared connection, without parsing its text. On a no
 * the caller takes the slower way, so the answer in doubt is no.
 */
final class SharedText {

  /** Statements that read or write rows and leave no state in the session. */
  private static final Set<String> OF_ROWS =
      Set.of("SELECT", "INSERT", "UPDATE", "DELETE", "WITH", "VALUES", "TABLE", "SHOW");

  private static final Set<String> OF_TRANSACTIONS =
      Set.of("BEGIN", "START", "COMMIT", "END", "ROLLBACK", "ABORT", "SAVEPOINT", "RELEASE");

  private static final Set<String> OF_SETTINGS = Set.of("SET", "RESET");

  private SharedText() {}

  /**
   * Whether a statement may be sent between other callers': surely one statement that leaves no
   * state in the session, neither a transaction nor a setting.
   *
   * @param single whether the protocol takes only one statement
   */
  static boolean isShareable(String sql, boolean single) {
    return OF_ROWS.contains(commandWord(sql))
        && (single || !SqlText.hasInnerSemicolon(sql))
        && !SqlText.mayChangeSettings(sql);
  }

  /** Whether a text surely begins with a statement that begins or ends a transaction. */
  static boolean controlsTransactions(String sql) {
    return OF_TRANSACTIONS.contains(commandWord(sql));
  }

  /** Whether a text surely begins with a statement that changes settings of the session. */
  static boolean changesSettings(String sql) {
    return OF_SETTINGS.contains(commandWord(sql));
  }

  /** Returns the first word after white space, comments and parentheses, in upper case. */
  private static String commandWord(String sql) {
    int start = 0;
    int next = skipped(sql, start);
    while (next != start) {
      start = next;
      next = skipped(sql, start);
    }
    return SqlText.wordAt(sql, start);
  }

  /**
   * Returns the offset behind a space, comment or parenthesis at an offset; else the same offset.
   */
  private static int skipped(String sql, int start) {
    if (start < sql.length() && (SqlText.isSpace(sql.charAt(start)) || sql.charAt(start) == '(')) {
      return start + 1;
    }
    if (sql.startsWith("--", start)) {
      int at = start;
      while (at < sql.length() && sql.charAt(at) != '\n' && sql.charAt(at) != '\r') {
        at++;
      }
      return at;
    }
    return sql.startsWith("/*", start) ? endOfComment(sql, start) : start;
  }

  /** Returns the end of a comment, which may contain others. */
  private static int endOfComment(String sql, int start) {
    int at = start + 2;
    for (int depth = 1; depth > 0; ) {
      if (at >= sql.length()) {
        return sql.length();
      }
      boolean opens = sql.startsWith("/*", at);
      boolean closes = sql.startsWith("*/", at);
      depth += opens ? 1 : closes ? -1 : 0;
      at += opens || closes ? 2 : 1;
    }
    return at;
  }
}
