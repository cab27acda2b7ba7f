package io.github.dsqljava.local.sql;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.BinaryOperator;

/** Names in a text that may be those of tables, and the clauses that lock their rows. */
public final class SqlReferences {
  private SqlReferences() {}

  /** All names that occur, key words among them. */
  public static Set<String> names(String sql) {
    var names = new LinkedHashSet<String>();
    for (SqlToken token : SqlScanner.tokens(sql)) {
      token.name().ifPresent(names::add);
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
      Optional<String> schema = tokens.get(i).name();
      Optional<String> name = tokens.get(i + 2).name();
      if (schema.isPresent()
          && name.isPresent()
          && tokens.get(i + 1).kind() == SqlToken.Kind.DOT
          && (i == 0 || tokens.get(i - 1).kind() != SqlToken.Kind.DOT)) {
        String sqlInstead = replacement.apply(schema.get(), name.get());
        if (!sqlInstead.isEmpty()) {
          changed.append(sql, copied, tokens.get(i).start()).append(sqlInstead);
          copied = tokens.get(i + 2).end();
        }
      }
    }
    return copied == 0 ? sql : changed.append(sql, copied, sql.length()).toString();
  }

  /**
   * Blanks out {@code NOWAIT} and {@code SKIP LOCKED} behind {@code FOR UPDATE} and its like;
   * everything else stays where it is.
   */
  public static String withoutLockWaiting(String sql) {
    var scanner = new SqlScanner(sql);
    StringBuilder changed = null;
    boolean afterFor = false;
    boolean inClause = false;
    int skip = -1;
    while (scanner.advanceSignificant()) {
      if (inClause && (scanner.is("NOWAIT") || (skip >= 0 && scanner.is("LOCKED")))) {
        changed = changed == null ? new StringBuilder(sql) : changed;
        for (int i = skip >= 0 ? skip : scanner.start(); i < scanner.end(); i++) {
          changed.setCharAt(i, ' ');
        }
        inClause = false;
      }
      skip = inClause && scanner.is("SKIP") ? scanner.start() : -1;
      inClause |= afterFor && startsLockStrength(scanner);
      inClause &= scanner.kind() != SqlToken.Kind.SEMICOLON;
      afterFor = scanner.is("FOR");
    }
    return changed == null ? sql : changed.toString();
  }

  private static boolean startsLockStrength(SqlScanner token) {
    return token.is("UPDATE") || token.is("SHARE") || token.is("KEY") || token.is("NO");
  }
}
