package io.github.dsqljava.examples;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.dsqljava.local.DsqlLocal;
import io.github.dsqljava.testsupport.DocumentedJava;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ReadmeTest {
  private static final Path README = Path.of("..", "README.md");
  private static final Pattern LINK = Pattern.compile("\\]\\(([^)\\s]+)\\)");

  @Test
  void firstTwoMavenLines_areTheExamplesThenTheTests() throws IOException {
    assertThat(Files.readAllLines(README).stream().map(String::strip))
        .filteredOn(line -> line.startsWith("mvn "))
        .startsWith("mvn compile exec:exec", "mvn verify");
  }

  @Test
  void readme_isShort() throws IOException {
    assertThat(Files.readAllLines(README)).hasSizeLessThanOrEqualTo(120);
  }

  @ParameterizedTest
  @CsvSource({"README.md, 1", "docs/connector.md, 1", "docs/dsql-local.md, 5"})
  void javaBlocks_areCompiledCode(String document, int blocks) throws IOException {
    DocumentedJava.assertCompiled(Path.of("..", document), ReadmeSnippets.class, blocks);
  }

  /** A page that nobody finds, or a link that leads nowhere. */
  @Test
  void documents_areLinked_andLinksLeadSomewhere() throws IOException {
    try (Stream<Path> found = Files.list(Path.of("..", "docs"))) {
      List<Path> pages = found.filter(page -> page.toString().endsWith(".md")).toList();
      String readme = Files.readString(README);
      for (Path page : pages) {
        assertThat(readme).contains("(docs/" + page.getFileName() + ")");
        assertThat(brokenLinks(page)).isEmpty();
      }
      assertThat(brokenLinks(README)).isEmpty();
    }
  }

  private static List<String> brokenLinks(Path page) throws IOException {
    return LINK.matcher(Files.readString(page))
        .results()
        .map(link -> link.group(1))
        .filter(target -> !target.contains(":") && !leadsSomewhere(page, target))
        .toList();
  }

  private static boolean leadsSomewhere(Path page, String target) {
    String[] parts = target.split("#", 2);
    Path file = parts[0].isEmpty() ? page : page.resolveSibling(parts[0]);
    if (!Files.exists(file)) {
      return false;
    }
    try (Stream<String> lines = Files.lines(file)) {
      return parts.length == 1
          || lines
              .filter(line -> line.startsWith("#"))
              .map(ReadmeTest::anchor)
              .anyMatch(parts[1]::equals);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** As GitHub makes it of a heading. */
  private static String anchor(String heading) {
    return heading
        .replaceFirst("^#+ ", "")
        .toLowerCase(Locale.ROOT)
        .replaceAll("[^\\p{L}\\p{N}_ -]", "")
        .replace(' ', '-');
  }

  @Test
  void localSnippets_run() throws Exception {
    assertThat(ReadmeSnippets.local()).isEqualTo("PostgreSQL 16");
    try (DsqlLocal cluster = DsqlLocal.start()) {
      ReadmeSnippets.jdbc(cluster);
      ReadmeSnippets.faults(cluster);
      assertThat(cluster.faults().remaining().total()).isEqualTo(6);
    }
  }
}
