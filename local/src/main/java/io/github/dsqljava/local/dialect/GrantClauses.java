package io.github.dsqljava.local.dialect;

import io.github.dsqljava.local.sql.StatementCursor;
import java.util.Optional;

/**
 * {@code GRANT} and {@code REVOKE} of privileges and of roles. It is inferred that REVOKE is
 * refused like GRANT.
 */
final class GrantClauses implements ClauseFinder {
  @Override
  public void find(StatementCursor statement, Draft draft) {
    if (!statement.seek("ON")) {
      draft.is("GrantRole", StatementClass.DDL, TransactionEffect.DDL);
      return;
    }
    statement.skip();
    if (statement.accept("DATABASE")) {
      draft.found(Clause.GRANT_ON_DATABASE);
    } else if (statement.accept("SCHEMA")) {
      while (!statement.atEnd()) {
        StatementCursor schema = statement.element();
        if (schema.identifier().equals(Optional.of("public"))) {
          draft.found(Clause.GRANT_ON_PUBLIC);
        }
        // The list ends where the roles begin.
        if (schema.at("TO") || schema.at("FROM")) {
          return;
        }
      }
    }
  }
}
