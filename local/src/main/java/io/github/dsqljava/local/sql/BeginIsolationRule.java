package io.github.dsqljava.local.sql;

import java.util.Optional;
import java.util.Set;

/** A transaction begins with REPEATABLE READ, the only level of Aurora DSQL, or not at all. */
final class BeginIsolationRule implements StatementRule {
  @Override
  public Set<String> firstKeywords() {
    return Set.of("BEGIN", "START");
  }

  @Override
  public Optional<String> replacement(SqlStatement statement) {
    var cursor = new StatementCursor(statement);
    if (cursor.accept("BEGIN")) {
      if (!cursor.accept("WORK")) {
        cursor.accept("TRANSACTION");
      }
    } else if (!cursor.accept("START", "TRANSACTION")) {
      return Optional.empty();
    }
    return TransactionModes.parse(cursor)
        .flatMap(TransactionModes::unsupportedLevel)
        .map(Replacement::unsupportedIsolationLevel);
  }
}
