package io.github.dsqljava.local.occ.differential;

import java.util.Arrays;
import java.util.Collections;
import java.util.List;

/**
 * One SQL statement of a client.
 *
 * @param sql with {@code ?} for parameters
 * @param parameters integers, texts, or null
 * @param locked the table whose rows it locks, the columns of its key being the first of the
 *     answer; or null
 */
record Statement(String sql, List<Object> parameters, Kind kind, Table locked, Strength strength) {
  enum Kind {
    READ,
    WRITE,
    /** Neither reads nor writes, so it takes no snapshot. */
    SETTING
  }

  static Statement read(String sql, Object... parameters) {
    return new Statement(sql, list(parameters), Kind.READ, null, null);
  }

  static Statement write(String sql, Object... parameters) {
    return new Statement(sql, list(parameters), Kind.WRITE, null, null);
  }

  static Statement setting(String sql) {
    return new Statement(sql, List.of(), Kind.SETTING, null, null);
  }

  static Statement lock(Table table, Strength strength, String sql, Object... parameters) {
    return new Statement(sql, list(parameters), Kind.READ, table, strength);
  }

  private static List<Object> list(Object... values) {
    return Collections.unmodifiableList(Arrays.asList(values));
  }

  /** With the parameters in their places. */
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder();
    int next = 0;
    for (char c : sql.toCharArray()) {
      text.append(c == '?' ? Sql.literal(parameters.get(next++)) : String.valueOf(c));
    }
    return text.toString();
  }
}
