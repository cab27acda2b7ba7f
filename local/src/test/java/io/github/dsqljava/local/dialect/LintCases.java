package io.github.dsqljava.local.dialect;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;

/**
 * The statements that the tests of AWS's dsql-lint (awslabs/aurora-dsql-tools, MIT-0, 2026-08-07)
 * run on a cluster.
 */
public final class LintCases {
  /**
   * A line of the file.
   *
   * @param setup statements to be run before, or nothing
   * @param accepted whether the cluster accepted it then
   */
  public record Case(String sql, String setup, boolean accepted) {}

  private LintCases() {}

  /** All lines, in their order. */
  public static List<Case> all() throws IOException {
    var cases = new ArrayList<Case>();
    try (InputStream file = LintCases.class.getResourceAsStream("dsql-lint-cases.jsonl")) {
      for (String line : new String(file.readAllBytes(), UTF_8).lines().toList()) {
        boolean accepted = string(line, "expect").equals("accept");
        cases.add(new Case(string(line, "sql"), string(line, "setup"), accepted));
      }
    }
    return cases;
  }

  /** The value of a field, of which the file only has escapes of one letter. */
  private static String string(String line, String field) {
    String key = "\"" + field + "\": \"";
    int start = line.indexOf(key) + key.length();
    if (start < key.length()) {
      return "";
    }
    var value = new StringBuilder();
    for (int i = start; line.charAt(i) != '"'; i++) {
      char character = line.charAt(i);
      if (character == '\\') {
        i++;
        character = line.charAt(i) == 'n' ? '\n' : line.charAt(i);
      }
      value.append(character);
    }
    return value.toString();
  }
}
