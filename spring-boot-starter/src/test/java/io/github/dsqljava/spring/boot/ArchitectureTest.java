package io.github.dsqljava.spring.boot;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.dsqljava.testbase.ClassGraph;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** What of this module needs what, and what its users get with it. */
class ArchitectureTest {
  private static final ClassGraph CLASSES = ClassGraph.ofThisModule();

  @Test
  void classes_areRead() {
    assertThat(CLASSES.needs()).as("what jdeps tells").hasSizeGreaterThan(30);
    assertThat(CLASSES.packages().needs()).as("packages").hasSizeGreaterThan(1);
  }

  @Test
  void classes_needEachOtherInCirclesOfThreeAtMost() {
    assertThat(CLASSES.circlesOfMoreThan(3)).isEmpty();
  }

  @Test
  void packages_needEachOtherInNoCircle() {
    assertThat(CLASSES.packages().circles()).isEmpty();
  }

  /** So the retries work in Spring without Boot, and there is no circle. */
  @Test
  void transactions_needNeitherBootNorADriverOfOurs() {
    assertThat(ClassGraph.needsOfPackage("io.github.dsqljava.spring.transaction"))
        .isNotEmpty()
        .noneMatch(need -> need.startsWith("io.github.dsqljava.spring.boot"))
        .noneMatch(need -> need.startsWith("org.springframework.boot"))
        .noneMatch(need -> need.startsWith("io.github.dsqljava.r2dbc"))
        .noneMatch(need -> need.startsWith("io.github.dsqljava.vertx"));
    assertThat(ClassGraph.needsOfPackage("io.github.dsqljava.spring.boot"))
        .contains("io.github.dsqljava.spring.transaction");
  }

  @Test
  void users_getCoreAndNothingElse() throws IOException {
    String pom = Files.readString(Path.of("pom.xml"));
    List<String> given =
        Pattern.compile("<dependency>(.*?)</dependency>", Pattern.DOTALL)
            .matcher(pom.substring(pom.indexOf("</dependencyManagement>")))
            .results()
            .map(match -> match.group(1))
            .filter(text -> !text.contains("<scope>") && !text.contains("<optional>"))
            .filter(text -> !text.contains("<artifactId>postgresql<"))
            .toList();
    assertThat(given).hasSize(1).allMatch(text -> text.contains("<artifactId>dsql-core<"));
  }
}
