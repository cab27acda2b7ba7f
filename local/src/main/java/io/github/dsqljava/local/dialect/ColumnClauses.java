package io.github.dsqljava.local.dialect;

import io.github.dsqljava.local.sql.SqlToken;
import io.github.dsqljava.local.sql.SqlToken.Kind;
import io.github.dsqljava.local.sql.StatementCursor;
import java.util.Set;

/** The definition of a column or of a constraint of a table. */
final class ColumnClauses {
  private static final Set<String> SERIAL_TYPES =
      Set.of("serial", "serial2", "serial4", "serial8", "smallserial", "bigserial");

  /** The constraint to which an attribute such as DEFERRABLE belongs. */
  private enum Constraint {
    KEY,
    CHECK,
    OTHER
  }

  private ColumnClauses() {}

  /** An element of the list behind {@code CREATE TABLE t}. */
  static void ofElement(StatementCursor element, Draft draft) {
    if (!isTableConstraint(element)) {
      ofColumn(element, draft);
      return;
    }
    if (element.accept("CONSTRAINT")) {
      element.identifier();
    }
    if (isExclusion(element)) {
      draft.found(Clause.EXCLUDE);
    }
    attributes(element, draft);
  }

  /** A column: its name, its type, and what follows them. */
  static void ofColumn(StatementCursor column, Draft draft) {
    column.identifier();
    type(column, draft);
    attributes(column, draft);
  }

  /** Whether an exclusion constraint follows, and not a column called {@code exclude}. */
  static boolean isExclusion(StatementCursor cursor) {
    StatementCursor ahead = cursor.copy();
    return ahead.accept("EXCLUDE") && (ahead.at("USING") || ahead.at(Kind.LEFT_PARENTHESIS));
  }

  /** Whether the options in parentheses behind IDENTITY name a size that is accepted. */
  static void identity(StatementCursor options, Draft draft) {
    if (!options.seek("CACHE")) {
      draft.found(Clause.IDENTITY_WITHOUT_CACHE);
    } else {
      CacheSize.refused(options)
          .ifPresent(size -> draft.found(Clause.IDENTITY_CACHE_SIZE, Long.toString(size)));
    }
  }

  private static boolean isTableConstraint(StatementCursor element) {
    return element.at("CONSTRAINT")
        || element.at("CHECK")
        || element.at("UNIQUE")
        || element.at("PRIMARY")
        || element.at("FOREIGN")
        || element.at("LIKE")
        || isExclusion(element);
  }

  private static void type(StatementCursor column, Draft draft) {
    StatementCursor ahead = column.copy();
    var name = ahead.identifier();
    if (name.isPresent() && !ahead.at(Kind.DOT) && SERIAL_TYPES.contains(name.get())) {
      draft.found(Clause.SERIAL_TYPE, name.get());
    }
    column.qualifiedName();
  }

  private static void attributes(StatementCursor cursor, Draft draft) {
    Constraint constraint = Constraint.OTHER;
    while (!cursor.atEnd()) {
      if (cursor.accept("NOT", "DEFERRABLE")) {
        continue;
      }
      if (cursor.at("DEFERRABLE") || cursor.at("INITIALLY", "DEFERRED")) {
        deferrable(constraint, draft);
      } else if (cursor.at("COLLATE")) {
        draft.found(Clause.COLLATE);
      } else if (isCompression(cursor)) {
        draft.found(Clause.COMPRESSION);
      } else if (cursor.accept("AS", "IDENTITY")) {
        identity(cursor.group(), draft);
        continue;
      } else {
        constraint = constraint(cursor, constraint);
      }
      cursor.skipGroup();
    }
  }

  private static void deferrable(Constraint constraint, Draft draft) {
    switch (constraint) {
      case KEY -> draft.found(Clause.DEFERRABLE_KEY);
      case CHECK -> draft.found(Clause.DEFERRABLE_CHECK);
      case OTHER -> {}
    }
  }

  private static Constraint constraint(StatementCursor cursor, Constraint current) {
    if (cursor.at("UNIQUE") || cursor.at("PRIMARY", "KEY")) {
      return Constraint.KEY;
    }
    if (cursor.at("CHECK")) {
      return Constraint.CHECK;
    }
    return cursor.at("REFERENCES") ? Constraint.OTHER : current;
  }

  private static boolean isCompression(StatementCursor cursor) {
    StatementCursor ahead = cursor.copy();
    if (!ahead.accept("COMPRESSION") || ahead.atEnd()) {
      return false;
    }
    SqlToken.Kind method = ahead.token().kind();
    return method == Kind.IDENTIFIER || method == Kind.QUOTED_IDENTIFIER;
  }
}
