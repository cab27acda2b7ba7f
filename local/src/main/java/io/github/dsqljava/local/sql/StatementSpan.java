package io.github.dsqljava.local.sql;

import java.util.List;

/**
 * Where a statement stands in a text, and what it is. What is left out of all spans of a text does
 * not count for PostgreSQL: comments, semicolons and white space between statements.
 *
 * @param kind never {@link StatementKind#EMPTY}
 * @param start offset of its first character
 * @param end offset behind its last character, before the semicolon
 */
public record StatementSpan(StatementKind kind, int start, int end) {
  /** The statements of a Query message, in their order. Linear in the length of the text. */
  public static List<StatementSpan> of(String sql) {
    return SqlStatements.split(sql).stream()
        .map(
            statement ->
                new StatementSpan(StatementKind.of(statement), statement.start(), statement.end()))
        .toList();
  }
}
