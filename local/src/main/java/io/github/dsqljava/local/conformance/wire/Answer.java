package io.github.dsqljava.local.conformance.wire;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The answer to a statement.
 *
 * @param columns names of the result's columns; null if it has no result
 * @param rows in the text format
 * @param tag of the CommandComplete; empty if there was none
 * @param error fields of the ErrorResponse; empty if there was none
 */
public record Answer(
    @Nullable List<String> columns,
    List<List<@Nullable String>> rows,
    String tag,
    Map<Character, String> error) {
  /** Whether it is an error. */
  public boolean isError() {
    return !error.isEmpty();
  }

  /** Whether the server ends the connection with it. */
  public boolean isFatal() {
    return field('V').equals("FATAL") || field('V').equals("PANIC");
  }

  /** Returns a field of the error; empty if it is not there. */
  public String field(char name) {
    return error.getOrDefault(name, "");
  }
}
