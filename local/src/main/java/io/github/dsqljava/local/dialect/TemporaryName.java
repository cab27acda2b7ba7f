package io.github.dsqljava.local.dialect;

import io.github.dsqljava.local.sql.SqlToken.Kind;
import io.github.dsqljava.local.sql.StatementCursor;
import java.util.Locale;
import java.util.Optional;

/**
 * A name in the schema of temporary objects, which makes a new object temporary without the word
 * TEMP. The catalog's rules catch objects that get there by the search path.
 */
final class TemporaryName {
  private static final String SCHEMA = "pg_temp";

  private TemporaryName() {}

  /** Steps over a name with any qualification; tells whether the schema in it is pg_temp. */
  static boolean accept(StatementCursor cursor) {
    Optional<String> last = cursor.identifier();
    Optional<String> schema = Optional.empty();
    while (cursor.accept(Kind.DOT)) {
      schema = last;
      last = cursor.identifier();
    }
    // A session may also name its own by its number.
    return schema.filter(name -> name.equals(SCHEMA) || name.startsWith(SCHEMA + "_")).isPresent();
  }

  /** Checks the name of a new object of a kind for which PostgreSQL has no word TEMP. */
  static void find(StatementCursor statement, String kind, Draft draft) {
    if (statement.seek(kind.toUpperCase(Locale.ROOT))) {
      statement.skip();
      statement.accept("IF", "NOT", "EXISTS");
      if (accept(statement)) {
        draft.found(Clause.TEMPORARY_OBJECT, kind);
      }
    }
  }
}
