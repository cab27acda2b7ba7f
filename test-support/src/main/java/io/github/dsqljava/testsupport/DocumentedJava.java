package io.github.dsqljava.testsupport;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The Java in a document, which must be a part of a class that compiles. Blocks that are whole
 * classes (those of a test set-up) are left to the module that builds them as files.
 */
public final class DocumentedJava {
  private DocumentedJava() {}

  /**
   * Fails unless every block of the document is in the class's source.
   *
   * @param snippets a class of the tests of the module that is built
   */
  public static void assertCompiled(Path document, Class<?> snippets, int expectedBlocks)
      throws IOException {
    Path source = Path.of("src/test/java", snippets.getName().replace('.', '/') + ".java");
    String compiled = withoutLayout(Files.readString(source));
    List<List<String>> blocks = blocks(document);
    blocks.removeIf(block -> block.get(0).startsWith("@") || block.get(0).startsWith("package "));
    assertThat(blocks).hasSize(expectedBlocks);
    for (List<String> block : blocks) {
      // Where the document omits code, the compiled class has more.
      for (String part : String.join("\n", block).split("// \\.\\.\\.[^\n]*\n}?")) {
        assertThat(compiled).contains(withoutLayout(part));
      }
    }
  }

  private static List<List<String>> blocks(Path document) throws IOException {
    List<List<String>> blocks = new ArrayList<>();
    List<String> block = null;
    for (String line : Files.readAllLines(document)) {
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
