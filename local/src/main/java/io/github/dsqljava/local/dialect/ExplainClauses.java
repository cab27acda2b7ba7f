package io.github.dsqljava.local.dialect;

import io.github.dsqljava.local.sql.SqlToken.Kind;
import io.github.dsqljava.local.sql.StatementCursor;

/**
 * {@code EXPLAIN}. The explained statement is refused as if it stood alone, which is inferred. It
 * runs only with ANALYZE.
 */
final class ExplainClauses implements ClauseFinder {
  private final MainStatement inner;

  ExplainClauses(MainStatement inner) {
    this.inner = inner;
  }

  @Override
  public void find(StatementCursor statement, Draft draft) {
    statement.accept("EXPLAIN");
    boolean analyze = false;
    if (isOptions(statement)) {
      StatementCursor options = statement.group();
      while (!options.atEnd()) {
        analyze |= isAnalyze(options.element());
      }
    } else {
      analyze = statement.accept("ANALYZE") || statement.accept("ANALYSE");
      statement.accept("VERBOSE");
    }
    inner.find(statement, draft);
    draft.is("Explain", StatementClass.UTILITY, analyze ? draft.effect() : TransactionEffect.NONE);
  }

  private static boolean isAnalyze(StatementCursor option) {
    if (!option.accept("ANALYZE") && !option.accept("ANALYSE")) {
      return false;
    }
    return !option.at("FALSE")
        && !option.at("OFF")
        && !(option.at(Kind.NUMBER) && option.token().text().equals("0"))
        && !(option.at(Kind.STRING) && option.token().text().equalsIgnoreCase("'off'"));
  }

  /** Whether options follow, and not a query in parentheses. */
  private static boolean isOptions(StatementCursor statement) {
    if (!statement.at(Kind.LEFT_PARENTHESIS)) {
      return false;
    }
    StatementCursor inside = statement.copy().group();
    return !inside.at("SELECT")
        && !inside.at("WITH")
        && !inside.at("VALUES")
        && !inside.at("TABLE")
        && !inside.at(Kind.LEFT_PARENTHESIS);
  }
}
