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
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Runs the conformance kit in this JVM and reads what it has written. */
final class Kit {
  private static final int ONE_OF = 40;

  final Path directory;
  final String endpoint;
  final Path ca;
  String user = "admin";
  Optional<String> password = Optional.empty();
  Map<String, String> environment = Map.of();
  List<String> only = List.of();
  boolean slow;
  Duration answerLimit = Duration.ofSeconds(20);
  List<ScriptFile> files = mostFiles();
  Pause pause = Pause.REAL;
  private String line = "";
  private Runnable then = () -> {};

  Kit(Path directory, String endpoint, Path ca) {
    this.directory = directory;
    this.endpoint = endpoint;
    this.ca = ca;
  }

  static Kit of(Path directory, DsqlLocal cluster) {
    Kit kit = new Kit(directory, "localhost:" + cluster.port(), cluster.caFile());
    kit.environment = cluster.environment();
    return kit;
  }

  /** All, but of the matrix, which ConflictScriptsTest plays whole, some of each kind. */
  private static List<ScriptFile> mostFiles() {
    List<ScriptFile> files = new ArrayList<>(ScriptFile.all());
    ScriptFile matrix = files.remove(files.size() - 1);
    files.add(
        new ScriptFile(
            matrix.name(),
            matrix.setup(),
            matrix.fill(),
            matrix.sections().stream()
                .filter(section -> matrix.sections().indexOf(section) % ONE_OF < 2)
                .toList()));
    return files;
  }

  Kit only(String... rows) {
    only = List.of(rows);
    return this;
  }

  /** Does something when the kit prints a line. */
  Kit at(String text, Runnable action) {
    line = text;
    then = action;
    return this;
  }

  /** What a run has come to. */
  record Outcome(int code, String output, String report, String json, String record) {}

  ConformanceOptions options() {
    return new ConformanceOptions(
        endpoint,
        Optional.empty(),
        Optional.empty(),
        user,
        password,
        Optional.of(ca),
        only,
        Optional.of(directory.resolve("report.md")),
        Optional.of(directory.resolve("record.txt")),
        slow,
        /* yes= */ false,
        answerLimit,
        environment,
        directory);
  }

  Outcome run() throws IOException {
    ByteArrayOutputStream output = new ByteArrayOutputStream();
    PrintStream out =
        new PrintStream(output, true, UTF_8) {
          @Override
          public void println(String text) {
            super.println(text);
            if (!line.isEmpty() && text.contains(line)) {
              then.run();
            }
          }
        };
    int code = Conformance.run(options(), files, pause, out);
    return new Outcome(
        code,
        output.toString(UTF_8),
        Files.readString(directory.resolve("report.md")),
        Files.readString(directory.resolve("report.json")),
        Files.readString(directory.resolve("record.txt")));
  }
}
