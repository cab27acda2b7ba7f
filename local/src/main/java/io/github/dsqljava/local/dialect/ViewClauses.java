package io.github.dsqljava.local.dialect;

import io.github.dsqljava.local.sql.StatementCursor;

/** {@code CREATE VIEW}. */
final class ViewClauses implements ClauseFinder {
  private final QueryClauses queries = new QueryClauses();

  @Override
  public void find(StatementCursor statement, Draft draft) {
    StatementCursor cursor = statement.copy();
    cursor.accept("CREATE");
    cursor.accept("OR", "REPLACE");
    if (!cursor.accept("LOCAL")) {
      cursor.accept("GLOBAL");
    }
    if (cursor.at("TEMP") || cursor.at("TEMPORARY")) {
      draft.found(Clause.TEMPORARY_VIEW);
    }
    queries.find(statement, draft);
  }
}
