package io.github.dsqljava.local.dialect;

import io.github.dsqljava.local.sql.SqlToken;

/**
 * The functions for advisory locks. The service is known to refuse two of them; the refusal of the
 * others is inferred.
 */
final class AdvisoryLocks {
  private static final String LOCK = "pg_advisory_";
  private static final String TRY_LOCK = "pg_try_advisory_";

  private AdvisoryLocks() {}

  /** Whether such a function has this name, which is in lower case unless it was quoted. */
  static boolean isName(String name) {
    return name.startsWith(LOCK) || name.startsWith(TRY_LOCK);
  }

  /** Whether a token may be such a name; false for nearly all others. */
  static boolean mayBe(SqlToken token) {
    return switch (token.kind()) {
      case IDENTIFIER -> begins(token.sql(), token.start());
      case QUOTED_IDENTIFIER -> begins(token.sql(), token.start() + 1);
      case UNICODE_IDENTIFIER -> true;
      default -> false;
    };
  }

  private static boolean begins(String sql, int start) {
    return sql.regionMatches(/* ignoreCase= */ true, start, LOCK, 0, LOCK.length())
        || sql.regionMatches(/* ignoreCase= */ true, start, TRY_LOCK, 0, TRY_LOCK.length());
  }
}
