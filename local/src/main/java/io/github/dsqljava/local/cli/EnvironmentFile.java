package io.github.dsqljava.local.cli;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The file that tells other programs where the cluster is: one {@code NAME=value} a line, and a
 * last line that exports them to every program that the sourcing shell starts.
 *
 * <p>The file exists exactly while the cluster accepts connections, so a script can wait for it. A
 * lock on it shows that its cluster runs; the operating system releases it when the process ends.
 *
 * <p>Thread-safe.
 */
final class EnvironmentFile {
  // A file is overwritten or deleted only if it looks like this, so that nobody loses another file.
  private static final String FIRST_LINE = "CLUSTER_ENDPOINT=localhost\n";
  private static final String LAST_LINE = "\nexport CLUSTER_ENDPOINT ";

  private final Path path;
  private byte @Nullable [] written;
  private @Nullable FileChannel lock;
  private boolean removed;

  EnvironmentFile(Path path) {
    this.path = path.toAbsolutePath();
  }

  /**
   * Removes what an earlier cluster left.
   *
   * @throws IOException if the file is something else, belongs to a cluster that runs, or cannot be
   *     written later
   */
  synchronized void prepare() throws IOException {
    if (Files.isDirectory(path)) {
      throw new IOException("--env-file " + path + " is a directory");
    }
    if (!Files.isDirectory(directory()) || !Files.isWritable(directory())) {
      throw new IOException("--env-file: " + directory() + " is no directory to write to");
    }
    if (Files.exists(path)) {
      // No byte is malformed in ISO 8859-1, whatever the file is.
      String text = Files.readString(path, StandardCharsets.ISO_8859_1);
      if (!text.isEmpty() && !(text.startsWith(FIRST_LINE) && text.contains(LAST_LINE))) {
        throw new IOException(
            "--env-file "
                + path
                + " exists and was not written by dsql-local; nothing was changed, name another"
                + " file");
      }
      if (isLocked()) {
        throw inUse();
      }
      Files.delete(path);
    }
  }

  private IOException inUse() {
    return new IOException(
        "--env-file "
            + path
            + " belongs to a cluster that runs; nothing was changed, stop that one or name another"
            + " file");
  }

  private boolean isLocked() {
    try (FileChannel other = FileChannel.open(path, StandardOpenOption.WRITE)) {
      return lock(other) == null;
    } catch (OverlappingFileLockException e) {
      return true; // by this JVM
    } catch (IOException e) {
      return false; // no locks here
    }
  }

  /** Locks a byte behind the text: on Windows no other process can read a locked byte. */
  private static @Nullable FileLock lock(FileChannel channel) throws IOException {
    return channel.tryLock(Long.MAX_VALUE - 1, 1, /* shared= */ false);
  }

  /**
   * Writes the file, unless {@link #remove()} has been called.
   *
   * @throws IOException if it cannot be written, or another cluster has written one meanwhile
   */
  synchronized void write(Map<String, String> environment) throws IOException {
    if (removed) {
      return;
    }
    StringBuilder text = new StringBuilder();
    environment.forEach(
        (name, value) -> text.append(name).append('=').append(quoted(value)).append('\n'));
    text.append("export ").append(String.join(" ", environment.keySet())).append('\n');
    // Created readable for its owner only (it holds a secret), then put in place in one step.
    Path unfinished = Files.createTempFile(directory(), ".dsql-local", ".env");
    FileChannel channel = FileChannel.open(unfinished, StandardOpenOption.WRITE);
    try {
      byte[] bytes = text.toString().getBytes(StandardCharsets.UTF_8);
      Files.write(unfinished, bytes);
      takeLock(channel);
      putInPlace(unfinished);
      written = bytes;
      lock = channel;
    } finally {
      if (lock == null) {
        channel.close();
      }
      Files.deleteIfExists(unfinished);
    }
  }

  private static void takeLock(FileChannel channel) {
    try {
      lock(channel);
    } catch (IOException e) {
      // This file system has no locks; a second start then cannot know of the first.
      System.getLogger(EnvironmentFile.class.getName())
          .log(System.Logger.Level.DEBUG, "environment file without a lock", e);
    }
  }

  /** Prefers a link: creating one checks for an existing file atomically, which a move does not. */
  private void putInPlace(Path unfinished) throws IOException {
    try {
      try {
        Files.createLink(path, unfinished);
      } catch (FileAlreadyExistsException e) {
        throw e;
      } catch (UnsupportedOperationException | FileSystemException e) {
        Files.move(unfinished, path);
      }
    } catch (FileAlreadyExistsException e) {
      throw inUse();
    }
  }

  /** Removes what this object wrote; not what another cluster may have put in its place. */
  synchronized void remove() throws IOException {
    removed = true;
    if (Files.exists(path) && Arrays.equals(Files.readAllBytes(path), written)) {
      Files.delete(path);
    }
    if (lock != null) {
      lock.close();
    }
  }

  private Path directory() {
    Path parent = path.getParent();
    return parent == null ? path : parent;
  }

  static Map<String, String> read(Path path) throws IOException {
    Map<String, String> environment = new LinkedHashMap<>();
    List<String> lines;
    try {
      lines = Files.readAllLines(path);
    } catch (IOException e) {
      throw new IOException("cannot read --env-file " + path + ": is the cluster running?", e);
    }
    for (String line : lines) {
      int equals = line.indexOf('=');
      if (equals > 0) {
        environment.put(line.substring(0, equals), unquoted(line.substring(equals + 1)));
      }
    }
    return environment;
  }

  /** Returns a value as a shell reads it. */
  static String quoted(String value) {
    boolean plain =
        value.chars().allMatch(c -> Character.isLetterOrDigit(c) || "/+=_.,:@-".indexOf(c) >= 0);
    return plain ? value : "'" + value.replace("'", "'\\''") + "'";
  }

  private static String unquoted(String value) {
    return value.startsWith("'") && value.endsWith("'") && value.length() > 1
        ? value.substring(1, value.length() - 1).replace("'\\''", "'")
        : value;
  }
}
