package io.github.dsqljava;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** dsql-bom has every module that is published, and no other. */
class BomTest {
  private static final Set<String> NOT_PUBLISHED =
      Set.of(
          "bom",
          "test-base",
          "test-support",
          "examples",
          "examples/spring-webflux",
          "benchmarks",
          "clients",
          "projects");

  private static final Set<String> NOT_IN_IT = Set.of("dsql-bom", "dsql-parent");

  @Test
  void bom_namesThePublishedModules() throws IOException {
    List<String> published =
        all("<module>([^<]*)</module>", Path.of("..", "pom.xml")).stream()
            .filter(module -> !NOT_PUBLISHED.contains(module))
            .map(BomTest::artifact)
            .toList();
    assertThat(published).hasSizeGreaterThan(5);
    assertThat(all("<artifactId>([^<]*)</artifactId>", Path.of("..", "bom", "pom.xml")))
        .contains("dsql-bom")
        .filteredOn(artifact -> artifact.startsWith("dsql-") && !NOT_IN_IT.contains(artifact))
        .containsExactlyInAnyOrderElementsOf(published);
  }

  /** The second one in a module's POM; the first is the parent's. */
  private static String artifact(String module) {
    try {
      return all("<artifactId>([^<]*)</artifactId>", Path.of("..", module, "pom.xml")).get(1);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static List<String> all(String pattern, Path file) throws IOException {
    return Pattern.compile(pattern)
        .matcher(Files.readString(file))
        .results()
        .map((MatchResult match) -> match.group(1))
        .toList();
  }
}
