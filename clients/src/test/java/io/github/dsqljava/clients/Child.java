package io.github.dsqljava.clients;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.dsqljava.local.DsqlLocal;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** A program in any language, with the environment of a cluster and nothing else of ours. */
final class Child {
  private static final Duration LIMIT = Duration.ofSeconds(100);

  private Child() {}

  /**
   * Runs a program to its end.
   *
   * @param changes to the environment of the cluster
   * @return what it printed
   */
  static String run(DsqlLocal cluster, Map<String, String> changes, List<String> command)
      throws Exception {
    ProcessBuilder builder = new ProcessBuilder(command);
    Map<String, String> environment = builder.environment();
    environment.keySet().removeIf(name -> name.matches("(CLUSTER|AWS|PG|NODE).*"));
    environment.putAll(cluster.environment());
    environment.put("PGPASSWORD", cluster.token("admin"));
    environment.putAll(changes);
    return run(builder, LIMIT);
  }

  /** Runs a program to its end; it has to end well. */
  static String run(ProcessBuilder builder, Duration limit) throws Exception {
    Path output = Files.createTempFile("client", ".log");
    Process process = builder.redirectErrorStream(true).redirectOutput(output.toFile()).start();
    try {
      process.getOutputStream().close();
      boolean ended = process.waitFor(limit.toSeconds(), TimeUnit.SECONDS);
      String text = Files.readString(output, StandardCharsets.UTF_8);
      assertThat(ended).as("%s ends:%n%s", builder.command(), text).isTrue();
      assertThat(process.exitValue()).as("%s:%n%s", builder.command(), text).isZero();
      return text;
    } finally {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly();
      Files.delete(output);
    }
  }

  /** Looks for a program as a shell does. */
  static Optional<Path> program(String name) {
    return Stream.of(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator, -1))
        .map(directory -> Path.of(directory, name))
        .filter(Files::isExecutable)
        .findFirst();
  }

  /** Whether a program ends well; if it cannot be started, it does not. */
  static boolean works(List<String> command) throws InterruptedException {
    try {
      Process process =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start();
      return process.waitFor(30, TimeUnit.SECONDS) && process.exitValue() == 0;
    } catch (IOException e) {
      return false;
    }
  }
}
