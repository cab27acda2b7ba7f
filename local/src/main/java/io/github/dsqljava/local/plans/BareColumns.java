package io.github.dsqljava.local.plans;

import io.github.dsqljava.local.sql.SqlStatement;
import io.github.dsqljava.local.sql.SqlStatements;
import io.github.dsqljava.local.sql.SqlToken.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Finds the columns in an expression that PostgreSQL has written without their tables: names that
 * are nothing else. PostgreSQL quotes a column whose name is a keyword.
 */
final class BareColumns {
  /** Words without quotes that are no columns, besides the keywords. */
  private static final Set<String> WORDS =
      Set.of("AT", "ZONE", "ESCAPE", "SUBPLAN", "HASHED", "JSON", "OBJECT", "SCALAR");

  private BareColumns() {}

  static List<String> of(String expression) {
    List<String> columns = new ArrayList<>();
    for (SqlStatement part : SqlStatements.split(expression)) {
      for (int i = 0; i < part.size(); i++) {
        boolean quoted = part.kind(i) == Kind.QUOTED_IDENTIFIER;
        if ((quoted || isPlainName(part, i)) && standsAlone(part, i)) {
          columns.add(part.token(i).text());
        }
      }
    }
    return columns;
  }

  private static boolean isPlainName(SqlStatement part, int index) {
    return part.kind(index) == Kind.IDENTIFIER
        && QuotedName.isPlain(part.token(index).text())
        && WORDS.stream().noneMatch(word -> part.is(index, word))
        && !isOfType(part, index)
        && !(index > 1
            && part.is(index - 2, "EXTRACT")
            && part.kind(index - 1) == Kind.LEFT_PARENTHESIS);
  }

  private static boolean standsAlone(SqlStatement part, int index) {
    Kind before = index == 0 ? Kind.COMMA : part.kind(index - 1);
    Kind behind = index + 1 == part.size() ? Kind.COMMA : part.kind(index + 1);
    return before != Kind.DOT
        && before != Kind.TYPE_CAST
        && behind != Kind.DOT
        && behind != Kind.LEFT_PARENTHESIS
        && !(index > 0 && part.is(index - 1, "COLLATE"));
  }

  /** As in {@code ::timestamp without time zone}. */
  static boolean isOfType(SqlStatement part, int index) {
    int at = index;
    while (at > 0 && part.kind(at) == Kind.IDENTIFIER) {
      at--;
    }
    return part.kind(at) == Kind.TYPE_CAST;
  }
}
