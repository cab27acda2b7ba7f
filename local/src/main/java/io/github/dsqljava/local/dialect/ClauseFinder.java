package io.github.dsqljava.local.dialect;

import io.github.dsqljava.local.sql.StatementCursor;

/**
 * Looks at the clauses of one kind of statement. It passes over any other shape, which PostgreSQL
 * refuses. Stateless and thread-safe.
 */
@FunctionalInterface
interface ClauseFinder {
  /** Looks at nothing. */
  ClauseFinder NONE = (statement, draft) -> {};

  /**
   * Tells the draft its findings, in the order of the service's checks, as far as that is known.
   *
   * @param statement stands before the first token
   */
  void find(StatementCursor statement, Draft draft);
}
