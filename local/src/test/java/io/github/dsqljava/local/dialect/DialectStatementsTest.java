package io.github.dsqljava.local.dialect;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Runs {@code statements.txt}, and asks whether it leaves any rule out. */
class DialectStatementsTest {
  /** One statement of the file; without an answer it is accepted. */
  record Case(String rule, String sql, Optional<String> answer) {}

  private final Dialect dialect = Dialect.standard();

  static List<Case> cases() throws IOException {
    var cases = new ArrayList<Case>();
    String rule = "";
    String answer = "";
    for (String line : lines()) {
      String rest = line.length() > 2 ? line.substring(2) : "";
      switch (line.isEmpty() ? '#' : line.charAt(0)) {
        case '=' -> rule = rest;
        case '!' -> answer = rest;
        case '-' -> cases.add(new Case(rule, rest, Optional.of(answer)));
        case '+' -> cases.add(new Case(rule, rest, Optional.empty()));
        case '#' -> {}
        default -> throw new IOException("cannot read " + line);
      }
    }
    return cases;
  }

  private static List<String> lines() throws IOException {
    try (InputStream file = DialectStatementsTest.class.getResourceAsStream("statements.txt")) {
      return new String(file.readAllBytes(), UTF_8).lines().toList();
    }
  }

  @ParameterizedTest
  @MethodSource("cases")
  void refusal_statement_hasTheWordsOfTheService(Case statement) {
    assertThat(answer(statement.sql())).isEqualTo(statement.answer());
  }

  /** The same answer whatever stands around the statement. */
  @ParameterizedTest
  @MethodSource("cases")
  void refusal_statementAmongOthers_isTheSame(Case statement) {
    String sql = statement.sql();
    if (sql.startsWith(")")) {
      return;
    }
    List<Statement> classified =
        dialect.classify("/* a; b */ SELECT 1; -- c;\n " + sql + "\n; DELETE FROM t");

    assertThat(classified).hasSize(3);
    assertThat(classified.get(1).refusal().map(DialectStatementsTest::words))
        .isEqualTo(statement.answer());
  }

  @Test
  void cases_eachRule_hasBothKinds() throws IOException {
    Map<String, Set<Boolean>> kinds = new HashMap<>();
    for (Case statement : cases()) {
      kinds
          .computeIfAbsent(statement.rule(), unused -> new HashSet<>())
          .add(statement.answer().isPresent());
    }

    // These have nothing to refuse, or nothing that could be accepted beside them.
    kinds.remove("Queries (3.9)");
    assertThat(kinds).allSatisfy((rule, both) -> assertThat(both).hasSize(2));
  }

  @Test
  void cases_allTogether_leaveNoLineOfTheTablesOut() throws IOException {
    var refusals = new HashSet<Refusal>();
    for (Case statement : cases()) {
      dialect.classify(statement.sql()).get(0).refusal().ifPresent(refusals::add);
    }
    Set<String> seen = refusals.stream().map(Refusal::message).collect(Collectors.toSet());

    assertThat(dialect.forms())
        .flatExtracting(form -> form.refusal().stream().map(Refusal::message).toList())
        .isSubsetOf(seen);
    for (Clause clause : Clause.values()) {
      clause
          .refusal("\0")
          .ifPresent(
              refusal -> {
                String[] parts = refusal.message().split("\0", -1);
                assertThat(seen)
                    .as(clause.name())
                    .anyMatch(
                        message ->
                            message.startsWith(parts[0])
                                && message.endsWith(parts[parts.length - 1]));
              });
    }
  }

  @Test
  void allowing_clause_isAcceptedAndTheRestIsNot() {
    Dialect allowing = dialect.allowing(Clause.INDEX_WITHOUT_ASYNC);

    assertThat(allowing.classify("CREATE INDEX i ON t (a)").get(0).refusal()).isEmpty();
    assertThat(allowing.classify("CREATE INDEX i ON t (a DESC)").get(0).refusal().orElseThrow())
        .isEqualTo(Clause.INDEX_SORT_ORDER.refusal("").orElseThrow());
    assertThat(answer("CREATE INDEX i ON t (a)")).isPresent();
  }

  private Optional<String> answer(String sql) {
    List<Statement> classified = dialect.classify(sql);
    assertThat(classified).hasSize(1);
    return classified.get(0).refusal().map(DialectStatementsTest::words);
  }

  private static String words(Refusal refusal) {
    return refusal.sqlState() + " " + refusal.message();
  }
}
