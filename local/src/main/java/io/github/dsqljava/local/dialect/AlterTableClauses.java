package io.github.dsqljava.local.dialect;

import io.github.dsqljava.local.sql.SqlToken;
import io.github.dsqljava.local.sql.SqlToken.Kind;
import io.github.dsqljava.local.sql.StatementCursor;
import java.util.List;
import java.util.Optional;

/**
 * {@code ALTER TABLE}, except for renaming it and moving it to another schema, which are statements
 * of their own to PostgreSQL.
 */
final class AlterTableClauses implements ClauseFinder {
  /**
   * An action and its name in the refusal, which is the name that PostgreSQL 16 gives it in its own
   * messages.
   */
  private record Action(String name, Clause clause, String... keywords) {}

  /** Refused, no matter what follows the key words. */
  private static final List<Action> ACTIONS =
      List.of(
          refused("VALIDATE CONSTRAINT", "VALIDATE", "CONSTRAINT"),
          // The reference has these words for all four.
          refused("ENABLE ROW SECURITY", "ENABLE", "ROW", "LEVEL", "SECURITY"),
          refused("ENABLE ROW SECURITY", "DISABLE", "ROW", "LEVEL", "SECURITY"),
          refused("ENABLE ROW SECURITY", "FORCE", "ROW", "LEVEL", "SECURITY"),
          refused("ENABLE ROW SECURITY", "NO", "FORCE", "ROW", "LEVEL", "SECURITY"),
          linted("REPLICA IDENTITY", "REPLICA", "IDENTITY"),
          linted("DISABLE RULE", "DISABLE", "RULE"),
          unlisted("ENABLE RULE", "ENABLE", "RULE"),
          unlisted("ENABLE ALWAYS RULE", "ENABLE", "ALWAYS", "RULE"),
          unlisted("ENABLE REPLICA RULE", "ENABLE", "REPLICA", "RULE"),
          unlisted("CLUSTER ON", "CLUSTER", "ON"),
          unlisted("SET WITHOUT CLUSTER", "SET", "WITHOUT", "CLUSTER"),
          unlisted("SET LOGGED", "SET", "LOGGED"),
          unlisted("SET UNLOGGED", "SET", "UNLOGGED"),
          unlisted("SET ACCESS METHOD", "SET", "ACCESS", "METHOD"),
          unlisted("SET TABLESPACE", "SET", "TABLESPACE"),
          unlisted("INHERIT", "INHERIT"),
          unlisted("NO INHERIT", "NO", "INHERIT"),
          unlisted("OF", "OF"),
          unlisted("NOT OF", "NOT", "OF"),
          unlisted("ATTACH PARTITION", "ATTACH", "PARTITION"),
          unlisted("DETACH PARTITION", "DETACH", "PARTITION"));

  /** Refused behind {@code ALTER COLUMN c}. */
  private static final List<Action> COLUMN_ACTIONS =
      List.of(
          refused("ALTER COLUMN ... SET DATA TYPE", "TYPE"),
          refused("ALTER COLUMN ... SET DATA TYPE", "SET", "DATA", "TYPE"),
          refused("ALTER COLUMN ... SET NOT NULL", "SET", "NOT", "NULL"),
          refused("ALTER COLUMN ... SET STATISTICS", "SET", "STATISTICS"),
          unlisted("ALTER COLUMN ... SET COMPRESSION", "SET", "COMPRESSION"),
          unlisted("ALTER COLUMN ... RESET", "RESET"));

  @Override
  public void find(StatementCursor statement, Draft draft) {
    statement.accept("ALTER", "TABLE");
    boolean async = statement.at("ASYNC");
    if (async) {
      draft.replace(statement.token(), AsyncMarks.ASYNC);
      statement.skip();
    }
    statement.accept("IF", "EXISTS");
    statement.accept("ONLY");
    statement.qualifiedName();
    statement.acceptOperator("*");
    if (async) {
      async(statement, draft);
      return;
    }
    while (!statement.atEnd()) {
      action(statement.element(), draft);
    }
  }

  /** One job is for one constraint; the service's answer to several actions is unknown. */
  private static void async(StatementCursor action, Draft draft) {
    if (!action.at("VALIDATE", "CONSTRAINT")) {
      draft.found(Clause.ALTER_TABLE_ASYNC);
      return;
    }
    draft.has(AsyncForm.VALIDATE_CONSTRAINT);
    SqlToken first = action.token();
    action.accept("VALIDATE", "CONSTRAINT");
    SqlToken last = first;
    StatementCursor ahead = action.copy();
    while (!ahead.atEnd()) {
      last = ahead.token();
      ahead.skip();
    }
    Optional<String> constraint = action.identifier();
    if (action.at(Kind.COMMA)) {
      draft.found(Clause.ALTER_TABLE_ASYNC);
    } else if (constraint.isPresent() && action.atEnd()) {
      draft.replace(first, last, AsyncMarks.validate(constraint.get()));
    }
    // PostgreSQL finds the mistake in any other form.
  }

