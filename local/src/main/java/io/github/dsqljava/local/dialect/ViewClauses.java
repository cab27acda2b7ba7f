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
    boolean temporary = cursor.accept("TEMP") || cursor.accept("TEMPORARY");
    cursor.accept("RECURSIVE");
    cursor.accept("VIEW");
    if (TemporaryName.accept(cursor) || temporary) {
      draft.found(Clause.TEMPORARY_VIEW);
    }
    queries.find(statement, draft);
  }
}
