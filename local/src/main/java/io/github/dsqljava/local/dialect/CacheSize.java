package io.github.dsqljava.local.dialect;

import io.github.dsqljava.local.sql.SqlToken.Kind;
import io.github.dsqljava.local.sql.StatementCursor;
import java.util.OptionalLong;

/** The {@code CACHE} of a sequence. */
final class CacheSize {
  private static final int LARGE = 65_536;

  private CacheSize() {}

  /**
   * Returns the size that follows if Aurora DSQL refuses it. PostgreSQL itself refuses those below
   * 1, in words of its own, which is inferred to be so on the service.
   */
  static OptionalLong refused(StatementCursor cursor) {
    cursor.accept("CACHE");
    if (!cursor.at(Kind.NUMBER)) {
      return OptionalLong.empty();
    }
    try {
      long size = Long.parseLong(cursor.token().text().replace("_", ""));
      return size <= 1 || size >= LARGE ? OptionalLong.empty() : OptionalLong.of(size);
    } catch (NumberFormatException e) {
      return OptionalLong.empty();
    }
  }
}
