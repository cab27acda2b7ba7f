package io.github.dsqljava.local.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.dsqljava.local.DsqlLocal;
import io.github.dsqljava.local.conformance.script.FidelityRow;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/**
 * What real clusters have answered ({@code conformance --record}) is what dsql-local answers, but
 * for rows that docs/fidelity.md says to differ. A file is named after its date and Region.
 */
class RecordingsTest {
  private static final Path RECORDINGS =
      Path.of("src", "test", "resources", "io", "github", "dsqljava", "local", "conformance")
          .resolve("recordings");

  @TempDir Path directory;

  @TestFactory
  List<DynamicTest> recordings_areWhatDsqlLocalAnswers() throws IOException {
    try (Stream<Path> files = Files.list(RECORDINGS)) {
      return files
          .filter(file -> file.toString().endsWith(".txt"))
          .sorted()
          .map(file -> DynamicTest.dynamicTest(file.getFileName().toString(), () -> play(file)))
          .toList();
    }
  }

  private void play(Path file) throws Exception {
    Map<String, FidelityRow> rows = FidelityRow.all();
    try (DsqlLocal cluster = DsqlLocal.builder().jobDelay(Duration.ofMillis(300)).start()) {
      Kit kit = Kit.of(directory, cluster);
      kit.files = Recording.parse(Files.readString(file));
      Kit.Outcome outcome = kit.run();
      assertThat(ConformanceTest.differing(outcome))
          .as(outcome.report())
          .allSatisfy(row -> assertThat(rows.get(row).verdict()).isEqualTo("differs"));
    }
  }
}
