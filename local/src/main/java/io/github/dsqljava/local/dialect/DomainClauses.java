package io.github.dsqljava.local.dialect;

import io.github.dsqljava.local.sql.StatementCursor;

/** {@code CREATE DOMAIN}. */
final class DomainClauses implements ClauseFinder {
  @Override
  public void find(StatementCursor statement, Draft draft) {
    TemporaryName.find(statement.copy(), "domain", draft);
    if (statement.holds("COLLATE")) {
      draft.found(Clause.COLLATE);
    }
  }
}
