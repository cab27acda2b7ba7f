package io.github.dsqljava.local.dialect;

import io.github.dsqljava.local.sql.StatementCursor;
import java.util.Locale;
import java.util.Optional;

/**
 * {@code CREATE FUNCTION}. A body in SQL after BEGIN ATOMIC or RETURN is looked into; one in a
 * string is not.
 */
final class FunctionClauses implements ClauseFinder {
  private final QueryClauses queries = new QueryClauses();

  @Override
  public void find(StatementCursor statement, Draft draft) {
    StatementCursor cursor = statement.copy();
    if (cursor.seek("LANGUAGE")) {
      cursor.skip();
      language(cursor)
          .map(name -> name.toLowerCase(Locale.ROOT))
          .filter(name -> !name.equals("sql"))
          .ifPresent(name -> draft.found(Clause.FUNCTION_LANGUAGE, name));
    }
    queries.find(statement, draft);
  }

  private static Optional<String> language(StatementCursor cursor) {
    Optional<String> name = cursor.identifier();
    return name.isPresent() ? name : cursor.string();
  }
}
