package io.github.dsqljava.local.dialect;

import io.github.dsqljava.local.sql.StatementCursor;

/** {@code CREATE SEQUENCE}. */
final class SequenceClauses implements ClauseFinder {
  @Override
  public void find(StatementCursor statement, Draft draft) {
    StatementCursor cursor = statement.copy();
    cursor.accept("CREATE");
    if (!cursor.accept("LOCAL")) {
      cursor.accept("GLOBAL");
    }
    boolean temporary = cursor.at("TEMP") || cursor.at("TEMPORARY");
    if (!statement.seek("SEQUENCE")) {
      return;
    }
    statement.skip();
    statement.accept("IF", "NOT", "EXISTS");
    if (TemporaryName.accept(statement) || temporary) {
      draft.found(Clause.TEMPORARY_SEQUENCE);
    }
    if (!statement.seek("CACHE")) {
      draft.found(Clause.SEQUENCE_WITHOUT_CACHE);
    } else {
      CacheSize.refused(statement)
          .ifPresent(size -> draft.found(Clause.SEQUENCE_CACHE_SIZE, Long.toString(size)));
    }
  }
}
