package io.github.dsqljava.examples;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.dsqljava.local.DsqlLocal;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ReadmeTest {
  private static final Path README = Path.of("..", "README.md");
  private static final Path SNIPPETS =
      Path.of("src/test/java", ReadmeSnippets.class.getName().replace('.', '/') + ".java");

  @Test
  void firstTwoMavenLines_areTheExamplesThenTheTests() throws IOException {
    assertThat(Files.readAllLines(README).stream().map(String::strip))
        .filteredOn(line -> line.startsWith("mvn "))
        .startsWith("mvn compile exec:exec", "mvn verify");
  }

  @Test
  void javaBlocks_areCompiledCode() throws IOException {
    String compiled = withoutLayout(Files.readString(SNIPPETS));
    List<List<String>> blocks = javaBlocks();
    assertThat(blocks).hasSize(3);
    for (List<String> block : blocks) {
      // Where the README leaves something to the reader, the code goes on.
      for (String part : String.join("\n", block).split("// \\.\\.\\.[^\n]*\n}?")) {
        assertThat(compiled).contains(withoutLayout(part));
      }
    }
  }

  @Test
  void localSnippets_run() throws Exception {
    assertThat(ReadmeSnippets.local()).isEqualTo("PostgreSQL 16");
    try (DsqlLocal cluster = DsqlLocal.start()) {
      ReadmeSnippets.jdbc(cluster);
    }
  }

  private static List<List<String>> javaBlocks() throws IOException {
    List<List<String>> blocks = new ArrayList<>();
    List<String> block = null;
    for (String line : Files.readAllLines(README)) {
      if (line.equals("```java")) {
        block = new ArrayList<>();
      } else if (line.equals("```") && block != null) {
        blocks.add(block);
        block = null;
      } else if (block != null) {
        block.add(line);
      }
    }
    return blocks;
  }

  private static String withoutLayout(String code) {
    return code.replaceAll("\\s+", "");
  }
}
