package io.github.dsqljava.local.demo;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.dsqljava.local.DsqlLocal;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The answers are the cluster's, so the demo cannot tell what is not so. */
class DemoShowTest {
  @Test
  void demo_showsAConflictAndItsEnd(@TempDir Path directory) throws Exception {
    Path picture = directory.resolve("demo.svg");
    ByteArrayOutputStream shown = new ByteArrayOutputStream();
    try (DsqlLocal cluster = DsqlLocal.start()) {
      DemoShow.run(
          new Demo.Access(
              cluster.host(),
              cluster.port(),
              cluster.caCertificate(),
              () -> cluster.token("admin")),
          new PrintStream(shown, true, StandardCharsets.UTF_8),
          Duration.ZERO,
          Optional.of(picture));
    }
    assertThat(shown.toString(StandardCharsets.UTF_8).lines().map(String::stripTrailing))
        .containsSubsequence(
            line("> UPDATE account SET balance = 100 - 30", ""),
            line("  UPDATE 1", ""),
            line("", "> UPDATE account SET balance = 100 - 80"),
            line("", "  UPDATE 1"),
            line("", "> SELECT balance FROM account"),
            line("", "  20"),
            line("> COMMIT", ""),
            line("  COMMIT", ""),
            line("", "> COMMIT"),
            line("", "  40001 change conflicts with another"),
            line("", "  transaction (OC000)"),
            line("", "> BEGIN"),
            line("", "  70"),
            line("", "> COMMIT"),
            line("", "  COMMIT"))
        .allMatch(line -> line.length() <= 100);
    var texts =
        DocumentBuilderFactory.newInstance()
            .newDocumentBuilder()
            .parse(picture.toFile())
            .getElementsByTagName("text");
    assertThat(texts.getLength()).isGreaterThan(30);
    // README shows what the command makes; --svg docs/demo.svg makes it anew.
    assertThat(Files.readString(Path.of("..", "docs", "demo.svg")))
        .isEqualTo(Files.readString(picture));
  }

  private static String line(String left, String right) {
    return (String.format("%-48s", left) + " | " + right).stripTrailing();
  }
}
