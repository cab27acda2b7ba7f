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
        LintCases.STALE.containsKey(statement.sql()) || NEEDS_CATALOG.containsKey(statement.sql());

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
    assertThat(refused).containsAll(LintCases.STALE.keySet()).containsAll(NEEDS_CATALOG.keySet());
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
