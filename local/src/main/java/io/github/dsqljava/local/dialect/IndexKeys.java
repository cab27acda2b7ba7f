package io.github.dsqljava.local.dialect;

import io.github.dsqljava.local.sql.SqlToken.Kind;
import io.github.dsqljava.local.sql.StatementCursor;
import io.github.dsqljava.local.sql.TableName;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The columns that are keys of a new index. Expressions are left out, because PostgreSQL has not
 * analysed their types yet.
 *
 * @param table as {@code to_regclass} reads it
 * @param columns in their order, without expressions
 */
public record IndexKeys(String table, List<String> columns) {
  /** Copies the list. */
  public IndexKeys {
    columns = List.copyOf(columns);
  }

  /** Reads a statement; empty if it makes no index with such keys. */
  public static Optional<IndexKeys> of(Statement statement) {
    StatementCursor cursor = new StatementCursor(statement.tokens());
    if (!statement.node().equals("Index") || !cursor.seek("ON")) {
      return Optional.empty();
    }
    cursor.skip();
    cursor.accept("ONLY");
    Optional<TableName> table = TableName.read(cursor);
    if (cursor.accept("USING")) {
      cursor.identifier();
    }
    if (table.isEmpty() || !cursor.at(Kind.LEFT_PARENTHESIS)) {
      return Optional.empty();
    }
    List<String> columns = new ArrayList<>();
    StatementCursor keys = cursor.group();
    while (!keys.atEnd()) {
      keys.element().identifier().ifPresent(columns::add);
    }
    String schema = table.get().schema().map(name -> quoted(name) + ".").orElse("");
    return columns.isEmpty()
        ? Optional.empty()
        : Optional.of(new IndexKeys(schema + quoted(table.get().name()), columns));
  }

  private static String quoted(String name) {
    return '"' + name.replace("\"", "\"\"") + '"';
  }
}
