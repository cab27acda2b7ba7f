package io.github.dsqljava.local.dialect;

import io.github.dsqljava.local.sql.SqlStatement;
import io.github.dsqljava.local.sql.SqlStatements;
import io.github.dsqljava.local.sql.SqlToken.Kind;
import io.github.dsqljava.local.sql.StatementCursor;
import java.util.Locale;
import java.util.Optional;

/**
 * {@code CREATE FUNCTION}. Checks a body in SQL, after BEGIN ATOMIC or RETURN or in a string,
 * because otherwise a function could bypass every refusal. It is inferred that the service refuses
 * the definition and not the call, because it reads the body at the definition.
 */
final class FunctionClauses implements ClauseFinder {
  /**
   * The refusal of bodies that cannot be checked, or that change the schema; no source names them.
   */
  private static final Refusal UNREAD =
      Refusal.notSupported("unsupported statement: CreateFunction", Source.UNLISTED);

  private final QueryClauses queries = new QueryClauses();
  private final MainStatement inner;

  FunctionClauses(MainStatement inner) {
    this.inner = inner;
  }

  @Override
  public void find(StatementCursor statement, Draft draft) {
    if (draft.isInBody()) {
      draft.refuse(UNREAD); // a body in a body would take a second look at its text
      return;
    }
    TemporaryName.find(statement.copy(), "function", draft);
    StatementCursor cursor = statement.copy();
    if (cursor.seek("LANGUAGE")) {
      cursor.skip();
      language(cursor)
          .map(name -> name.toLowerCase(Locale.ROOT))
          .filter(name -> !name.equals("sql"))
          .ifPresent(name -> draft.found(Clause.FUNCTION_LANGUAGE, name));
    }
    StatementCursor definition = statement.copy();
    SettingClauses.findInRoutine(statement.copy(), draft);
    findMerge(statement.copy(), draft);
    queries.find(statement, draft);
    if (definition.seek("AS")) {
      definition.skip();
      if (definition.at(Kind.UNICODE_STRING)) {
        draft.refuse(UNREAD); // its value depends on a clause behind it
      } else if (!definition.atEnd()) {
        definition.string().ifPresent(body -> findInBody(body, draft));
      }
    }
  }

  /** Looks for MERGE in a body behind BEGIN ATOMIC. */
  private void findMerge(StatementCursor statement, Draft draft) {
    StatementCursor cursor = statement.copy();
    if (!cursor.seek("BEGIN", "ATOMIC")) {
      return;
    }
    for (; !cursor.atEnd(); cursor.skip()) {
      if (cursor.at("MERGE", "INTO")) {
        Draft part = draft.ofBody(draft.statement());
        inner.find(cursor.copy(), part);
        part.finish().refusal().ifPresent(draft::refuse);
      }
    }
  }

  private void findInBody(String body, Draft draft) {
    for (SqlStatement statement : SqlStatements.split(body)) {
      Draft part = draft.ofBody(statement);
      inner.find(new StatementCursor(statement), part);
      part.finish().refusal().ifPresent(draft::refuse);
      if (part.effect() == TransactionEffect.DDL) {
        draft.refuse(UNREAD); // a call of it would be DDL, and look like a query
      }
    }
  }

  private static Optional<String> language(StatementCursor cursor) {
    Optional<String> name = cursor.identifier();
    return name.isPresent() ? name : cursor.string();
  }
}
