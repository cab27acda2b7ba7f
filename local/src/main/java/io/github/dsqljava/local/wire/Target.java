package io.github.dsqljava.local.wire;

import io.github.dsqljava.local.sql.ChangedTables;
import io.github.dsqljava.local.sql.SqlStatement;
import io.github.dsqljava.local.sql.SqlStatements;
import io.github.dsqljava.local.sql.StatementKind;
import io.github.dsqljava.local.sql.TableName;
import java.util.List;
import java.util.Set;

/**
 * What a statement is to faults.
 *
 * @param changed the tables that it changes in so many words
 */
record Target(StatementKind kind, Set<TableName> changed) {
  private static final Target NOTHING = new Target(StatementKind.EMPTY, Set.of());

  /** One that may be anything. */
  static final Target UNKNOWN = new Target(StatementKind.OTHER, Set.of());

  /** The text of a Parse message. */
  static Target of(String sql) {
    List<SqlStatement> statements = SqlStatements.split(sql);
    return switch (statements.size()) {
      case 0 -> NOTHING;
      case 1 -> of(statements.get(0));
      default -> UNKNOWN; // PostgreSQL refuses several statements in one Parse message
    };
  }

  static Target of(SqlStatement statement) {
    return new Target(StatementKind.of(statement), ChangedTables.of(statement));
  }
}
