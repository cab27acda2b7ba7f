package io.github.dsqljava.local.sql;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.BinaryOperator;

/** Names in a text that may be those of tables, and the clauses that lock their rows. */
public final class SqlReferences {
  /** The only database, which may stand before a schema. */
  private static final Optional<String> DATABASE = Optional.of("postgres");

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
      if (!isQualified(tokens, i) || (i > 0 && isDot(tokens, i - 1))) {
        continue;
      }
      int table = i + 2;
      if (tokens.get(i).name().equals(DATABASE) && isQualified(tokens, table)) {
        table += 2;
      }
      String sqlInstead =
          replacement.apply(
              tokens.get(table - 2).name().orElseThrow(), tokens.get(table).name().orElseThrow());
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
        && tokens.get(index).name().isPresent()
        && isDot(tokens, index + 1)
        && tokens.get(index + 2).name().isPresent();
  }

  private static boolean isDot(List<SqlToken> tokens, int index) {
    return tokens.get(index).kind() == SqlToken.Kind.DOT;
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
