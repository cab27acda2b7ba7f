package io.github.dsqljava.local.dialect;

import io.github.dsqljava.local.sql.SqlStatement;
import java.util.List;

/**
 * Marks in the text of a statement that asks for a job. PostgreSQL does not know {@code ASYNC}, so
 * comments of the same length replace such words. The event triggers of {@code jobs.sql} look for
 * the marks in the text of the message, so a client must not write them: {@link Dialect} blanks
 * marks in its comments, and refuses statements that have them elsewhere.
 */
final class AsyncMarks {
  /** In the place of {@code ASYNC}. */
  static final String ASYNC = "/*\u0001*/";

  /**
   * In the place of {@code UNIQUE}. The job makes the index unique: PostgreSQL would refuse the
   * statement because of duplicates, but the service finds them only while it builds.
   */
  static final String UNIQUE = "/*\u0001\u0001*/";

  private static final char INSIDE = '\u0001';

  private AsyncMarks() {}

  /**
   * An action of {@code ALTER TABLE} that stands for {@code VALIDATE CONSTRAINT}: it names the
   * constraint, and {@code jobs.sql} drops it at the end of the statement. PostgreSQL chooses a
   * free name for it.
   */
  static String validate(String constraint) {
    return "ADD CHECK ('" + constraint.replace("'", "''") + "' <> '') NOT VALID";
  }

  /** Whether a mark may be in a text. */
  static boolean mayBeIn(String sql) {
    return sql.indexOf(INSIDE) >= 0;
  }

  /** Whether a mark is in a text. */
  static boolean isIn(String sql) {
    return sql.contains(ASYNC) || sql.contains(UNIQUE);
  }

  /**
   * Returns a text without marks in its comments, as long as before.
   *
   * @param statements its statements
   */
  static String blankComments(String sql, List<SqlStatement> statements) {
    var blanked = new StringBuilder(sql.replace(INSIDE, ' '));
    for (SqlStatement statement : statements) {
      for (int i = 0; i < statement.size(); i++) {
        int start = statement.token(i).start();
        int end = statement.token(i).end();
        blanked.replace(start, end, sql.substring(start, end));
      }
    }
    return blanked.toString();
  }
}
