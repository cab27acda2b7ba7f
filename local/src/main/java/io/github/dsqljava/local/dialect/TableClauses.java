package io.github.dsqljava.local.dialect;

import io.github.dsqljava.local.sql.SqlToken.Kind;
import io.github.dsqljava.local.sql.StatementCursor;

/** {@code CREATE TABLE}. */
final class TableClauses implements ClauseFinder {
  private final QueryClauses queries = new QueryClauses();

  @Override
  public void find(StatementCursor statement, Draft draft) {
    StatementCursor cursor = statement.copy();
    cursor.accept("CREATE");
    if (cursor.copy().seek("AS")) {
      // It is another node, refused before any of its clauses.
      draft.found(Clause.TABLE_AS);
      draft.is("CreateTableAs", StatementClass.DDL, TransactionEffect.DDL);
    }
    if (!cursor.accept("GLOBAL")) {
      cursor.accept("LOCAL");
    }
    boolean temporary = cursor.accept("TEMP") || cursor.accept("TEMPORARY");
    if (temporary) {
      draft.found(Clause.TEMPORARY_TABLE);
    } else if (cursor.accept("UNLOGGED")) {
      draft.found(Clause.UNLOGGED_TABLE);
    }
    if (!cursor.accept("TABLE")) {
      return;
    }
    cursor.accept("IF", "NOT", "EXISTS");
    if (TemporaryName.accept(cursor) && !temporary) {
      draft.found(Clause.TEMPORARY_TABLE);
    }
    if (cursor.accept("PARTITION", "OF")) {
      draft.found(Clause.PARTITION_OF);
      cursor.qualifiedName();
    }
    if (cursor.at(Kind.LEFT_PARENTHESIS)) {
      StatementCursor elements = cursor.group();
      while (!elements.atEnd()) {
        ColumnClauses.ofElement(elements.element(), draft);
      }
    }
    tail(cursor, draft);
    queries.find(statement, draft);
  }

  private static void tail(StatementCursor cursor, Draft draft) {
    while (!cursor.atEnd()) {
      if (cursor.accept("PARTITION", "BY")) {
        draft.found(Clause.PARTITION_BY);
      } else if (cursor.accept("INHERITS")) {
        draft.found(Clause.INHERITS);
      } else if (cursor.accept("WITH")) {
        if (cursor.at(Kind.LEFT_PARENTHESIS)) {
          draft.found(Clause.STORAGE_PARAMETERS);
        }
      } else if (cursor.accept("ON", "COMMIT")) {
        draft.found(Clause.ON_COMMIT);
      } else if (cursor.accept("USING")) {
        draft.found(Clause.TABLE_USING);
      } else if (cursor.accept("TABLESPACE")) {
        draft.found(Clause.TABLESPACE);
      } else {
        cursor.skipGroup();
      }
    }
  }
}
