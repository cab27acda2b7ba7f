package io.github.dsqljava.local.occ.differential;

/** Text of SQL. */
final class Sql {
  private Sql() {}

  static String literal(Object value) {
    if (value == null) {
      return "NULL";
    }
    return value instanceof Integer
        ? value.toString()
        : "'" + value.toString().replace("'", "''") + "'";
  }
}
