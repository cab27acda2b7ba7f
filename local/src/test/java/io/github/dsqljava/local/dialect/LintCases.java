package io.github.dsqljava.local.dialect;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Map.entry;

import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

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

  private static final String FK = "foreign keys are accepted since 2026-08-26 (linter 0.2.22)";

  /**
   * What its cluster refused on 2026-08-07 and the service accepts by now, with the reason. The
   * linter follows the service: 0.2.22 accepts foreign keys (2026-08-26), constraints after
   * creation (2026-09-02) and partial indexes (2026-09-16).
   */
  public static final Map<String, String> STALE =
      Map.ofEntries(
          entry("CREATE TABLE _r (id INT, cid INT REFERENCES _clust_base(id));", FK),
          entry(
              "CREATE INDEX ASYNC _r_idx ON _clust_base(lower(col));",
              "expression indexes are accepted since 2026-08-13; lower(int) does not exist"),
          entry(
              "CREATE INDEX ASYNC _r_idx ON _clust_base(col) WHERE col > 0;",
              "partial indexes are accepted since 2026-09-15 (linter 0.2.22)"),
          entry(
              "ALTER TABLE _clust_base ADD CONSTRAINT _rej_u UNIQUE USING INDEX _clust_base_idx;",
              "constraints after creation are accepted since 2026-09-02 (linter 0.2.22); this index"
                  + " does not exist"),
          entry(
              "ALTER TABLE _clust_base DROP CONSTRAINT _rej_c;",
              "accepted since 2026-07-06; this constraint does not exist"),
          entry(
              "ALTER INDEX _rej_idx RENAME TO _rej_idx2;",
              "accepted by live reports of 2026-10; this index does not exist"));

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
