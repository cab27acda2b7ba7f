package io.github.dsqljava.local.dialect;

import io.github.dsqljava.local.sql.SqlToken.Kind;
import io.github.dsqljava.local.sql.StatementCursor;

/** The {@code CACHE} of a sequence. */
final class CacheSize {
  private static final int LARGE = 65_536;

  private CacheSize() {}

  /** Whether Aurora DSQL accepts the size that follows, or PostgreSQL refuses it. */
  static boolean isAccepted(StatementCursor cursor) {
    cursor.accept("CACHE");
    if (!cursor.at(Kind.NUMBER)) {
      return true;
    }
    try {
      long size = Long.parseLong(cursor.token().text().replace("_", ""));
      return size <= 1 || size >= LARGE;
    } catch (NumberFormatException e) {
      return true;
    }
  }
}
