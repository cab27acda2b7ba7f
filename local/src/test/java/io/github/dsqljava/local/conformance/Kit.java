package io.github.dsqljava.local.conformance;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.github.dsqljava.local.DsqlLocal;
import io.github.dsqljava.local.conformance.script.ScriptFile;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Runs the conformance kit in this JVM and reads what it has written. */
final class Kit {
  private final Path directory;
  private ConformanceOptions options;
  private List<ScriptFile> files = ScriptFile.all();
  private Pause pause = Pause.REAL;

  Kit(Path directory, DsqlLocal cluster) {
    this(
        directory,
        "localhost:" + cluster.port(),
        "admin",
        Optional.empty(),
        cluster.caFile(),
        cluster.environment());
  }

  Kit(
      Path directory,
      String endpoint,
      String user,
      Optional<String> password,
      Path ca,
      Map<String, String> environment) {
    this.directory = directory;
    this.options =
        new ConformanceOptions(
            endpoint,
            Optional.empty(),
            Optional.empty(),
            user,
            password,
            Optional.of(ca),
            List.of(),
            Optional.of(directory.resolve("report.md")),
            Optional.of(directory.resolve("record.txt")),
            /* slow= */ false,
            /* yes= */ false,
            Duration.ofSeconds(20),
            environment,
            directory);
  }

  Kit only(String... rows) {
    options =
        new ConformanceOptions(
            options.endpoint(),
            options.region(),
            options.profile(),
            options.user(),
            options.password(),
            options.ca(),
            List.of(rows),
            options.report(),
            options.record(),
            options.slow(),
            options.yes(),
            options.answerLimit(),
            options.environment(),
            options.home());
    return this;
  }

  Kit slow(Pause time) {
    pause = time;
    options =
        new ConformanceOptions(
            options.endpoint(),
            options.region(),
            options.profile(),
            options.user(),
            options.password(),
            options.ca(),
            options.only(),
            options.report(),
            options.record(),
            /* slow= */ true,
            options.yes(),
            options.answerLimit(),
            options.environment(),
            options.home());
    return this;
  }

  Kit answerLimit(Duration limit) {
    options =
        new ConformanceOptions(
            options.endpoint(),
            options.region(),
            options.profile(),
            options.user(),
            options.password(),
            options.ca(),
            options.only(),
            options.report(),
            options.record(),
            options.slow(),
            options.yes(),
            limit,
            options.environment(),
            options.home());
    return this;
  }

  Kit files(List<ScriptFile> others) {
    files = others;
    return this;
  }

  /** What a run has come to. */
  record Outcome(int code, String output, String report, String json, String record) {}

  Outcome run() throws IOException {
    ByteArrayOutputStream output = new ByteArrayOutputStream();
    int code = Conformance.run(options, files, pause, new PrintStream(output, true, UTF_8));
    return new Outcome(
        code,
        output.toString(UTF_8),
        Files.readString(directory.resolve("report.md")),
        Files.readString(directory.resolve("report.json")),
        Files.readString(directory.resolve("record.txt")));
  }
}
