package io.github.dsqljava.junit;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The set-ups of the README are files of the module "projects", which builds and runs them. They
 * are all the blocks of Java that are whole classes; the module "examples" compiles the others.
 */
class ReadmeTest {
  private static final Path ROOT = Path.of(System.getProperty("basedir", ".")).resolve("..");

  @ParameterizedTest
  @CsvSource({
    "projects/src/it/junit-pgjdbc/src/test/java/com/example/OrdersTest.java, with pgjdbc**",
    "projects/src/it/junit-aws/src/test/java/com/example/OrdersTest.java, JDBC connector**",
    "projects/src/jpa/test/java/com/example/OrdersTest.java, Spring Boot 3.5 or 4**"
  })
  void setup_isTheFile_andHasAsManyLines(String file, String title) throws Exception {
    List<String> lines = Files.readAllLines(ROOT.resolve(file));
    String readme = Files.readString(ROOT.resolve("README.md"));
    int first = 0;
    while (!lines.get(first).startsWith("@")) {
      first++;
    }
    assertThat(readme)
        .contains("```java\n" + String.join("\n", lines.subList(first, lines.size())) + "\n```")
        .contains(title + ", " + lines.size() + " lines");
  }

  @Test
  void nothingElse_isAWholeClass() throws Exception {
    assertThat(Files.readString(ROOT.resolve("README.md")).split("```java\n@", -1)).hasSize(1 + 3);
  }
}
