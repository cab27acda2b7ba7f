package io.github.dsqljava.local.dialect;

import io.github.dsqljava.local.sql.SqlToken.Kind;
import io.github.dsqljava.local.sql.StatementCursor;

/** {@code CREATE TYPE}, which PostgreSQL parses into four different nodes. */
final class TypeClauses implements ClauseFinder {
  @Override
  public void find(StatementCursor statement, Draft draft) {
    statement.accept("CREATE", "TYPE");
    statement.qualifiedName();
    if (statement.accept("AS", "ENUM")) {
      is("CreateEnum", Clause.ENUM_TYPE, draft);
    } else if (statement.accept("AS", "RANGE")) {
      is("CreateRange", Clause.RANGE_TYPE, draft);
    } else if (statement.accept("AS") && statement.at(Kind.LEFT_PARENTHESIS)) {
      is("CompositeType", Clause.COMPOSITE_TYPE, draft);
    } else if (statement.atEnd() || statement.at(Kind.LEFT_PARENTHESIS)) {
      is("Define", Clause.BASE_TYPE, draft);
    }
  }

  private static void is(String node, Clause clause, Draft draft) {
    draft.is(node, StatementClass.DDL, TransactionEffect.DDL);
    draft.found(clause);
  }
}
