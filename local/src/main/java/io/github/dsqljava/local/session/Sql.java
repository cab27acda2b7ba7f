package io.github.dsqljava.local.session;

import java.util.Collection;
import java.util.stream.Collectors;

/** SQL constants. */
final class Sql {
  private Sql() {}

  static String literal(String text) {
    return "'" + text.replace("'", "''") + "'";
  }

  static String array(Collection<String> texts) {
    return texts.stream().map(Sql::literal).collect(Collectors.joining(",", "ARRAY[", "]::text[]"));
  }

  static String identifier(String name) {
    return '"' + name.replace("\"", "\"\"") + '"';
  }
}
