package io.github.dsqljava.local.catalog;

import io.github.dsqljava.local.dialect.Statement;
import io.github.dsqljava.local.dialect.TransactionEffect;
import io.github.dsqljava.local.protocol.ErrorMessage;
import io.github.dsqljava.local.request.Group;
import io.github.dsqljava.local.request.Step;
import io.github.dsqljava.local.sql.SqlStatement;
import io.github.dsqljava.local.sql.StatementCursor;

/**
 * Counts the parts of a DDL statement that PostgreSQL skips because of IF EXISTS or IF NOT EXISTS,
 * by its notices. It is inferred that a statement that changes nothing makes no new version of the
 * catalog. For one run of one group.
 */
public final class Skips {
  private static final String END = ", skipping";

  private int parts;
  private boolean all;

  /** Begins without skipped parts. */
  public Skips() {}

  /** Notes a notice of PostgreSQL's. */
  public void note(ErrorMessage notice) {
    String message = notice.message();
    if (message.endsWith(END)) {
      parts++;
      // An ALTER that does not find its relation skips all its actions.
      all |= message.startsWith("relation ");
    }
  }

  /** Whether PostgreSQL has skipped all of a statement. */
  public boolean leaveNothingOf(Group group) {
    return parts > 0 && (all || parts >= partsOf(group));
  }

  private static int partsOf(Group group) {
    for (Step step : group.reachable()) {
      Statement statement = step.statement();
      if (step.runs() && statement != null && statement.effect() == TransactionEffect.DDL) {
        return partsOf(statement.tokens());
      }
    }
    return 1;
  }

  /**
   * Counts dropped objects or actions on a table; a statement that creates something counts as one.
   */
  private static int partsOf(SqlStatement statement) {
    StatementCursor cursor = new StatementCursor(statement);
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
