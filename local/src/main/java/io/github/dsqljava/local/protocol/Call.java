package io.github.dsqljava.local.protocol;

import java.util.List;

/**
 * A statement of dsql-local itself, with its parameters as text. PostgreSQL's views show the client
 * the text of a statement, but never a parameter.
 */
public record Call(String sql, List<String> parameters) {
  /** Copies the list. */
  public Call {
    parameters = List.copyOf(parameters);
  }

  /** A statement with {@code $1}, {@code $2} and so on in its text. */
  public static Call of(String sql, String... parameters) {
    return new Call(sql, List.of(parameters));
  }
}
