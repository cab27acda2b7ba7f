package io.github.dsqljava.spring.boot;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.spi.ToolProvider;
import org.junit.jupiter.api.Test;

/** What of this module needs what, and what its users get with it. */
class ArchitectureTest {
  private static final Path CLASSES = Path.of("target", "classes", "io");

  private static List<String> needs(String packageName) {
    StringWriter out = new StringWriter();
    PrintWriter printer = new PrintWriter(out, true);
    int status =
        ToolProvider.findFirst("jdeps")
            .orElseThrow()
            .run(printer, printer, "-verbose:package", "-filter:none", CLASSES.toString());
    assertThat(status).as(out.toString()).isZero();
    return Pattern.compile("^ +" + packageName + " +-> (\\S+)", Pattern.MULTILINE)
        .matcher(out.toString())
        .results()
        .map(arrow -> arrow.group(1))
        .toList();
  }

  /** So the retries work in Spring without Boot, and there is no circle. */
  @Test
  void transactions_needNeitherBootNorADriverOfOurs() {
    assertThat(needs("io.github.dsqljava.spring.transaction"))
        .isNotEmpty()
        .noneMatch(need -> need.startsWith("io.github.dsqljava.spring.boot"))
        .noneMatch(need -> need.startsWith("org.springframework.boot"))
        .noneMatch(need -> need.startsWith("io.github.dsqljava.r2dbc"))
        .noneMatch(need -> need.startsWith("io.github.dsqljava.vertx"));
    assertThat(needs("io.github.dsqljava.spring.boot"))
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
