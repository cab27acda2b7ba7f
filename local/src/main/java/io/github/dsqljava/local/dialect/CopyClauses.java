package io.github.dsqljava.local.dialect;

import io.github.dsqljava.local.sql.SqlToken.Kind;
import io.github.dsqljava.local.sql.StatementCursor;

/**
 * {@code COPY}. The sources disagree on copying from the client. dsql-local accepts it, as
 * dsql-lint does.
 */
final class CopyClauses implements ClauseFinder {
  private final MainStatement inner;

  CopyClauses(MainStatement inner) {
    this.inner = inner;
  }

  @Override
  public void find(StatementCursor statement, Draft draft) {
    statement.accept("COPY");
    TransactionEffect effect = TransactionEffect.NONE;
    if (statement.at(Kind.LEFT_PARENTHESIS)) {
      inner.find(statement.group(), draft);
      effect = draft.effect();
    } else {
      statement.accept("BINARY");
      statement.qualifiedName();
      statement.group();
    }
    boolean from = statement.accept("FROM");
    if (!from && !statement.accept("TO")) {
      return;
    }
    if (from) {
      draft.is("Copy", StatementClass.DML, TransactionEffect.DML);
      draft.has(Trait.CHANGES_ROWS);
    } else {
      StatementClass copied =
          effect == TransactionEffect.DML ? StatementClass.DML : StatementClass.QUERY;
      draft.is("Copy", copied, effect);
    }
    if (!statement.at("STDIN") && !statement.at("STDOUT")) {
      draft.found(Clause.COPY_FILE);
    }
  }
}
