package io.github.dsqljava.local;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.dsqljava.local.conformance.script.FidelityRow;
import io.github.dsqljava.local.conformance.script.ScriptFile;
import io.github.dsqljava.local.conformance.script.Section;
import io.github.dsqljava.local.conformance.script.Step;
import java.io.IOException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.platform.commons.annotation.Testable;
import org.junit.platform.commons.support.AnnotationSupport;

/**
 * Holds docs/fidelity.md to what is so: each of its rows names a section of {@code fidelity.txt},
 * which is a script to be played, or names the tests that would fail. The conformance kit plays the
 * same scripts with a client of its own.
 */
class FidelityTest {
  private static final Path TABLE = Path.of("..", "docs", "fidelity.md");
  private static final Set<String> VERDICTS = Set.of("same", "differs", "unknown");

  private static final Map<String, DsqlLocal> CLUSTERS = new LinkedHashMap<>();

  @BeforeAll
  static void start() {
    CLUSTERS.put("simple", DsqlLocal.start());
    CLUSTERS.put("extended", DsqlLocal.start());
  }

  @AfterAll
  static void stop() {
    CLUSTERS.values().forEach(DsqlLocal::close);
  }

  private static Map<String, FidelityRow> rows() throws IOException {
    return FidelityRow.parse(Files.readString(TABLE));
  }

  private static List<Section> sections() {
    return Stream.of("fidelity", "probes")
        .flatMap(file -> ScriptFile.named(file).sections().stream())
        .toList();
  }

  @Test
  void everyRow_hasItsProof_andEveryProofItsRow() throws Exception {
    assertThat(rows().values()).allSatisfy(row -> assertThat(row.verdict()).isIn(VERDICTS));
    assertThat(
            sections().stream()
                .filter(
                    section ->
                        !section.steps().isEmpty()
                            || !section.tests().isEmpty()
                            || !section.probes().isEmpty())
                .map(Section::row)
                .distinct())
        .containsExactlyInAnyOrderElementsOf(rows().keySet());
    for (ScriptFile file : ScriptFile.all()) {
      assertThat(file.sections())
          .allSatisfy(section -> assertThat(rows()).containsKey(section.row()));
    }
  }

  /** It stands in the jar, for the conformance kit. */
  @Test
  void page_isTheOneThatTheProgramCarries() throws Exception {
    assertThat(FidelityRow.all()).isEqualTo(rows());
  }

  static Stream<Arguments> scripts() {
    return sections().stream()
        .filter(section -> !section.slow() && !section.needsRole() && !section.steps().isEmpty())
        .flatMap(
            section ->
                section.protocols().stream()
                    .map(protocol -> Arguments.of(section.id(), protocol, section.steps())));
  }

  @ParameterizedTest(name = "{0} ({1})")
  @MethodSource("scripts")
  void script_isAnsweredAsTheTableSays(String id, String protocol, List<Step> script)
      throws Exception {
    try (Script sessions = new Script(CLUSTERS.get(protocol), "admin", protocol)) {
      sessions.play(script);
    }
  }

  /** A class without a method stands for all tests of it. */
  @Test
  void testsThatAreNamed_exist() throws Exception {
    for (Section section : sections()) {
      for (String test : section.tests()) {
        String[] name = test.split("#", 2);
        Class<?> type = Class.forName(FidelityTest.class.getPackageName() + "." + name[0]);
        assertThat(Arrays.stream(type.getDeclaredMethods()).filter(FidelityTest::isTest))
            .as("%s: %s", section, test)
            .anyMatch(method -> name[1].isEmpty() || method.getName().equals(name[1]));
      }
    }
  }

  private static boolean isTest(Method method) {
    return AnnotationSupport.isAnnotated(method, Testable.class);
  }
}
