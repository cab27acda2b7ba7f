package io.github.dsqljava.local.cli;

import java.io.IOException;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The file that tells other programs where the cluster is: one {@code NAME=value} a line, and a
 * last line that exports them all to whatever the sourcing shell starts.
 *
 * <p>It is there exactly while the cluster accepts connections, so a script can wait for it.
 */
final class EnvironmentFile {
  private static final String FIRST_NAME = "CLUSTER_ENDPOINT=";

  private final Path path;

  EnvironmentFile(Path path) {
    this.path = path.toAbsolutePath();
  }

  /** Removes what an earlier cluster left; refuses to touch a file that is something else. */
  void clear() throws IOException {
    if (Files.exists(path)) {
      String text = Files.readString(path);
      if (!text.isEmpty() && !text.startsWith(FIRST_NAME)) {
        throw new IOException(
            path + " exists and was not written by dsql-local; name another --env-file");
      }
      Files.delete(path);
    }
  }

  void write(Map<String, String> environment) throws IOException {
    StringBuilder text = new StringBuilder();
    environment.forEach(
        (name, value) -> text.append(name).append('=').append(quoted(value)).append('\n'));
    text.append("export ").append(String.join(" ", environment.keySet())).append('\n');
    // Created readable for its owner only (it holds a secret), then put in place in one step.
    Path unfinished = Files.createTempFile(path.getParent(), ".dsql-local", ".env");
    try {
      Files.writeString(unfinished, text);
      try {
        Files.move(
            unfinished, path, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
      } catch (AtomicMoveNotSupportedException e) {
        Files.move(unfinished, path, StandardCopyOption.REPLACE_EXISTING);
      }
    } finally {
      Files.deleteIfExists(unfinished);
    }
  }

  static Map<String, String> read(Path path) throws IOException {
    Map<String, String> environment = new LinkedHashMap<>();
    for (String line : Files.readAllLines(path)) {
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
