package io.github.dsqljava.local.session;

import io.github.dsqljava.local.sql.SqlStatement;
import io.github.dsqljava.local.sql.SqlStatements;
import io.github.dsqljava.local.sql.StatementCursor;
import io.github.dsqljava.local.wire.ErrorMessage;
import java.util.List;

/**
 * What a DDL statement has left undone because of IF EXISTS or IF NOT EXISTS, as PostgreSQL's
 * notices tell. That a statement which changes nothing makes no new version of the catalog is
 * inferred. For one run of one group.
 */
final class Skips {
  private static final String END = ", skipping";

  private int parts;
  private boolean all;

  /** Takes note of a notice. */
  void note(ErrorMessage notice) {
    String message = notice.field('M');
    if (message.endsWith(END)) {
      parts++;
      // Of an ALTER that does not find what it is to alter: all of it.
      all |= message.startsWith("relation ");
    }
  }

  /** Whether nothing of a statement has been done. */
  boolean leaveNothingOf(ClientGroup group) {
    return parts > 0 && (all || parts >= partsOf(group.schemaChange()));
  }

  /** Objects that are dropped, actions on a table; a statement that creates something is one. */
  private static int partsOf(String sql) {
    List<SqlStatement> statements = SqlStatements.split(sql);
    if (statements.isEmpty()) {
      return 1;
    }
    StatementCursor cursor = new StatementCursor(statements.get(0));
    if (cursor.at("CREATE")) {
      return 1;
    }
    int count = 0;
    for (; !cursor.atEnd(); count++) {
      cursor.element();
    }
    return count;
  }
}
