package io.github.dsqljava.local.postgres;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * The lock file of a running PostgreSQL: {@code postmaster.pid}, or the one beside its socket.
 *
 * @param pid its process id
 * @param stopping whether it is shutting down
 */
record PostmasterFile(long pid, boolean stopping) {
  private static final int STATUS_LINE = 7;

  /** Returns nothing if the file is missing or not, not yet or no longer whole. */
  static Optional<PostmasterFile> read(Path file) throws IOException {
    List<String> lines;
    try {
      lines = Files.readAllLines(file, StandardCharsets.ISO_8859_1);
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
    if (lines.isEmpty() || !lines.get(0).strip().matches("[0-9]{1,10}")) {
      return Optional.empty();
    }
    return Optional.of(
        new PostmasterFile(
            Long.parseLong(lines.get(0).strip()),
            lines.size() > STATUS_LINE && lines.get(STATUS_LINE).strip().equals("stopping")));
  }

  /** Returns the process of that id, which may by now be another program's. */
  Optional<ProcessHandle> process() {
    return ProcessHandle.of(pid);
  }
}
