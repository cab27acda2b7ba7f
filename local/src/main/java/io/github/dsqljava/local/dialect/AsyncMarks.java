package io.github.dsqljava.local.dialect;

import io.github.dsqljava.local.sql.SqlStatement;
import java.util.List;

/**
 * How a statement that asks for a job arrives in PostgreSQL, which does not know {@code ASYNC}:
 * with comments as long as the words whose places they take. The event triggers of {@code jobs.sql}
 * look for them in the text of the message, so a client must not write them: what it has in its
 * comments is blanked, and what it has elsewhere makes the statement one that is refused.
 */
final class AsyncMarks {
  /** In the place of {@code ASYNC}. */
  static final String ASYNC = "/*\u0001*/";

  /**
   * In the place of {@code UNIQUE}. The index is made unique by the job: PostgreSQL would refuse
   * the statement if there were duplicates, the service only finds out while it builds.
   */
  static final String UNIQUE = "/*\u0001\u0001*/";

  private static final char INSIDE = '\u0001';

  private AsyncMarks() {}

  /**
   * An action of {@code ALTER TABLE} that stands for {@code VALIDATE CONSTRAINT}: it says which
   * constraint is meant, and is gone at the end of the statement. PostgreSQL finds a name for it
   * that is free.
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
