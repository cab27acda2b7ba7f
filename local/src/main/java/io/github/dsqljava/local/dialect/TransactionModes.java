package io.github.dsqljava.local.dialect;

import io.github.dsqljava.local.sql.SqlToken.Kind;
import io.github.dsqljava.local.sql.StatementCursor;
import java.util.List;
import java.util.Optional;

/**
 * The modes behind {@code BEGIN} or {@code SET TRANSACTION}. PostgreSQL 16, "SET TRANSACTION".
 *
 * @param count the number of modes
 * @param unsupportedLevel the first isolation level that Aurora DSQL does not have, in upper case
 */
record TransactionModes(int count, Optional<String> unsupportedLevel) {
  private static final String SUPPORTED_LEVEL = "REPEATABLE READ";
  private static final List<String[]> LEVELS =
      List.of(
          new String[] {"READ", "UNCOMMITTED"},
          new String[] {"READ", "COMMITTED"},
          new String[] {"REPEATABLE", "READ"},
          new String[] {"SERIALIZABLE"});
  private static final List<String[]> OTHER_MODES =
      List.of(
          new String[] {"READ", "ONLY"},
          new String[] {"READ", "WRITE"},
          new String[] {"DEFERRABLE"},
          new String[] {"NOT", "DEFERRABLE"});

  /** Reads modes, possibly none, to the end of the statement; empty if anything else follows. */
  static Optional<TransactionModes> parse(StatementCursor cursor) {
    int count = 0;
    Optional<String> unsupported = Optional.empty();
    while (!cursor.atEnd()) {
      if (count > 0 && cursor.accept(Kind.COMMA) && cursor.atEnd()) {
        return Optional.empty();
      }
      if (cursor.accept("ISOLATION", "LEVEL")) {
        Optional<String> level = acceptAny(cursor, LEVELS);
        if (level.isEmpty()) {
          return Optional.empty();
        }
        unsupported = unsupported.or(() -> level.filter(name -> !name.equals(SUPPORTED_LEVEL)));
      } else if (acceptAny(cursor, OTHER_MODES).isEmpty()) {
        return Optional.empty();
      }
      count++;
    }
    return Optional.of(new TransactionModes(count, unsupported));
  }

  private static Optional<String> acceptAny(StatementCursor cursor, List<String[]> choices) {
    for (String[] keywords : choices) {
      if (cursor.accept(keywords)) {
        return Optional.of(String.join(" ", keywords));
      }
    }
    return Optional.empty();
  }
}
