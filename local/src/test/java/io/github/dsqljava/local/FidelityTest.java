package io.github.dsqljava.local;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
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
 * which is a script to be played, or names the tests that would fail.
 */
class FidelityTest {
  private static final Path TABLE = Path.of("..", "docs", "fidelity.md");
  private static final Set<String> VERDICTS = Set.of("same", "differs", "unknown");

  /** Row of the table: its first three cells, without the marks around the first. */
  private record Row(String id, String feature, String verdict) {}

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

  private static List<Row> rows() throws IOException {
    List<Row> rows = new ArrayList<>();
    for (String line : Files.readAllLines(TABLE)) {
      if (line.startsWith("| `")) {
        String[] cells = line.split("\\|");
        rows.add(new Row(cells[1].strip().replace("`", ""), cells[2].strip(), cells[3].strip()));
      }
    }
    return rows;
  }

  private static Map<String, List<String>> sections() throws IOException {
    Map<String, List<String>> sections = new LinkedHashMap<>();
    List<String> current = new ArrayList<>();
    try (InputStream file = FidelityTest.class.getResourceAsStream("fidelity.txt")) {
      for (String line : new String(file.readAllBytes(), UTF_8).split("\n")) {
        if (line.startsWith("== ")) {
          current = new ArrayList<>();
          assertThat(sections.put(line.substring(3), current)).as(line).isNull();
        } else if (!line.isBlank() && !line.startsWith("#")) {
          current.add(line);
        }
      }
    }
    return sections;
  }

  @Test
  void everyRow_hasItsProof_andEveryProofItsRow() throws Exception {
    assertThat(rows()).extracting(Row::id).doesNotHaveDuplicates();
    assertThat(sections().keySet())
        .containsExactlyInAnyOrderElementsOf(rows().stream().map(Row::id).toList());
    assertThat(sections()).allSatisfy((id, lines) -> assertThat(lines).as(id).isNotEmpty());
    assertThat(rows()).allSatisfy(row -> assertThat(row.verdict()).isIn(VERDICTS));
  }

  static Stream<Arguments> scripts() throws IOException {
    return sections().entrySet().stream()
        .flatMap(
            section ->
                Stream.of("simple", "extended")
                    .map(
                        protocol ->
                            Arguments.of(
                                section.getKey(),
                                protocol,
                                section.getValue().stream()
                                    .filter(line -> !line.startsWith("test: "))
                                    .toList())))
        .filter(arguments -> !((List<?>) arguments.get()[2]).isEmpty());
  }

  @ParameterizedTest(name = "{0} ({1})")
  @MethodSource("scripts")
  void script_isAnsweredAsTheTableSays(String id, String protocol, List<String> script)
      throws Exception {
    Script.play(CLUSTERS.get(protocol), protocol, String.join("\n", script));
  }

  /** A class without a method stands for all tests of it. */
  @Test
  void testsThatAreNamed_exist() throws Exception {
    for (Map.Entry<String, List<String>> section : sections().entrySet()) {
      for (String line : section.getValue()) {
        if (line.startsWith("test: ")) {
          String[] name = line.substring("test: ".length()).split("#", 2);
          Class<?> type = Class.forName(FidelityTest.class.getPackageName() + "." + name[0]);
          assertThat(Arrays.stream(type.getDeclaredMethods()).filter(FidelityTest::isTest))
              .as("%s: %s", section.getKey(), line)
              .anyMatch(test -> name[1].isEmpty() || test.getName().equals(name[1]));
        }
      }
    }
  }

  private static boolean isTest(Method method) {
    return AnnotationSupport.isAnnotated(method, Testable.class);
  }
}
