package io.github.dsqljava.local.sql;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.BinaryOperator;

/** Names in a text that may be those of tables. */
public final class SqlReferences {
  /** The only database, which may stand before a schema. */
  private static final Optional<String> DATABASE = Optional.of("postgres");

  private SqlReferences() {}

  /** All names that occur in a statement, key words among them. */
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
   * @param replacement takes a schema and a name and gives the SQL to stand for them; empty to
   *     leave them alone
   */
  public static String requalify(String sql, BinaryOperator<String> replacement) {
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
      String sqlInstead =
          replacement.apply(
              name(tokens, table - 2).orElseThrow(), name(tokens, table).orElseThrow());
      if (!sqlInstead.isEmpty()) {
        changed.append(sql, copied, tokens.get(i).start()).append(sqlInstead);
        copied = tokens.get(table).end();
      }
    }
    return copied == 0 ? sql : changed.append(sql, copied, sql.length()).toString();
  }

  /** Whether a name, a dot and a name stand there. */
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
