package io.github.dsqljava.local.sql;

/**
 * Finds the ends of operators. PostgreSQL 16, "Operators": as many operator characters as possible,
 * but never the begin of a comment, and no plus or minus at the end unless one of {@code
 * ~!@#%^&|`?} is among them.
 *
 * <p>Facts about a run of operator characters are kept until it is used up. Otherwise a run such as
 * {@code +-+-+-}, which is as many operators as characters, would take quadratic time.
 */
final class OperatorRun {
  private final String sql;

  /** Offset behind the run, which stops at a comment. */
  private int runEnd;

  /** Offset behind the last character of the run that is neither plus nor minus. */
  private int signsStart;

  /** Offset of the last character that allows a sign at the end, or -1. */
  private int lastUncommon;

  OperatorRun(String sql) {
    this.sql = sql;
  }

  /** Offset behind the operator that begins at a position. Positions have to grow. */
  int end(int start) {
    if (start >= runEnd) {
      measure(start);
    }
    if (lastUncommon >= start) {
      return runEnd;
    }
    return Math.max(signsStart, start + 1);
  }

  private void measure(int start) {
    signsStart = start;
    lastUncommon = -1;
    int position = start;
    while (position < sql.length() && SqlCharacters.isOperator(sql.charAt(position))) {
      if (position > start && (sql.startsWith("--", position) || sql.startsWith("/*", position))) {
        break;
      }
      char character = sql.charAt(position);
      if (SqlCharacters.isUncommonOperator(character)) {
        lastUncommon = position;
      }
      position++;
      if (character != '+' && character != '-') {
        signsStart = position;
      }
    }
    runEnd = position;
  }
}
