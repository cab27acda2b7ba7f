package io.github.dsqljava.local.dialect;

import io.github.dsqljava.local.sql.StatementCursor;

/**
 * Finds the clauses of one kind of statement. Ignores malformed ones, because PostgreSQL refuses
 * those. Stateless and thread-safe.
 */
@FunctionalInterface
interface ClauseFinder {
  /** Finds nothing. */
  ClauseFinder NONE = (statement, draft) -> {};

  /**
   * Reports its findings to the draft, in the order of the service's checks as far as that is
   * known.
   *
   * @param statement stands before the first token
   */
  void find(StatementCursor statement, Draft draft);
}
