package io.github.dsqljava.local.session;

import io.github.dsqljava.local.dialect.Statement;
import io.github.dsqljava.local.request.Group;
import io.github.dsqljava.local.request.Step;
import io.github.dsqljava.local.sql.SqlStatement;
import io.github.dsqljava.local.sql.SqlToken.Kind;
import io.github.dsqljava.local.sql.StatementCursor;
import io.github.dsqljava.local.sql.TableName;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** The columns of the keys of a new index. Expressions have no type before they are looked at. */
final class IndexKeys {
  private IndexKeys() {}

  /**
   * Returns SQL that asks for the type of the first column that cannot be a key, of the first
   * statement in a group that makes an index; empty if none does.
   */
  static String unfit(Group group) {
    for (Step step : group.reachable()) {
      Statement statement = step.statement();
      if (step.runs() && statement != null && statement.node().equals("Index")) {
        return unfit(statement.tokens());
      }
    }
    return "";
  }

  static String unfit(SqlStatement statement) {
    StatementCursor cursor = new StatementCursor(statement);
    if (!cursor.seek("ON")) {
      return "";
    }
    cursor.skip();
    cursor.accept("ONLY");
    Optional<TableName> table = TableName.read(cursor);
    if (cursor.accept("USING")) {
      cursor.identifier();
    }
    if (table.isEmpty() || !cursor.at(Kind.LEFT_PARENTHESIS)) {
      return "";
    }
    List<String> columns = new ArrayList<>();
    StatementCursor keys = cursor.group();
    while (!keys.atEnd()) {
      keys.element().identifier().ifPresent(columns::add);
    }
    return columns.isEmpty() ? "" : question(table.get(), columns);
  }

  private static String question(TableName table, List<String> columns) {
    String name = table.schema().map(schema -> quoted(schema) + ".").orElse("");
    return "SELECT dsql_internal.unfit_key(pg_catalog.to_regclass("
        + literal(name + quoted(table.name()))
        + "), ARRAY["
        + columns.stream().map(IndexKeys::literal).collect(Collectors.joining(", "))
        + "]::pg_catalog.text[])";
  }

  private static String quoted(String name) {
    return '"' + name.replace("\"", "\"\"") + '"';
  }

  private static String literal(String text) {
    return " E'" + text.replace("\\", "\\\\").replace("'", "''") + "'";
  }
}
