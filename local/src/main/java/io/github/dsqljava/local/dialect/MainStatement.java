package io.github.dsqljava.local.dialect;

import io.github.dsqljava.local.sql.StatementCursor;

/** Classifies a statement, or one inside another, and finds its clauses. */
@FunctionalInterface
interface MainStatement {
  /** Fills the draft; the cursor stands before the first token of the statement. */
  void find(StatementCursor statement, Draft draft);
}
