package io.github.dsqljava.local.dialect;

import io.github.dsqljava.local.sql.SqlStatement;
import io.github.dsqljava.local.sql.StatementCursor;

/**
 * {@code CREATE SCHEMA}, since 2026-04-24 with statements for its objects. It is inferred that
 * these are refused as if they stood alone.
 */
final class SchemaClauses implements ClauseFinder {
  private final MainStatement inner;

  SchemaClauses(MainStatement inner) {
    this.inner = inner;
  }

  @Override
  public void find(StatementCursor statement, Draft draft) {
    SqlStatement tokens = draft.statement();
    int depth = 0;
    int start = 0;
    for (int i = 1; i < tokens.size(); i++) {
      switch (tokens.kind(i)) {
        case LEFT_PARENTHESIS -> depth++;
        case RIGHT_PARENTHESIS -> depth--;
        default -> {
          // Both words are reserved, so they stand for nothing else here.
          if (depth == 0 && (tokens.is(i, "CREATE") || tokens.is(i, "GRANT"))) {
            element(tokens, start, i, draft);
            start = i;
          }
        }
      }
    }
    element(tokens, start, tokens.size(), draft);
  }

  private void element(SqlStatement tokens, int start, int end, Draft draft) {
    if (start > 0) { // the first is the schema itself
      SqlStatement element = tokens.part(start, end);
      Draft part = draft.ofBody(element);
      inner.find(new StatementCursor(element), part);
      part.finish().refusal().ifPresent(draft::refuse);
      draft.replaceAsIn(part);
    }
  }
}
