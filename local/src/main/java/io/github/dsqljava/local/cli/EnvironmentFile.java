package io.github.dsqljava.local.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The file that tells other programs where the cluster is: one {@code NAME=value} a line, and a
 * last line that exports them all to whatever the sourcing shell starts.
 *
 * <p>It is there exactly while the cluster accepts connections, so a script can wait for it.
 *
 * <p>Thread-safe.
 */
final class EnvironmentFile {
  // What is overwritten or deleted must look like this, so that nobody loses a file of his own.
  private static final String FIRST_LINE = "CLUSTER_ENDPOINT=localhost\n";
  private static final String LAST_LINE = "\nexport CLUSTER_ENDPOINT ";

  private final Path path;
  private byte @Nullable [] written;
  private boolean removed;

  EnvironmentFile(Path path) {
    this.path = path.toAbsolutePath();
  }

  /**
   * Removes what an earlier cluster left.
   *
   * @throws IOException if the file is something else or cannot be written later
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
      Files.delete(path);
    }
  }

  /** Writes the file, unless {@link #remove()} has been called. */
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
    try {
      byte[] bytes = text.toString().getBytes(StandardCharsets.UTF_8);
      Files.write(unfinished, bytes);
      try {
        Files.move(
            unfinished, path, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
      } catch (AtomicMoveNotSupportedException e) {
        Files.move(unfinished, path, StandardCopyOption.REPLACE_EXISTING);
      }
      written = bytes;
    } finally {
      Files.deleteIfExists(unfinished);
    }
  }

  /** Removes what this object wrote; not what another cluster may have put in its place. */
  synchronized void remove() throws IOException {
    removed = true;
    if (Files.exists(path) && Arrays.equals(Files.readAllBytes(path), written)) {
      Files.delete(path);
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

  private static String quoted(String value) {
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
