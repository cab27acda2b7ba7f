package io.github.dsqljava.local.dialect;

import io.github.dsqljava.local.sql.SqlStatement;
import io.github.dsqljava.local.sql.SqlToken.Kind;
import io.github.dsqljava.local.sql.StatementCursor;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;

/** Finds the tables that a schema change concerns, as far as its text tells. */
final class ChangedObjects {
  private final StatementCursor cursor;
  private final Set<String> names = new LinkedHashSet<>();

  private ChangedObjects(SqlStatement statement) {
    this.cursor = new StatementCursor(statement);
  }

  /**
   * The last parts of the names of tables, views and sequences that a statement changes, or that it
   * refers to with a foreign key; none if it is about other objects. Empty if it may be about all.
   */
  static Optional<Set<String>> of(SqlStatement statement) {
    return new ChangedObjects(statement).read();
  }

  private Optional<Set<String>> read() {
    if (cursor.at("DROP", "SCHEMA") || cursor.at("ALTER", "SCHEMA") || cursor.at("DROP", "INDEX")) {
      return Optional.empty(); // its tables are not in the text
    }
    boolean list = cursor.at("DROP");
    while (!cursor.atEnd()) {
      if (acceptsKind()) {
        ofKind(list);
      } else if (cursor.accept("REFERENCES") || (cursor.accept("ON") && isTableNext())) {
        cursor.accept("TABLE");
        cursor.accept("ONLY");
        list(cursor);
      } else {
        cursor.skip();
      }
    }
    return Optional.of(names);
  }

  private boolean acceptsKind() {
    return cursor.accept("TABLE") || cursor.accept("VIEW") || cursor.accept("SEQUENCE");
  }

  private void ofKind(boolean list) {
    cursor.accept("ASYNC");
    if (!cursor.accept("IF", "NOT", "EXISTS")) {
      cursor.accept("IF", "EXISTS");
    }
    cursor.accept("ONLY");
    if (list) {
      list(cursor);
    } else {
      cursor.qualifiedName().ifPresent(names::add);
    }
  }

  /** Behind ON of an index and of GRANT; not behind that of a foreign key's action. */
  private boolean isTableNext() {
    return !cursor.at("DELETE")
        && !cursor.at("UPDATE")
        && !cursor.at("SCHEMA")
        && !cursor.at("FUNCTION")
        && !cursor.at("ALL");
  }

  private void list(StatementCursor of) {
    do {
      of.qualifiedName().ifPresent(names::add);
    } while (of.accept(Kind.COMMA));
  }
}
