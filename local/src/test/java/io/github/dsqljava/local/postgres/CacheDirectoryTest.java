package io.github.dsqljava.local.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.dsqljava.local.Eventually;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisabledOnOs(OS.WINDOWS)
class CacheDirectoryTest {
  @TempDir Path temporary;

  @ParameterizedTest
  @CsvSource({
    "Linux,    '',   '',        false, /home/me/.cache/dsql-local",
    "Linux,    '',   /x/cache,  false, /x/cache/dsql-local",
    "Linux,    '',   relative,  false, /home/me/.cache/dsql-local",
    "Linux,    '',   /x/cache,  true,  /var/cache/dsql-local",
    "Linux,    /own, /x/cache,  true,  /own",
    "Mac OS X, '',   /x/cache,  false, /home/me/Library/Caches/dsql-local",
    "Mac OS X, /own, '',        false, /own",
    "Windows 11, '', /x/cache,  false, /local/dsql-local/cache",
    "Windows 11, /own, '',      false, /own",
  })
  void usual_isWhereTheSystemKeepsCaches(
      String os, String property, String xdg, boolean root, Path expected) throws Exception {
    Properties properties = properties(os, "/home/me");
    properties.setProperty("dsql.local.cache", property);
    Map<String, String> environment = Map.of("XDG_CACHE_HOME", xdg, "LOCALAPPDATA", "/local");
    assertThat(CacheDirectory.usual(properties, environment, root)).isEqualTo(expected);
  }

  @Test
  void usual_userWithoutHome_isToldTheProperty() {
    // So the JDK says in a container that runs under a number without a name.
    assertThatThrownBy(
            () -> CacheDirectory.usual(properties("Linux", "?"), Map.of(), /* switched= */ false))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("user.home is \"?\"")
        .hasMessageContaining("dsql.local.cache");
  }

  @Test
  void open_symbolicLink_isFollowed() throws Exception {
    Path link = Files.createSymbolicLink(temporary.resolve("link"), temporary);
    assertThat(CacheDirectory.open(link).path()).isEqualTo(link);
  }

  @Test
  void open_impossible_namesDirectoryAndProperty() throws Exception {
    Path file = Files.writeString(temporary.resolve("file"), "");
    assertThatThrownBy(() -> CacheDirectory.open(file))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("cannot create the cache directory " + file)
        .hasMessageContaining("dsql.local.cache");
  }

  @Test
  void locked_manyThreads_runOneAtATime() throws Exception {
    CacheDirectory cache = CacheDirectory.open(temporary);
    int[] count = {0};
    List<CompletableFuture<Void>> threads = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      threads.add(
          inThread(
              () -> {
                for (int j = 0; j < 25; j++) {
                  cache.locked(
                      "part",
                      () -> {
                        int seen = count[0];
                        LockSupport.parkNanos(1);
                        count[0] = seen + 1;
                        return seen;
                      });
                }
              }));
    }
    for (CompletableFuture<Void> thread : threads) {
      thread.get(30, TimeUnit.SECONDS);
    }
    assertThat(count[0]).isEqualTo(200);
  }

  @Test
  void locked_heldThroughAnotherClassLoader_waits() throws Exception {
    CacheDirectory cache = CacheDirectory.open(temporary);
    CompletableFuture<Thread> waiting = new CompletableFuture<>();
    CompletableFuture<Void> done;
    try (FileChannel channel =
            FileChannel.open(
                temporary.resolve("part.lock"),
                StandardOpenOption.CREATE,
                StandardOpenOption.WRITE);
        FileLock lock = channel.lock()) {
      done =
          inThread(
              () -> {
                waiting.complete(Thread.currentThread());
                cache.locked("part", () -> "ran");
              });
      Thread thread = waiting.get(10, TimeUnit.SECONDS);
      Eventually.holds(
          "it waits for the lock",
          () ->
              done.isDone()
                  || Arrays.stream(thread.getStackTrace())
                      .anyMatch(frame -> frame.getMethodName().equals("parkNanos")));
      assertThat(done).isNotDone();
      assertThat(lock.isValid()).isTrue();
    }
    done.get(10, TimeUnit.SECONDS);
  }

  @Test
  void locked_actionFails_lockIsFreeAgain() throws Exception {
    CacheDirectory cache = CacheDirectory.open(temporary);
    assertThatThrownBy(
            () ->
                cache.locked(
                    "part",
                    () -> {
                      throw new IOException("mine");
                    }))
        .hasMessage("mine");
    inThread(() -> cache.locked("part", () -> "ran")).get(10, TimeUnit.SECONDS);
  }

  @Test
  void locked_whereNoLockCanBeMade_saysThatSomethingIsMissing() throws Exception {
    CacheDirectory cache = CacheDirectory.open(temporary);
    Files.createDirectory(temporary.resolve("part.lock")); // root may write anywhere else
    assertThatThrownBy(() -> cache.locked("part", () -> "ran"))
        .isInstanceOf(IOException.class)
        .hasMessageContaining(
            temporary + " cannot be written to, and something is missing in it (part)")
        .hasMessageContaining("dsql.local.cache");
  }

  private interface Action {
    void run() throws IOException;
  }

  private static CompletableFuture<Void> inThread(Action action) {
    return CompletableFuture.runAsync(
        () -> {
          try {
            action.run();
          } catch (IOException e) {
            throw new IllegalStateException(e);
          }
        },
        task -> new Thread(task).start());
  }

  private static Properties properties(String os, String home) {
    Properties properties = new Properties();
    properties.setProperty("os.name", os);
    properties.setProperty("user.home", home);
    return properties;
  }
}
