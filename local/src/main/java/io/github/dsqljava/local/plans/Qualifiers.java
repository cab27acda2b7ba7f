package io.github.dsqljava.local.plans;

import io.github.dsqljava.local.sql.SqlStatement;
import io.github.dsqljava.local.sql.SqlStatements;
import io.github.dsqljava.local.sql.SqlToken;
import io.github.dsqljava.local.sql.SqlToken.Kind;
import io.github.dsqljava.local.sql.StatementCursor;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The columns in an expression that PostgreSQL has written with the names of their tables. */
final class Qualifiers {
  private Qualifiers() {}

  /**
   * A column.
   *
   * @param table the name that the plan has for its table
   * @param column its own name, as it is written
   */
  private record Reference(SqlToken first, SqlToken last, String table, String column) {}

  /**
   * Puts other names of tables before columns.
   *
   * @param replacement takes the name of a table; returns null to keep it, and an empty text to
   *     remove it
   */
  static String replace(String expression, Function<String, @Nullable String> replacement) {
    StringBuilder replaced = new StringBuilder();
    int copied = 0;
    for (Reference found : references(expression)) {
      String table = replacement.apply(found.table);
      // A whole row has nothing but the name of its table.
      if (table != null && !(table.isEmpty() && found.column.equals("*"))) {
        replaced.append(expression, copied, found.first.start());
        replaced.append(table.isEmpty() ? "" : QuotedName.of(table) + ".").append(found.column);
        copied = found.last.end();
      }
    }
    return copied == 0
        ? expression
        : replaced.append(expression, copied, expression.length()).toString();
  }

  /** Whether a column has the name of its table before it. */
  static boolean namesTable(String expression) {
    return references(expression).stream().anyMatch(found -> !found.column.equals("*"));
  }

  /** Returns the names of the tables whose columns are in an expression. */
  static List<String> tables(String expression) {
    return references(expression).stream().map(Reference::table).distinct().toList();
  }

  /** Returns the columns of one table in an expression, as they are written. */
  static List<String> columns(String expression, String table) {
    return references(expression).stream()
        .filter(found -> found.table.equals(table))
        .map(Reference::column)
        .distinct()
        .toList();
  }

  private static List<Reference> references(String expression) {
    List<Reference> references = new ArrayList<>();
    for (SqlStatement part : SqlStatements.split(expression)) {
      for (int i = 0; i + 2 < part.size(); i++) {
        if (part.kind(i + 1) == Kind.DOT
            && isName(part, i)
            && (isName(part, i + 2) || part.token(i + 2).isOperator("*"))
            && !(i > 0 && namesOther(part, i - 1))
            && !(i + 3 < part.size() && part.kind(i + 3) == Kind.LEFT_PARENTHESIS)) {
          String table = new StatementCursor(part.part(i, i + 1)).name().orElse("");
          SqlToken last = part.token(i + 2);
          references.add(new Reference(part.token(i), last, table, last.text()));
        }
      }
    }
    return references;
  }

  private static boolean isName(SqlStatement part, int index) {
    return part.kind(index) == Kind.IDENTIFIER || part.kind(index) == Kind.QUOTED_IDENTIFIER;
  }

  /** Whether a type, a collation or an operator follows, or the rest of a longer name. */
  private static boolean namesOther(SqlStatement part, int index) {
    return part.kind(index) == Kind.TYPE_CAST
        || part.kind(index) == Kind.DOT
        || part.is(index, "COLLATE")
        || (part.kind(index) == Kind.LEFT_PARENTHESIS
            && index > 0
            && part.is(index - 1, "OPERATOR"));
  }
}
