package io.github.dsqljava.local.dialect;

import io.github.dsqljava.local.sql.SqlToken.Kind;
import io.github.dsqljava.local.sql.StatementCursor;
import java.util.Optional;

/**
 * {@code CALL}. {@code sys.wait_for_job} has to stand alone. The procedures behind {@code AWS IAM}
 * count as DDL even if a client calls them. Their names alone tell, so the search path does not
 * matter.
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
