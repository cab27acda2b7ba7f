package io.github.dsqljava.local.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

@DisabledOnOs(OS.WINDOWS)
class ServerAccountTest {
  static final List<String> SWITCHES = ServerAccount.SWITCHES;

  @TempDir Path temporary;

  @Test
  void command_normalUser_staysAsItIs() throws Exception {
    ServerAccount account = ServerAccount.detect();
    assumeThat(account.isSwitched()).as("this JVM is root").isFalse();
    assertThat(account.command(List.of("a", "b c"))).containsExactly("a", "b c");
    account.own(temporary);
    account.checkCanReach(temporary);
  }

  @ParameterizedTest
  @FieldSource("SWITCHES")
  void command_root_runsAsNobodyWithTheSameWords(String tool) throws Exception {
    ServerAccount account = switchedBy(tool);
    // ServerProgram needs a directory that both accounts may enter.
    PostgresBinaries nowhere = new PostgresBinaries(Path.of("/"), "none");
    String words = "it's \"quoted\" $HOME `id` \\ *";
    String output =
        ServerProgram.run(
            nowhere,
            account,
            List.of(
                "/bin/sh", "-c", "id -un; printf '%s|' \"$@\"; cat", "sh", "-x", words, "", "-"),
            "standard input");
    assertThat(output.strip()).isEqualTo("nobody\n-x|" + words + "||-|standard input");
  }

  @ParameterizedTest
  @FieldSource("SWITCHES")
  void start_root_throughEachTool_startsAndStops(String tool) throws Exception {
    ServerAccount account = switchedBy(tool);
    PostgresServer server =
        PostgresServer.start(CacheDirectory.open(null), null, step -> {}, account);
    ProcessHandle process = ProcessHandle.of(server.serverPid()).orElseThrow();
    try (server) {
      assertThat(process.info().user()).contains("nobody");
      assertThat(SocketQuery.value(server, "SELECT 1")).isEqualTo("1");
    }
    assertThat(process.isAlive()).isFalse();
    assertThat(server.socket().getParent()).doesNotExist();
  }

  @Test
  void login_otherProcessOfTheServersAccount_isRefused() throws Exception {
    ServerAccount account = ServerAccount.detect();
    assumeThat(account.isSwitched()).as("this JVM is root").isTrue();
    try (PostgresServer server =
        PostgresServer.start(CacheDirectory.open(null), null, step -> {}, account)) {
      assertThat(SocketQuery.value(server, "SELECT 1")).isEqualTo("1");
      assertThat(queryAs(account, server, "SELECT 1"))
          .contains("Peer authentication failed for user \"postgres\"");
    }
  }

  /** Returns what a process of an account prints that asks a server. */
  private String queryAs(ServerAccount account, PostgresServer server, String sql)
      throws IOException, InterruptedException {
    String name = SocketQuery.class.getName();
    Path file = temporary.resolve(name.replace('.', '/') + ".class");
    Files.createDirectories(file.getParent());
    try (InputStream code = SocketQuery.class.getResourceAsStream("SocketQuery.class")) {
      Files.copy(code, file);
    }
    Scratch.open(temporary);
    Process process =
        new ProcessBuilder(
                account.command(
                    List.of(
                        ProcessHandle.current().info().command().orElseThrow(),
                        "-cp",
                        temporary.toString(),
                        name,
                        server.socket().toString(),
                        sql)))
            .directory(temporary.toFile())
            .redirectErrorStream(true)
            .start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    process.waitFor();
    return output;
  }

  @Test
  void detect_rootWithoutAnyTool_saysWhatToInstall() throws Exception {
    assumeThat(ServerAccount.detect().isSwitched()).as("this JVM is root").isTrue();
    assertThatThrownBy(() -> ServerAccount.detect(List.of("no-such-tool")))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("none of no-such-tool")
        .hasMessageContaining("install util-linux, or start the JVM as a normal user");
  }

  @Test
  void checkCanReach_rootsOwnDirectory_namesTheDirectoryAtFault() throws Exception {
    ServerAccount account = ServerAccount.detect();
    assumeThat(account.isSwitched()).as("this JVM is root").isTrue();
    Path inner = Files.createDirectories(temporary.resolve("closed/inner"));
    Scratch.open(temporary);
    Files.setPosixFilePermissions(inner.getParent(), PosixFilePermissions.fromString("rwx------"));
    assertThatThrownBy(() -> account.checkCanReach(inner))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("'nobody', which may not enter " + inner.getParent() + ";")
        .hasMessageEndingWith("instead of " + inner);
    account.own(inner.getParent());
    account.checkCanReach(inner);
  }

  @Test
  void findProgram_missing_isNull() {
    assertThat(ServerAccount.findProgram("sh")).isNotNull();
    assertThat(ServerAccount.findProgram("no-such-tool")).isNull();
  }

  private static ServerAccount switchedBy(String tool) throws IOException {
    assumeThat(ServerAccount.detect().isSwitched()).as("this JVM is root").isTrue();
    assumeThat(ServerAccount.findProgram(tool)).as("this system has " + tool).isNotNull();
    return ServerAccount.detect(List.of(tool));
  }
}
