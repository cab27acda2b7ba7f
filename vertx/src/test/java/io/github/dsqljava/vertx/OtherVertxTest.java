package io.github.dsqljava.vertx;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.dsqljava.DsqlConfig;
import io.github.dsqljava.InvalidConfigurationException;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;

/**
 * A program on a Vert.x that is not supported learns that in a sentence. The profile oldest-vertx
 * brings one; without it there is nothing to be tried.
 */
class OtherVertxTest {
  private static final Path REFUSED = Path.of("target", "refused-vertx");

  /** What a user's program does first. */
  static final class Program {
    private Program() {}

    public static void main(String[] arguments) {
      DsqlConfig config =
          DsqlConfig.builder().endpoint("abcdefghijklmnopqrstuvwxyz.dsql.us-east-1.on.aws").build();
      try {
        System.out.println(DsqlConnector.create(config));
      } catch (InvalidConfigurationException e) {
        System.out.println(e.getMessage());
      }
      System.exit(0); // also if there were threads
    }
  }

  static boolean isThere() {
    return Files.isDirectory(REFUSED);
  }

  @Test
  @EnabledIf("isThere")
  void vertx45_isRefusedInOneSentence() throws Exception {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                classPath(),
                Program.class.getName())
            .redirectErrorStream(true)
            .start();
    String output =
        new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(output)
        .contains("This connector works with Vert.x 5.0.10 or a later 5.0, and found version 4.5.")
        .doesNotContain("NoClassDefFoundError", "NoSuchMethodError");
  }

  /** That of this process, with another Vert.x. */
  private static String classPath() throws IOException {
    List<String> all = new ArrayList<>();
    Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator, -1))
        .filter(entry -> !Path.of(entry).getFileName().toString().startsWith("vertx-"))
        .forEach(all::add);
    try (Stream<Path> jars = Files.list(REFUSED)) {
      jars.map(Path::toString).forEach(all::add);
    }
    assertThat(all).hasSizeGreaterThan(5);
    return String.join(File.pathSeparator, all);
  }
}
