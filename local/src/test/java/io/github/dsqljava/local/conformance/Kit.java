package io.github.dsqljava.local.conformance;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.github.dsqljava.local.DsqlLocal;
import io.github.dsqljava.local.conformance.script.ScriptFile;
import io.github.dsqljava.local.conformance.script.Section;
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
  private static final int ONE_OF = 40;
  private static final int ONE_OF_STATEMENTS = 9;

  final Path directory;
  final String endpoint;
  final Path ca;
  String user = "admin";
  Optional<String> roleFor = Optional.empty();
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

  /**
   * All, but of the matrix, which ConflictScriptsTest plays whole, some of each kind, and of the
   * lists of statements, which are played whole by a test of its own, a few.
   */
  private static List<ScriptFile> mostFiles() {
    return ScriptFile.all().stream()
        .map(
            file ->
                switch (file.name()) {
                  case "matrix" -> some(file, ONE_OF, 2);
                  case "statements", "catalog" -> some(file, ONE_OF_STATEMENTS, 1);
                  default -> file;
                })
        .toList();
  }

  private static ScriptFile some(ScriptFile file, int of, int many) {
    List<Section> sections = file.sections();
    return new ScriptFile(
        file.name(),
        file.setup(),
        file.fill(),
        sections.stream().filter(section -> sections.indexOf(section) % of < many).toList());
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
        roleFor,
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
