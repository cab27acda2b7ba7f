package io.github.dsqljava.examples;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.dsqljava.local.DsqlLocal;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class ReadmeTest {
  private static final Path README = Path.of("..", "README.md");

  @Test
  void firstTwoMavenLines_areTheExamplesThenTheTests() throws IOException {
    assertThat(Files.readAllLines(README).stream().map(String::strip))
        .filteredOn(line -> line.startsWith("mvn "))
        .startsWith("mvn compile exec:exec", "mvn verify");
  }

  @Test
  void javaBlocks_areCompiledCode() throws IOException {
    DocumentedJava.assertCompiled(README, ReadmeSnippets.class, 6);
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
