package io.github.dsqljava.local.dialect;

import io.github.dsqljava.local.sql.SqlToken.Kind;
import io.github.dsqljava.local.sql.StatementCursor;
import java.util.Optional;

/** {@code CALL}, of which {@code sys.wait_for_job} has to stand alone. */
final class CallClauses implements ClauseFinder {
  @Override
  public void find(StatementCursor statement, Draft draft) {
    statement.accept("CALL");
    boolean sys = statement.identifier().equals(Optional.of("sys"));
    if (sys
        && statement.accept(Kind.DOT)
        && statement.identifier().equals(Optional.of("wait_for_job"))) {
      draft.has(TransactionEffect.ALONE);
    }
  }
}
