package io.github.dsqljava.local.sql;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.BinaryOperator;

/** Finds names in a text that may be those of tables. */
public final class SqlReferences {
  /** The only database, which may stand before a schema. */
  private static final Optional<String> DATABASE = Optional.of("postgres");

  /** Keywords that may follow a table without an alias in PostgreSQL's text of a view. */
  private static final Set<String> BEHIND_TABLES =
      Set.of(
          "cross",
          "except",
          "fetch",
          "for",
          "full",
          "group",
          "having",
          "inner",
          "intersect",
          "join",
          "left",
          "limit",
          "natural",
          "offset",
          "on",
          "order",
          "right",
          "tablesample",
          "union",
          "using",
          "where",
          "window");

  private SqlReferences() {}

  /** Returns all names in a statement, including keywords. */
  public static Set<String> names(SqlStatement statement) {
    var names = new LinkedHashSet<String>();
    for (int i = 0; i < statement.size(); i++) {
      SqlNames.nameOf(statement.token(i)).ifPresent(names::add);
    }
    return names;
  }

  /**
   * Replaces qualified names.
   *
   * @param replacement returns the SQL to put in place of a schema and a name; empty to keep them
   */
  public static String requalify(String sql, BinaryOperator<String> replacement) {
    return requalify(sql, replacement, /* isView= */ false);
  }

  /**
   * Replaces the tables in PostgreSQL's text of a view, which names each with its schema. A table
   * without an alias gets its name as one, for the text may name its columns by that.
   *
   * @param replacement as in {@link #requalify(String, BinaryOperator)}
   */
  public static String requalifyView(String sql, BinaryOperator<String> replacement) {
    return requalify(sql, replacement, /* isView= */ true);
  }

  private static String requalify(String sql, BinaryOperator<String> replacement, boolean isView) {
    List<SqlToken> tokens =
        SqlScanner.tokens(sql).stream().filter(token -> token.kind().isSignificant()).toList();
    var changed = new StringBuilder();
    int copied = 0;
    for (int i = 0; i + 2 < tokens.size(); i++) {
      if (!isQualified(tokens, i) || (i > 0 && isDot(tokens, i - 1))) {
        continue;
      }
      int table = i + 2;
      if (name(tokens, i).equals(DATABASE) && isQualified(tokens, table)) {
        table += 2;
      }
      if (isView && (isType(tokens, i) || isFunction(tokens, table))) {
        continue;
      }
      String tableName = name(tokens, table).orElseThrow();
      String sqlInstead = replacement.apply(name(tokens, table - 2).orElseThrow(), tableName);
      if (!sqlInstead.isEmpty()) {
        changed.append(sql, copied, tokens.get(i).start()).append(sqlInstead);
        copied = tokens.get(table).end();
        if (isView && !hasAlias(tokens, table)) {
          changed.append(" AS ").append(SqlStrings.identifier(tableName));
        }
      }
    }
    return copied == 0 ? sql : changed.append(sql, copied, sql.length()).toString();
  }

  private static boolean isType(List<SqlToken> tokens, int first) {
    return first > 0 && tokens.get(first - 1).text().equals("::");
  }

  private static boolean isFunction(List<SqlToken> tokens, int last) {
    return last + 1 < tokens.size() && tokens.get(last + 1).text().equals("(");
  }

  /** Whether an alias follows. PostgreSQL quotes reserved words that are names. */
  private static boolean hasAlias(List<SqlToken> tokens, int table) {
    return table + 1 < tokens.size()
        && name(tokens, table + 1).isPresent()
        && !BEHIND_TABLES.contains(tokens.get(table + 1).text().toLowerCase(Locale.ROOT));
  }

  /** Whether a name, a dot and a name begin at an index. */
  private static boolean isQualified(List<SqlToken> tokens, int index) {
    return index + 2 < tokens.size()
        && name(tokens, index).isPresent()
        && isDot(tokens, index + 1)
        && name(tokens, index + 2).isPresent();
  }

  private static Optional<String> name(List<SqlToken> tokens, int index) {
    return SqlNames.nameOf(tokens.get(index));
  }

  private static boolean isDot(List<SqlToken> tokens, int index) {
    return tokens.get(index).kind() == SqlToken.Kind.DOT;
  }
}
