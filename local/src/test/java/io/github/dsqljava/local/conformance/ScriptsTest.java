package io.github.dsqljava.local.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.dsqljava.local.conformance.script.FidelityRow;
import io.github.dsqljava.local.conformance.script.ScriptFile;
import io.github.dsqljava.local.conformance.script.Section;
import io.github.dsqljava.local.conformance.script.Step;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The scripts by themselves: that they are safe on anybody's cluster, and what the page says. */
class ScriptsTest {
  private static final Path PAGE = Path.of("..", "docs", "fidelity.md");

  /** What a script drops has to be its own: an object, an index of its table, a constraint. */
  private static final Pattern DROP =
      Pattern.compile(
          "^DROP (?:TABLE|VIEW|SEQUENCE|DOMAIN|FUNCTION|INDEX)"
              + " (?:CONCURRENTLY )?(?:IF EXISTS )?(\\w+)");

  /** What would reach beyond the schema, if it were not refused. */
  private static final Pattern BEYOND =
      Pattern.compile(
          "\\b(ROLE \\w+ WITH|CREATE (ROLE|USER|DATABASE|SCHEMA|EXTENSION|TABLESPACE|PUBLICATION)"
              + "|DROP (ROLE|USER|DATABASE|SCHEMA|EXTENSION|OWNED)|ALTER (SYSTEM|ROLE|DATABASE|SCHEMA)"
              + "|REASSIGN|DEFAULT PRIVILEGES|ON (SCHEMA|DATABASE)|pg_terminate|pg_cancel|PROGRAM)\\b");

  private static Stream<Section> sections() {
    return ScriptFile.all().stream().flatMap(file -> file.sections().stream());
  }

  private static List<String> statements(Section section) {
    return section.steps().stream().filter(step -> !step.onlyHere()).map(Step::sql).toList();
  }

  @Test
  void scripts_dropWhatTheyHaveMade_andNothingElse() {
    List<String> foreign = new ArrayList<>();
    sections()
        .forEach(
            section -> {
              for (String sql : lasting(section)) {
                if (sql.startsWith("DROP") || sql.contains("; DROP")) {
                  var dropped = DROP.matcher(sql);
                  boolean own =
                      dropped.find()
                          && statements(section).stream()
                              .anyMatch(
                                  made ->
                                      made.matches("CREATE .*\\b" + dropped.group(1) + "\\b.*"));
                  // Objects that are never made are no more than a name in the run's own schema.
                  if (!own && !sql.startsWith("DROP TABLE IF EXISTS nd_other")) {
                    foreign.add(section + ": " + sql);
                  }
                }
              }
            });
    assertThat(foreign).isEmpty();
  }

  @Test
  void scripts_stayInTheirSchema() {
    Map<String, Predicate<Section>> rules =
        Map.of(
            "reaches beyond", ScriptsTest::reachesBeyond,
            "names another schema in a change",
                section ->
                    lasting(section).stream()
                        .filter(sql -> !sql.contains(" public.{schema}_t")) // the run's own
                        .anyMatch(
                            sql ->
                                sql.matches(
                                    "(?i)(CREATE|DROP|ALTER|INSERT|UPDATE|DELETE).*\\bpublic\\..*")),
            "changes something behind another search path",
                section ->
                    statements(section).stream()
                            .anyMatch(
                                sql ->
                                    sql.contains("search_path = ") || sql.contains("'search_path'"))
                        && statements(section).stream()
                            .anyMatch(
                                sql -> sql.matches("(CREATE|DROP|ALTER|INSERT|UPDATE|DELETE) .*")));
    rules.forEach(
        (rule, breaks) ->
            assertThat(sections().filter(breaks).map(Section::id)).as(rule).isEmpty());
  }

  /** Those that leave something, if a cluster takes them: not what is rolled back at once. */
  private static List<String> lasting(Section section) {
    List<String> statements = statements(section);
    return IntStream.range(0, statements.size())
        .filter(i -> !isUndone(statements, i))
        .mapToObj(statements::get)
        .toList();
  }

  /** Whether it is the only statement of a transaction that is rolled back. */
  private static boolean isUndone(List<String> statements, int i) {
    return i > 0
        && i < statements.size() - 1
        && statements.get(i - 1).equals("BEGIN")
        && statements.get(i + 1).equals("ROLLBACK");
  }

  private static boolean reachesBeyond(Section section) {
    return lasting(section).stream().anyMatch(sql -> BEYOND.matcher(sql).find());
  }

