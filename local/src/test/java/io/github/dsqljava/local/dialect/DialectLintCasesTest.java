package io.github.dsqljava.local.dialect;

import static java.util.Map.entry;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.dsqljava.local.dialect.LintCases.Case;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * {@link LintCases}, each statement as a message of its own. Statements that they expect to be
 * refused and that are accepted here stand in one of two lists, with the reason.
 */
class DialectLintCasesTest {
  private static final String FK = "foreign keys are accepted since 2026-08-26";

  /** Accepted by the service since. */
  private static final Map<String, String> STALE =
      Map.ofEntries(
          entry("CREATE TABLE _r (id INT, cid INT REFERENCES _clust_base(id));", FK),
          entry(
              "CREATE INDEX ASYNC _r_idx ON _clust_base(lower(col));",
              "expression indexes are accepted since 2026-08-13; lower(int) does not exist"),
          entry(
              "CREATE INDEX ASYNC _r_idx ON _clust_base(col) WHERE col > 0;",
              "partial indexes are accepted since 2026-09-15"),
          entry(
              "ALTER TABLE _clust_base ADD CONSTRAINT _rej_u UNIQUE USING INDEX _clust_base_idx;",
              "accepted later; this index does not exist"),
          entry(
              "ALTER TABLE _clust_base DROP CONSTRAINT _rej_c;",
              "accepted since 2026-07-06; this constraint does not exist"),
          entry(
              "ALTER INDEX _rej_idx RENAME TO _rej_idx2;",
              "accepted by live reports of 2026-10; this index does not exist"));

  /** Refused because of what the catalog holds, or does not hold. */
  private static final Map<String, String> NEEDS_CATALOG =
      Map.ofEntries(
          entry("CREATE TABLE _r (id INT, tags TEXT[]);", "the type of a column"),
          entry("CREATE SEQUENCE _r_seq AS INTEGER CACHE 1;", "the type of a sequence"),
          entry("ALTER FUNCTION _rej_fn() IMMUTABLE;", "the function does not exist"),
          entry("DROP TRIGGER _rej_trg ON _clust_base;", "the trigger does not exist"));

  static List<Case> cases() throws IOException {
    return LintCases.all();
  }

  @ParameterizedTest
  @MethodSource("cases")
  void classify_case_hasTheVerdictOfTheCluster(Case statement) {
    boolean excused =
        STALE.containsKey(statement.sql()) || NEEDS_CATALOG.containsKey(statement.sql());

    assertThat(refusal(statement.sql()))
        .as(statement.sql())
        .matches(refusal -> refusal.isEmpty() == (statement.accepted() || excused));
  }

  @Test
  void cases_file_holdsAllThatIsExcused() throws IOException {
    List<Case> cases = cases();

    assertThat(cases).hasSize(161);
    List<String> refused =
        cases.stream().filter(one -> !one.accepted()).map(Case::sql).distinct().toList();
    assertThat(refused).containsAll(STALE.keySet()).containsAll(NEEDS_CATALOG.keySet());
  }

  private static Optional<Refusal> refusal(String sql) {
    var rules = new TransactionRules();
    for (Statement statement : Dialect.standard().classify(sql)) {
      // PostgreSQL decides about some, with the setting as it is on the service.
      Optional<Refusal> refusal = rules.refusal(statement).or(statement::refusal);
      if (refusal.isPresent()) {
        return refusal;
      }
      rules.succeeded(statement);
      rules.messageEnded();
    }
    return Optional.empty();
  }
}
