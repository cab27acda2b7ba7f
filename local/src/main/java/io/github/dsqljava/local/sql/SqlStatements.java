package io.github.dsqljava.local.sql;

import java.util.ArrayList;
import java.util.List;

/** Splits a text into its statements: the one place where a text is scanned. */
public final class SqlStatements {
  private SqlStatements() {}

  /**
   * Returns the statements of a text, in their order. Empty ones are left out, and so are comments
   * and semicolons between statements. Takes time proportional to the length of the text and never
   * fails.
   */
  public static List<SqlStatement> split(String sql) {
    return split(sql, new SqlScanner(sql));
  }

  /** The same with a scanner that stands before the first token of the text. */
  static List<SqlStatement> split(String sql, SqlScanner scanner) {
    var statements = new ArrayList<SqlStatement>(1);
    var tokens = new SqlStatement.Collector();
    var boundary = new StatementBoundary();
    while (scanner.advanceSignificant()) {
      if (!boundary.endsAt(scanner)) {
        tokens.add(scanner);
      } else if (!tokens.isEmpty()) {
        statements.add(tokens.take(sql));
      }
    }
    if (!tokens.isEmpty()) {
      statements.add(tokens.take(sql));
    }
    return statements;
  }
}
