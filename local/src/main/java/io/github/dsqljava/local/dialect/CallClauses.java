package io.github.dsqljava.local.dialect;

import io.github.dsqljava.local.sql.SqlToken.Kind;
import io.github.dsqljava.local.sql.StatementCursor;
import java.util.Optional;

/**
 * {@code CALL}, of which {@code sys.wait_for_job} has to stand alone. The procedures that stand in
 * for {@code AWS IAM} do what that does, whoever calls them: by their own names, whatever the
 * search path is.
 */
final class CallClauses implements ClauseFinder {
  private static final Optional<String> SYS = Optional.of("sys");

  @Override
  public void find(StatementCursor statement, Draft draft) {
    statement.accept("CALL");
    Optional<String> qualifier = Optional.empty();
    Optional<String> name = statement.identifier();
    while (statement.accept(Kind.DOT)) {
      qualifier = name;
      name = statement.identifier();
    }
    if (qualifier.equals(SYS) && name.equals(Optional.of("wait_for_job"))) {
      draft.has(TransactionEffect.ALONE);
    } else if (name.filter(IamGrantClauses::isProcedure).isPresent()) {
      draft.has(TransactionEffect.DDL);
    }
  }
}