  /** What no rollback undoes, or what ends the transaction. */
  @Test
  void listsOfStatements_reachNothingThatStays() {
    Pattern stays =
        Pattern.compile("^(COMMIT|END|PREPARE TRANSACTION|AWS)|PROGRAM|'/|SUBSCRIPTION|TABLESPACE");
    List<Section> lists =
        sections().filter(section -> section.row().equals("statements.all")).toList();
    assertThat(lists).hasSizeGreaterThan(30);
    assertThat(lists)
        .allSatisfy(
            section -> {
              assertThat(lasting(section)).allMatch(Set.of("BEGIN", "ROLLBACK")::contains);
              assertThat(statements(section)).noneMatch(sql -> stays.matcher(sql).find());
            });
  }

  @Test
  void everyProbe_isThere_andIsAsked() {
    Set<String> asked = new TreeSet<>();
    sections()
        .flatMap(section -> section.probes().stream())
        .forEach(question -> asked.add(question.probe()));
    assertThat(asked).isEqualTo(Probe.catalogue().keySet());
  }

  @Test
  void everyRow_isAsked_orSaysWhyItCannotBe() {
    Map<String, FidelityRow> rows = FidelityRow.all();
    for (FidelityRow row : rows.values()) {
      List<Section> sections = sections().filter(s -> s.row().equals(row.id())).toList();
      assertThat(sections).as(row.id()).anyMatch(s -> s.isPlayable() || s.cannot().isPresent());
      if (row.isUnknown()) {
        assertThat(sections).as("probe of " + row.id()).anyMatch(Section::isPlayable);
      }
    }
  }

  /** The numbers at the top. */
  @Test
  void page_countsWhatTheScriptsCompare() throws Exception {
    Map<String, FidelityRow> rows = FidelityRow.all();
    Plan plan = new Plan(ScriptFile.all(), /* slow= */ true, /* roles= */ true);
    String text =
        "Scripts compare %d answers, statement by statement, over %d rows: %d in rows that are the same, %d in rows that differ, %d in rows that are unknown; %d rows have other tests only."
            .formatted(
                plan.comparisons(),
                sections().filter(Section::isPlayable).map(Section::row).distinct().count(),
                count(rows, "same"),
                count(rows, "differs"),
                count(rows, "unknown"),
                rows.keySet().stream()
                    .filter(row -> sections().noneMatch(s -> s.row().equals(row) && s.isPlayable()))
                    .count());
    assertThat(Files.readString(PAGE).replaceAll("\\s+", " ")).contains(text);
  }

  private static int count(Map<String, FidelityRow> rows, String verdict) {
    return sections()
        .filter(Section::isPlayable)
        .filter(section -> rows.get(section.row()).verdict().equals(verdict))
        .mapToInt(Plan::comparisons)
        .sum();
  }

  /**
   * Third column of the open points: names of sections that can be played, or why there is none.
   */
  @Test
  void openPoints_nameTheirProbes() throws Exception {
    String page = Files.readString(PAGE);
    List<String> points =
        page.substring(page.indexOf("## Open or inferred"))
            .lines()
            .filter(line -> line.startsWith("| "))
            .skip(1)
            .toList();
    assertThat(points).hasSizeGreaterThan(50);
    Set<String> playable = new TreeSet<>();
    sections().filter(Section::isPlayable).map(Section::id).forEach(playable::add);
    for (String point : points) {
      String[] cells = point.split(" \\| ", -1);
      String probe = cells[2].replaceAll(" \\|$", "");
      if (!probe.startsWith("none: ")) {
        List<String> names =
            Pattern.compile("`([^`]+)`").matcher(probe).results().map(r -> r.group(1)).toList();
        assertThat(names).as(point).isNotEmpty().isSubsetOf(playable);
      }
    }
  }

  @Test
  void step_isReadAsItIsWritten() {
    Step step = Step.parse("A: SELECT a => b FROM t => [1] | x");
    assertThat(step.sql()).isEqualTo("SELECT a => b FROM t");
    assertThat(step.line("none")).isEqualTo("A: SELECT a => b FROM t => none");
    assertThat(step.accepts("[1] | x")).isTrue();
    assertThat(step.accepts("[1]")).isFalse();
    assertThat(Step.parse("B? => #1").accepts("#1 | TAG: INSERT 0 1")).isTrue();
    assertThat(Step.parse("here A: BEGIN").onlyHere()).isTrue();
    assertThat(Step.parse("A: COMMIT => !OC000").accepts(Step.CONFLICT)).isTrue();
    assertThat(Step.parse("A: BEGIN").accepts("!25001 ERROR: x")).isFalse();
    assertThatThrownBy(() -> Step.parse("SELECT 1")).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void file_withASectionTwice_isRefused() {
    assertThatThrownBy(() -> ScriptFile.parse("x", "== a\nA: BEGIN\n== a\nA: BEGIN\n"))
        .hasMessage("x has two sections == a");
  }
}
