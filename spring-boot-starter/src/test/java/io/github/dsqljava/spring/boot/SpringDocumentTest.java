package io.github.dsqljava.spring.boot;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.dsqljava.testsupport.DocumentedJava;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** What docs/spring.md shows is what the build runs. */
class SpringDocumentTest {
  private static final Path DOCUMENT = Path.of("..", "docs", "spring.md");
  private static final Path PROJECT = Path.of("..", "projects", "src", "webflux");

  @Test
  void program_isTheOneThatTheProjectsRun_andShort() throws IOException {
    String program = Files.readString(PROJECT.resolve("main/java/com/example/App.java"));
    String properties = Files.readString(PROJECT.resolve("resources/application.properties"));
    String schema = Files.readString(PROJECT.resolve("resources/schema.sql"));
    assertThat(Files.readString(DOCUMENT))
        .contains("two properties, two statements of SQL and 36 lines of Java")
        .contains("```sql\n" + schema + "```\n")
        .contains("```java\n" + program + "```\n")
        .contains("```properties\n" + properties + "```\n");
    assertThat(program.lines()).hasSize(36);
    assertThat(properties.lines()).hasSize(2);
    assertThat(schema.lines()).hasSize(2);
  }

  @Test
  void otherBlocks_areCompiled() throws IOException {
    DocumentedJava.assertCompiled(DOCUMENT, SpringSnippets.class, 2);
  }
}
