package io.github.dsqljava.local.dialect;

import io.github.dsqljava.local.sql.StatementCursor;

/** {@code DROP} of objects that the service lets a user drop. */
final class DropClauses implements ClauseFinder {
  @Override
  public void find(StatementCursor statement, Draft draft) {
    if (statement.accept("DROP", "INDEX") && statement.at("CONCURRENTLY")) {
      draft.found(Clause.DROP_INDEX_CONCURRENTLY);
    } else if (statement.accept("DROP", "DOMAIN")) {
      statement.accept("IF", "EXISTS");
      while (!statement.atEnd()) {
        StatementCursor name = statement.element();
        name.qualifiedName();
        if (name.at("CASCADE")) {
          draft.found(Clause.DROP_DOMAIN_CASCADE);
        }
      }
    }
  }
}
