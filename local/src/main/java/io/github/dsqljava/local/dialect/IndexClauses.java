package io.github.dsqljava.local.dialect;

import io.github.dsqljava.local.sql.SqlToken;
import io.github.dsqljava.local.sql.SqlToken.Kind;
import io.github.dsqljava.local.sql.StatementCursor;

/**
 * {@code CREATE INDEX}. The order of the checks follows MiniStack's measurements: CONCURRENTLY,
 * USING, the missing ASYNC, then the list of keys.
 */
final class IndexClauses implements ClauseFinder {
  @Override
  public void find(StatementCursor statement, Draft draft) {
    statement.accept("CREATE");
    SqlToken unique = statement.at("UNIQUE") ? statement.token() : null;
    statement.accept("UNIQUE");
    if (!statement.accept("INDEX")) {
      return;
    }
    boolean async = statement.at("ASYNC");
    if (async) {
      draft.replace(statement.token(), AsyncMarks.ASYNC);
      if (unique != null) {
        draft.replace(unique, AsyncMarks.UNIQUE);
      }
      draft.has(unique == null ? AsyncForm.CREATE_INDEX : AsyncForm.CREATE_UNIQUE_INDEX);
      statement.skip();
    } else if (statement.accept("CONCURRENTLY")) {
      draft.found(Clause.INDEX_CONCURRENTLY);
    }
    statement.accept("IF", "NOT", "EXISTS");
    if (statement.at("ASYNC")) {
      draft.found(Clause.INDEX_NAMED_ASYNC, statement.token().text());
    }
    if (!statement.at("ON")) {
      statement.identifier();
    }
    if (!statement.accept("ON")) {
      return;
    }
    statement.accept("ONLY");
    statement.qualifiedName();
    if (statement.accept("USING")) {
      draft.found(Clause.INDEX_USING);
      statement.identifier();
    }
    if (!async) {
      draft.found(Clause.INDEX_WITHOUT_ASYNC);
    }
    StatementCursor keys = statement.group();
    if (statement.holds("WHERE")) {
      draft.found(Clause.PARTIAL_INDEX);
    }
    while (!keys.atEnd()) {
      key(keys.element(), draft);
    }
  }

  private static void key(StatementCursor key, Draft draft) {
    if (key.at(Kind.LEFT_PARENTHESIS)) {
      draft.found(Clause.EXPRESSION_INDEX);
      key.skipGroup();
    } else {
      key.qualifiedName();
      if (key.at(Kind.LEFT_PARENTHESIS)) {
        draft.found(Clause.EXPRESSION_INDEX);
        key.skipGroup();
      }
    }
    if (key.accept("COLLATE")) {
      draft.found(Clause.COLLATE);
      key.qualifiedName();
    }
    if (isName(key) && !key.at("ASC") && !key.at("DESC") && !key.at("NULLS")) {
      draft.found(Clause.INDEX_OPERATOR_CLASS);
      key.qualifiedName();
      key.group();
    }
    if (key.holds("ASC") || key.holds("DESC")) {
      draft.found(Clause.INDEX_SORT_ORDER);
    }
  }

  private static boolean isName(StatementCursor key) {
    if (key.atEnd()) {
      return false;
    }
    SqlToken.Kind kind = key.token().kind();
    return kind == Kind.IDENTIFIER
        || kind == Kind.QUOTED_IDENTIFIER
        || kind == Kind.UNICODE_IDENTIFIER;
  }
}
