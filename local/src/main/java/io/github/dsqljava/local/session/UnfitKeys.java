package io.github.dsqljava.local.session;

import io.github.dsqljava.local.dialect.IndexKeys;
import io.github.dsqljava.local.dialect.Statement;
import io.github.dsqljava.local.request.Group;
import io.github.dsqljava.local.request.Step;
import java.util.Optional;
import java.util.stream.Collectors;

/** Asks PostgreSQL for the type of a column that cannot be a key. */
final class UnfitKeys {
  private UnfitKeys() {}

  /**
   * Returns the query for the first statement in a group that makes an index; empty if none does.
   */
  static Optional<String> question(Group group) {
    for (Step step : group.reachable()) {
      Statement statement = step.statement();
      if (step.runs() && statement != null && statement.node().equals("Index")) {
        return IndexKeys.of(statement).map(UnfitKeys::question);
      }
    }
    return Optional.empty();
  }

  private static String question(IndexKeys keys) {
    return "SELECT dsql_internal.unfit_key(pg_catalog.to_regclass("
        + literal(keys.table())
        + "), ARRAY["
        + keys.columns().stream().map(UnfitKeys::literal).collect(Collectors.joining(", "))
        + "]::pg_catalog.text[])";
  }

  private static String literal(String text) {
    return " E'" + text.replace("\\", "\\\\").replace("'", "''") + "'";
  }
}
