package io.github.dsqljava.local.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.dsqljava.local.ChildProcess;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EnvironmentFileTest {
  @TempDir Path temporary;

  @ParameterizedTest
  @ValueSource(
      strings = {
        "plain/value+=_.,:@-",
        "with two  spaces ",
        "it's",
        "'",
        "''",
        "\"double\"",
        "$HOME `id` $(id) \\ ; & | # * ~ ! < > ( ) { } [ ] ?",
        "~/cache",
        "äöü/日本",
        "tab\there",
        "",
      })
  @DisabledOnOs(OS.WINDOWS)
  void write_anyValue_isWhatAShellReadsAndExports(String value) throws Exception {
    Path path = temporary.resolve("env file");
    Map<String, String> environment = environment(value);
    new EnvironmentFile(path).write(environment);

    ProcessBuilder shell =
        new ProcessBuilder(
            "/bin/sh",
            "-c",
            ". \"$1\" && exec /bin/sh -c 'printf \"got %s<%s>\\n\" \"$CLUSTER_PORT\" \"$SAMPLE\"'",
            "sh",
            path.toString());
    shell.environment().put("SAMPLE", "from outside");
    try (ChildProcess child = ChildProcess.start(shell)) {
      assertThat(child.awaitExit()).isZero();
      assertThat(child.lines()).containsExactly("got 5432<" + value + ">");
    }
    assertThat(EnvironmentFile.read(path)).isEqualTo(environment);
  }

  @Test
  @DisabledOnOs(OS.WINDOWS)
  void write_isReadableForItsOwnerAlone_andLeavesNothingElse() throws Exception {
    Path path = temporary.resolve("env");
    new EnvironmentFile(path).write(environment("x"));
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(path)))
        .isEqualTo("rw-------");
    assertThat(temporary.toFile().listFiles()).containsExactly(path.toFile());
  }

  @Test
  void fileOfAKilledCluster_isReplacedNotRewritten() throws Exception {
    Path path = left(environment("old"));
    // Whoever has it open goes on to read the old one as a whole.
    try (var open = Files.newBufferedReader(path)) {
      EnvironmentFile file = new EnvironmentFile(path);
      file.prepare();
      file.write(environment("new"));
      assertThat(open.lines()).contains("SAMPLE=old").doesNotContain("SAMPLE=new");
    }
    assertThat(EnvironmentFile.read(path)).containsEntry("SAMPLE", "new");
  }

  @Test
  void prepare_fileOfAClusterThatRuns_isRefusedAndUntouched() throws Exception {
    Path path = temporary.resolve("env");
    EnvironmentFile running = new EnvironmentFile(path);
    running.write(environment("first"));
    byte[] content = Files.readAllBytes(path);
    for (int i = 0; i < 2; i++) { // and the first refusal has not ended the lock
      assertThatThrownBy(() -> new EnvironmentFile(path).prepare())
          .isInstanceOf(IOException.class)
          .hasMessageContaining(path + " belongs to a cluster that runs; nothing was changed");
      assertThat(path).hasBinaryContent(content);
    }
    running.remove();
    new EnvironmentFile(path).prepare();
  }

  /** Both have looked before either has written. */
  @Test
  void write_afterAnotherCluster_isRefusedAndTouchesNothing() throws Exception {
    Path path = temporary.resolve("env");
    EnvironmentFile first = new EnvironmentFile(path);
    EnvironmentFile second = new EnvironmentFile(path);
    first.prepare();
    second.prepare();
    first.write(environment("first"));
    assertThatThrownBy(() -> second.write(environment("second")))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("belongs to a cluster that runs");
    second.remove();
    assertThat(EnvironmentFile.read(path)).containsEntry("SAMPLE", "first");
    assertThat(temporary.toFile().listFiles()).containsExactly(path.toFile());
    first.remove();
    assertThat(path).doesNotExist();
  }

  @Test
  void write_impossible_leavesNothing() throws Exception {
    // A directory cannot be replaced by a file.
    Path path = Files.createDirectories(temporary.resolve("env/inner")).getParent();
    assertThatThrownBy(() -> new EnvironmentFile(path).write(environment("x")))
        .isInstanceOf(IOException.class);
    assertThat(temporary.toFile().listFiles()).containsExactly(path.toFile());
  }

  @Test
  void prepare_nothingOrEmptyOrOurs_isClear() throws Exception {
    Path path = temporary.resolve("env");
    new EnvironmentFile(path).prepare();
    assertThat(path).doesNotExist();
    Files.createFile(path);
    new EnvironmentFile(path).prepare();
    assertThat(path).doesNotExist();
    left(environment("left by a cluster that was killed"));
    new EnvironmentFile(path).prepare();
    assertThat(path).doesNotExist();
  }

  /** A file without the lock of its cluster. */
  private Path left(Map<String, String> environment) throws Exception {
    Path path = temporary.resolve("env");
    EnvironmentFile file = new EnvironmentFile(path);
    file.write(environment);
    Path copy = Files.copy(path, temporary.resolve("copy"));
    file.remove();
    return Files.move(copy, path);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "PATH=/bin\n",
        "CLUSTER_ENDPOINT=abc.dsql.us-east-1.on.aws\nexport CLUSTER_ENDPOINT \n",
        "CLUSTER_ENDPOINT=localhost\nexport OTHER CLUSTER_ENDPOINT\n",
        "\u00ff\u0000binary",
        "\n",
      })
  void prepare_fileOfSomebodyElse_isRefusedAndUntouched(String content) throws Exception {
    Path path = temporary.resolve("env");
    Files.write(path, content.getBytes(StandardCharsets.ISO_8859_1));
    assertThatThrownBy(() -> new EnvironmentFile(path).prepare())
        .isInstanceOf(IOException.class)
        .hasMessageContaining(path.toString())
        .hasMessageContaining("was not written by dsql-local");
    assertThat(path).hasBinaryContent(content.getBytes(StandardCharsets.ISO_8859_1));
  }

  @Test
  void prepare_directory_isRefused() {
    assertThatThrownBy(() -> new EnvironmentFile(temporary).prepare())
        .hasMessageContaining(temporary + " is a directory");
  }

  @Test
  void prepare_parentMissing_isRefused() {
    assertThatThrownBy(() -> new EnvironmentFile(temporary.resolve("a/env")).prepare())
        .hasMessageContaining(temporary.resolve("a") + " is no directory to write to");
  }

  @Test
  void remove_deletesOnlyWhatItWrote() throws Exception {
    Path path = temporary.resolve("env");
    EnvironmentFile first = new EnvironmentFile(path);
    first.write(environment("käse"));
    Files.delete(path); // somebody else, by hand
    EnvironmentFile second = new EnvironmentFile(path);
    second.prepare();
    second.write(environment("second"));
    first.remove();
    assertThat(EnvironmentFile.read(path)).containsEntry("SAMPLE", "second");
    second.remove();
    assertThat(path).doesNotExist();
    second.remove();

    EnvironmentFile third = new EnvironmentFile(path);
    third.write(environment("käse"));
    third.remove();
    assertThat(path).doesNotExist();
  }

  @Test
  void write_afterRemove_doesNothing() throws Exception {
    Path path = temporary.resolve("env");
    EnvironmentFile file = new EnvironmentFile(path);
    file.remove();
    file.write(environment("too late"));
    assertThat(path).doesNotExist();
  }

  @Test
  void read_missing_isNamed() {
    Path path = temporary.resolve("env");
    assertThatThrownBy(() -> EnvironmentFile.read(path))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("cannot read --env-file " + path);
  }

  private static Map<String, String> environment(String sample) {
    Map<String, String> environment = new LinkedHashMap<>();
    environment.put("CLUSTER_ENDPOINT", "localhost");
    environment.put("CLUSTER_PORT", "5432");
    environment.put("SAMPLE", sample);
    return environment;
  }
}