  private static void action(StatementCursor action, Draft draft) {
    for (Action refused : ACTIONS) {
      if (action.at(refused.keywords())) {
        draft.found(refused.clause(), refused.name());
        return;
      }
    }
    if (action.accept("ADD")) {
      add(action, draft);
    } else if (action.accept("ALTER") && !action.at("CONSTRAINT")) {
      action.accept("COLUMN");
      alterColumn(action, draft);
    } else if (action.accept("SET") && action.at(Kind.LEFT_PARENTHESIS)) {
      draft.found(Clause.ALTER_TABLE_UNLISTED, "SET");
    } else if ((action.accept("ENABLE") || action.accept("DISABLE"))
        && action.accept("TRIGGER")
        && action.at("ALL")) {
      // PostgreSQL lets only superusers change its internal triggers, and there are no others here.
      draft.replace(action.token(), "USER");
    } else if (action.accept("RESET")) {
      draft.found(Clause.ALTER_TABLE_UNLISTED, "RESET");
    }
  }

  private static void add(StatementCursor action, Draft draft) {
    if (action.at("CONSTRAINT")
        || action.at("CHECK")
        || action.at("UNIQUE")
        || action.at("PRIMARY")
        || action.at("FOREIGN")
        || ColumnClauses.isExclusion(action)) {
      addConstraint(action, draft);
      return;
    }
    action.accept("COLUMN");
    action.accept("IF", "NOT", "EXISTS");
    if (hasConstraint(action)) {
      draft.found(Clause.ADD_COLUMN_CONSTRAINT);
    }
    ColumnClauses.ofColumn(action, draft);
  }

  private static void addConstraint(StatementCursor action, Draft draft) {
    if (action.accept("CONSTRAINT")) {
      action.identifier();
    }
    boolean accepted =
        action.at("CHECK") || action.at("FOREIGN", "KEY")
            ? action.holds("NOT", "VALID")
            : action.at("UNIQUE", "USING", "INDEX");
    if (!accepted) {
      draft.found(Clause.ALTER_TABLE, "ADD CONSTRAINT");
    }
    // As in CREATE TABLE, which is inferred.
    if (action.at("UNIQUE") && isDeferrable(action)) {
      draft.found(Clause.DEFERRABLE_KEY);
    }
  }

  private static boolean isDeferrable(StatementCursor action) {
    return action.holds("INITIALLY", "DEFERRED")
        || (action.holds("DEFERRABLE") && !action.holds("NOT", "DEFERRABLE"));
  }

  private static boolean hasConstraint(StatementCursor column) {
    StatementCursor cursor = column.copy();
    cursor.identifier();
    while (!cursor.atEnd()) {
      // DEFAULT is also the name of a way to store.
      if (cursor.accept("STORAGE", "DEFAULT")) {
        continue;
      }
      if (cursor.at("CONSTRAINT")
          || cursor.at("DEFAULT")
          || cursor.at("NOT", "NULL")
          || cursor.at("CHECK")
          || cursor.at("UNIQUE")
          || cursor.at("PRIMARY", "KEY")
          || cursor.at("REFERENCES")
          || cursor.at("GENERATED")) {
        return true;
      }
      cursor.skipGroup();
    }
    return false;
  }

  private static void alterColumn(StatementCursor action, Draft draft) {
    action.skip();
    for (Action refused : COLUMN_ACTIONS) {
      if (action.at(refused.keywords())) {
        draft.found(refused.clause(), refused.name());
        return;
      }
    }
    if (action.accept("SET") && action.at(Kind.LEFT_PARENTHESIS)) {
      draft.found(Clause.ALTER_TABLE_UNLISTED, "ALTER COLUMN ... SET");
    } else if (action.accept("ADD", "GENERATED") && action.seek("AS", "IDENTITY")) {
      action.accept("AS", "IDENTITY");
      ColumnClauses.identity(action.group(), draft);
    }
  }

  private static Action refused(String name, String... keywords) {
    return new Action(name, Clause.ALTER_TABLE, keywords);
  }

  private static Action linted(String name, String... keywords) {
    return new Action(name, Clause.ALTER_TABLE_LINTED, keywords);
  }

  private static Action unlisted(String name, String... keywords) {
    return new Action(name, Clause.ALTER_TABLE_UNLISTED, keywords);
  }
}
