package io.github.dsqljava.local.dialect;

import io.github.dsqljava.local.sql.StatementCursor;

/**
 * Looks at the clauses of one kind of statement. What does not have the shape of that statement is
 * left alone, for PostgreSQL to refuse it. Stateless and thread-safe.
 */
@FunctionalInterface
interface ClauseFinder {
  /** Looks at nothing. */
  ClauseFinder NONE = (statement, draft) -> {};

  /**
   * Tells what it finds, in the order in which the service checks it, as far as that is known.
   *
   * @param statement stands before the first token
   */
  void find(StatementCursor statement, Draft draft);
}
