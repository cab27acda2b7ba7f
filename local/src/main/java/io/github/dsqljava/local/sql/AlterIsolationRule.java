package io.github.dsqljava.local.sql;

import java.util.Optional;
import java.util.Set;

/**
 * No role or database brings another isolation level to its sessions.
 *
 * <p>Aurora DSQL refuses ALTER ROLE ... SET whatever the parameter; in which words is not known.
 * Those of SET stand in for them.
 */
final class AlterIsolationRule implements StatementRule {
  @Override
  public Set<String> firstKeywords() {
    return Set.of("ALTER");
  }

  @Override
  public Optional<String> replacement(SqlStatement statement) {
    var cursor = new StatementCursor(statement);
    boolean database = cursor.accept("ALTER", "DATABASE");
    boolean role = cursor.accept("ALTER", "ROLE") || cursor.accept("ALTER", "USER");
    if (!database && !role) {
      return Optional.empty();
    }
    if (!acceptName(cursor)) {
      return Optional.empty();
    }
    if (role && cursor.accept("IN", "DATABASE") && !acceptName(cursor)) {
      return Optional.empty();
    }
    return cursor.accept("SET") ? IsolationSetting.refusal(cursor) : Optional.empty();
  }

  private static boolean acceptName(StatementCursor cursor) {
    return cursor.acceptUnicodeIdentifier() || cursor.name().isPresent();
  }
}
