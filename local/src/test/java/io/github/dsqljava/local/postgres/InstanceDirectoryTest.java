package io.github.dsqljava.local.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.github.dsqljava.local.ChildProcess;
import java.io.File;
import java.lang.reflect.Method;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisabledOnOs(OS.WINDOWS)
class InstanceDirectoryTest {
  private final List<Path> made = new ArrayList<>();

  @AfterEach
  void deleteWhatIsLeft() throws Exception {
    for (Path path : made) {
      FileTrees.delete(path);
    }
  }

  @Test
  void create_isClosedToOthersAndLocked() throws Exception {
    ServerAccount account = ServerAccount.detect();
    Path path;
    try (InstanceDirectory instance = InstanceDirectory.create(account)) {
      path = instance.path();
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(path)))
          .isEqualTo("rwx------");
      assertThat(path).isDirectoryContaining("glob:**/lock");
      assertThat(path.toFile().list()).hasSize(1);
    }
    assertThat(path).doesNotExist();
  }

  @Test
  void sweepOthers_leftOver_goes() throws Exception {
    Path leftOver = leftOver();
    Files.createDirectories(leftOver.resolve("data/base"));
    Files.writeString(leftOver.resolve("data/postmaster.pid"), ProcessHandle.current().pid() + "");
    sweep();
    // ... and this JVM, which the stale file names, lives.
    assertThat(leftOver).doesNotExist();
  }

  @Test
  void sweepOthers_withoutLockFile_stays() throws Exception {
    Path directory = leftOver();
    Files.delete(directory.resolve("lock"));
    sweep();
    assertThat(directory).exists();
  }

  /** A JVM that was killed while it started, at each step. */
  @ParameterizedTest
  @ValueSource(strings = {"", "lock.new"})
  void sweepOthers_unfinishedAMinuteAgo_goes(String file) throws Exception {
    Path directory = Files.createTempDirectory("dsql-local-");
    made.add(directory);
    if (!file.isEmpty()) {
      Files.createFile(directory.resolve(file));
    }
    sweep();
    assertThat(directory).as("it may still be about to lock").exists();
    Files.setLastModifiedTime(directory, FileTime.from(Instant.now().minusSeconds(61)));
    sweep();
    assertThat(directory).doesNotExist();
  }

  @Test
  void sweepOthers_oldAndWithSomethingElse_stays() throws Exception {
    Path directory = Files.createTempDirectory("dsql-local-");
    made.add(directory);
    Files.createFile(directory.resolve("mine"));
    Files.setLastModifiedTime(directory, FileTime.from(Instant.now().minusSeconds(3600)));
    sweep();
    assertThat(directory).isDirectoryContaining("glob:**/mine");
  }

  @Test
  void sweepOthers_lockedButNotYetGivenToTheAccountOfPostgres_goes() throws Exception {
    Path directory = Files.createTempDirectory("dsql-local-");
    made.add(directory);
    Files.createFile(directory.resolve("lock"));
    sweep();
    assertThat(directory).doesNotExist();
  }

  @Test
  void sweepOthers_lockFileIsALink_stays() throws Exception {
    Path directory = leftOver();
    Path target = Files.move(directory.resolve("lock"), directory.resolve("target"));
    Files.createSymbolicLink(directory.resolve("lock"), target);
    sweep();
    assertThat(directory).exists();
  }

  @Test
  void sweepOthers_ofAnotherUser_stays() throws Exception {
    ServerAccount account = ServerAccount.detect();
    assumeThat(account.isSwitched()).as("this JVM is root").isTrue();
    Path directory = leftOver();
    account.own(directory.resolve("lock"));
    sweep();
    assertThat(directory).exists();
  }

  @Test
  void sweepOthers_throughAnotherClassLoader_keepsTheLockOfThisOne() throws Exception {
    List<URL> urls = new ArrayList<>();
    for (String entry : ChildProcess.classPath()) {
      urls.add(new File(entry).toURI().toURL());
    }
    CacheDirectory cache = CacheDirectory.open(null);
    try (PostgresServer server = PostgresServer.start(cache, null, step -> {});
        URLClassLoader loader =
            new URLClassLoader(urls.toArray(new URL[0]), ClassLoader.getPlatformClassLoader())) {
      Method sweep =
          loader.loadClass(InstanceDirectoryTest.class.getName()).getDeclaredMethod("sweep");
      sweep.setAccessible(true);
      sweep.invoke(null);
      List<String> command =
          ChildProcess.java(ServersInChild.class, List.of(), cache.path().toString(), "1");
      try (ChildProcess child = ChildProcess.start(new ProcessBuilder(command))) {
        child.await("socket");
        assertThat(SocketQuery.value(server, "SELECT 1")).isEqualTo("1");
        assertThat(server.ended()).isNotDone();
      }
    }
  }

  /** A directory as a killed JVM leaves it. */
  private Path leftOver() throws Exception {
    Path directory = Files.createTempDirectory("dsql-local-");
    made.add(directory);
    Files.createFile(directory.resolve("lock"));
    ServerAccount.detect().own(directory);
    return directory;
  }

  static void sweep() throws Exception {
    try (InstanceDirectory instance = InstanceDirectory.create(ServerAccount.detect())) {
      instance.sweepOthers();
    }
  }
}
