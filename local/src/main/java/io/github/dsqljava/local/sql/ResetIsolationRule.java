package io.github.dsqljava.local.sql;

import java.util.Optional;
import java.util.Set;

/**
 * RESET of an isolation level is refused like its SET, although it would do nothing. RESET ALL is
 * left alone: the level it goes back to is REPEATABLE READ.
 */
final class ResetIsolationRule implements StatementRule {
  @Override
  public Set<String> firstKeywords() {
    return Set.of("RESET");
  }

  @Override
  public Optional<String> replacement(SqlStatement statement) {
    var cursor = new StatementCursor(statement);
    if (cursor.accept("RESET", "TRANSACTION", "ISOLATION", "LEVEL")) {
      // Another notation of PostgreSQL for the parameter.
      return cursor.atEnd()
          ? Optional.of(Replacement.settingNotSupported("transaction_isolation"))
          : Optional.empty();
    }
    if (!cursor.accept("RESET")) {
      return Optional.empty();
    }
    return cursor
        .name()
        .filter(name -> IsolationSetting.isParameter(name) && cursor.atEnd())
        .map(Replacement::settingNotSupported);
  }
}
