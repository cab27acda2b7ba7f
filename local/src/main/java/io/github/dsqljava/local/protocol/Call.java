package io.github.dsqljava.local.protocol;

import java.util.List;

/**
 * A statement that is not the client's, with its parameters as text. PostgreSQL shows the text of a
 * statement to the client, in its views, but never a parameter.
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
