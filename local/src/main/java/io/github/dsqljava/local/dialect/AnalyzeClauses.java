package io.github.dsqljava.local.dialect;

import io.github.dsqljava.local.sql.SqlToken.Kind;
import io.github.dsqljava.local.sql.StatementCursor;

/** {@code ANALYZE}, of one relation only. */
final class AnalyzeClauses implements ClauseFinder {
  @Override
  public void find(StatementCursor statement, Draft draft) {
    draft.has(TransactionEffect.OUTSIDE_BLOCK);
    statement.skip();
    if (statement.at(Kind.LEFT_PARENTHESIS)) {
      statement.group();
    } else {
      statement.accept("VERBOSE");
    }
    if (statement.atEnd()) {
      draft.found(Clause.ANALYZE_WITHOUT_RELATION);
      return;
    }
    statement.element();
    if (!statement.atEnd()) {
      draft.found(Clause.ANALYZE_SEVERAL_RELATIONS);
    }
  }
}
