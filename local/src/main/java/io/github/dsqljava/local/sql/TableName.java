package io.github.dsqljava.local.sql;

import java.util.Optional;

/**
 * The name of a table in a statement.
 *
 * @param schema empty if the search path decides
 * @param name folded as PostgreSQL does it
 */
public record TableName(Optional<String> schema, String name) {
  /**
   * Reads a name as it stands in SQL.
   *
   * @throws IllegalArgumentException if it is none
   */
  public static TableName parse(String sql) {
    var statements = SqlStatements.split(sql);
    if (statements.size() == 1) {
      var cursor = new StatementCursor(statements.get(0));
      Optional<TableName> name = read(cursor);
      if (name.isPresent() && cursor.atEnd()) {
        return name.get();
      }
    }
    throw new IllegalArgumentException("\"" + sql + "\" is not the name of a table");
  }

  /** Steps over a name with any qualification; empty if there is none. */
  public static Optional<TableName> read(StatementCursor cursor) {
    Optional<String> schema = Optional.empty();
    Optional<String> name = cursor.identifier();
    while (name.isPresent() && cursor.accept(SqlToken.Kind.DOT)) {
      schema = name;
      name = cursor.identifier();
    }
    Optional<String> qualifier = schema;
    return name.map(last -> new TableName(qualifier, last));
  }

  /** Whether both may mean the same table: only two different schemas tell them apart. */
  public boolean mayBe(TableName other) {
    boolean sameSchema = schema.isEmpty() || other.schema.isEmpty() || schema.equals(other.schema);
    return sameSchema && name.equals(other.name);
  }
}
