package io.github.dsqljava.local.plans;

import io.github.dsqljava.local.sql.SqlStatement;
import io.github.dsqljava.local.sql.SqlStatements;
import io.github.dsqljava.local.sql.SqlToken.Kind;
import java.util.Set;

/**
 * Tells which filters the storage applies. No source says; here they are those that compare columns
 * of the table with constants, without a function, a subquery or a parameter.
 */
final class PushedDown {
  /** Words that may stand before a parenthesis without being the name of a function. */
  private static final Set<String> WORDS =
      Set.of("AND", "OR", "NOT", "ANY", "ALL", "IN", "CASE", "WHEN", "THEN", "ELSE", "PRECISION");

  private PushedDown() {}

  static boolean is(String filter, String table) {
    if (!Qualifiers.tables(filter).stream().allMatch(table::equals)) {
      return false;
    }
    for (SqlStatement part : SqlStatements.split(filter)) {
      for (int i = 0; i < part.size(); i++) {
        if (part.kind(i) == Kind.PARAMETER || part.is(i, "SUBPLAN") || isCall(part, i)) {
          return false;
        }
      }
    }
    return true;
  }

  private static boolean isCall(SqlStatement part, int index) {
    boolean name =
        part.kind(index) == Kind.IDENTIFIER || part.kind(index) == Kind.QUOTED_IDENTIFIER;
    return name
        && index + 1 < part.size()
        && part.kind(index + 1) == Kind.LEFT_PARENTHESIS
        && WORDS.stream().noneMatch(word -> part.is(index, word))
        && !BareColumns.isOfType(part, index);
  }
}
