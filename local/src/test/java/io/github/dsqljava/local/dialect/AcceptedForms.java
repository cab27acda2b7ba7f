package io.github.dsqljava.local.dialect;

import io.github.dsqljava.local.sql.SqlStatements;
import io.github.dsqljava.local.sql.StatementCursor;
import java.util.List;

/** The lines of {@link StatementTable} that the service takes, for tests of other packages. */
public final class AcceptedForms {
  private AcceptedForms() {}

  /** Returns the first words of each form. */
  public static List<String> all() {
    return Dialect.standard().forms().stream()
        .filter(form -> form.refusal().isEmpty())
        .map(form -> String.join(" ", form.words()))
        .toList();
  }

  /** Returns the form that a statement has; empty if it has none. */
  public static String of(String sql) {
    StatementTable table = new StatementTable((statement, draft) -> {});
    return table
        .find(new StatementCursor(SqlStatements.split(sql).get(0)))
        .map(form -> String.join(" ", form.words()))
        .orElse("");
  }
}
