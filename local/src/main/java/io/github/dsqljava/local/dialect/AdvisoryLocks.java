package io.github.dsqljava.local.dialect;

import io.github.dsqljava.local.sql.SqlToken;

/** The functions for advisory locks. That all of them are refused alike is inferred from two. */
final class AdvisoryLocks {
  private static final String LOCK = "pg_advisory_";
  private static final String TRY_LOCK = "pg_try_advisory_";

  private AdvisoryLocks() {}

  /** Whether a name, in lower case unless it was quoted, is that of such a function. */
  static boolean isName(String name) {
    return name.startsWith(LOCK) || name.startsWith(TRY_LOCK);
  }

  /** Whether a token may be such a name; false for nearly all others, and without allocation. */
  static boolean mayBe(SqlToken token) {
    return mayBe(token.sql(), token.kind(), token.start());
  }

  static boolean mayBe(String sql, SqlToken.Kind kind, int start) {
    return switch (kind) {
      case IDENTIFIER -> begins(sql, start);
      case QUOTED_IDENTIFIER -> begins(sql, start + 1);
      case UNICODE_IDENTIFIER -> true;
      default -> false;
    };
  }

  private static boolean begins(String sql, int start) {
    return sql.regionMatches(/* ignoreCase= */ true, start, LOCK, 0, LOCK.length())
        || sql.regionMatches(/* ignoreCase= */ true, start, TRY_LOCK, 0, TRY_LOCK.length());
  }
}
