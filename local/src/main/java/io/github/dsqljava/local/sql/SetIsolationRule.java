package io.github.dsqljava.local.sql;

import java.util.Optional;
import java.util.Set;

/** SET cannot change the isolation level of a session or a transaction. */
final class SetIsolationRule implements StatementRule {
  @Override
  public Set<String> firstKeywords() {
    return Set.of("SET");
  }

  @Override
  public Optional<String> replacement(SqlStatement statement) {
    var cursor = new StatementCursor(statement);
    if (!cursor.accept("SET")) {
      return Optional.empty();
    }
    // SESSION is the scope of the setting here, and the begin of a setting's name there.
    if (!new StatementCursor(statement).accept("SET", "SESSION", "CHARACTERISTICS")
        && !cursor.accept("SESSION")) {
      cursor.accept("LOCAL");
    }
    return IsolationSetting.refusal(cursor);
  }
}
