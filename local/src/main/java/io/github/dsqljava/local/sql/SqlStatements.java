package io.github.dsqljava.local.sql;

import java.util.ArrayList;
import java.util.List;

/** Splits the text of a simple query into its statements. */
public final class SqlStatements {
  private SqlStatements() {}

  /**
   * The statements of a text, in their order. Empty ones are left out, and so are comments and
   * semicolons between statements.
   */
  public static List<SqlStatement> split(String sql) {
    var statements = new ArrayList<SqlStatement>();
    var tokens = new ArrayList<SqlToken>();
    var scanner = new SqlScanner(sql);
    var boundary = new StatementBoundary();
    while (scanner.advanceSignificant()) {
      if (!boundary.endsAt(scanner)) {
        tokens.add(scanner.token());
      } else if (!tokens.isEmpty()) {
        statements.add(new SqlStatement(tokens));
        tokens.clear();
      }
    }
    if (!tokens.isEmpty()) {
      statements.add(new SqlStatement(tokens));
    }
    return statements;
  }
}
