package io.github.dsqljava.local.session;

import io.github.dsqljava.local.dialect.Explanation;
import io.github.dsqljava.local.dialect.Statement;
import io.github.dsqljava.local.dialect.StatementClass;
import io.github.dsqljava.local.dialect.Trait;
import io.github.dsqljava.local.protocol.ErrorMessage;
import io.github.dsqljava.local.request.Group;
import io.github.dsqljava.local.request.Step;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Checks the age of the transaction after each statement of a group. One that reads or changes a
 * table fails if the transaction has grown too old by then. One that does neither, such as a {@code
 * SELECT pg_sleep(310)}, returns if it stands alone. Of several in one Query or batch the next one
 * fails, because PostgreSQL answers them together and does not show which one was slow. For one run
 * of one group.
 */
final class LateStatements implements Supplier<Optional<ErrorMessage>> {
  private final List<Statement> statements = new ArrayList<>();
  private final Supplier<Optional<ErrorMessage>> tooOld;
  private int completed;
  private boolean late;

  /**
   * @param tooOld returns the error if the transaction is too old now
   */
  LateStatements(Group group, Supplier<Optional<ErrorMessage>> tooOld) {
    this.tooOld = tooOld;
    for (Step step : group.reachable()) {
      Statement statement = step.statement();
      if (step.runs() && statement != null) {
        statements.add(statement);
      }
    }
  }

  /** Returns the number of statements that run. */
  int count() {
    return statements.size();
  }

  /** The next statement has run. */
  @Override
  public Optional<ErrorMessage> get() {
    boolean fails = late || (completed < statements.size() && touches(statements.get(completed)));
    completed++;
    Optional<ErrorMessage> error = tooOld.get();
    late = error.isPresent();
    return fails ? error : Optional.empty();
  }

  private static boolean touches(Statement statement) {
    boolean queries =
        statement.statementClass() == StatementClass.QUERY
            || statement.explanation().map(Explanation::analyze).orElse(false);
    return statement.has(Trait.CHANGES_ROWS) || (queries && statement.readsTables());
  }
}
