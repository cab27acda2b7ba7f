package io.github.dsqljava.local;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The 26 lower-case letters and digits that name a cluster. */
final class ClusterId {
  private static final String CHARACTERS = "abcdefghijklmnopqrstuvwxyz234567";
  private static final int LENGTH = 26;
  private static final String FILE = "dsql-local.cluster-id";

  private ClusterId() {}

  static String random() {
    SecureRandom random = new SecureRandom();
    StringBuilder id = new StringBuilder(LENGTH);
    while (id.length() < LENGTH) {
      id.append(CHARACTERS.charAt(random.nextInt(CHARACTERS.length())));
    }
    return id.toString();
  }

  /** Whether a text has the form of an id. */
  static boolean isOne(String text) {
    return text.length() == LENGTH
        && text.chars().allMatch(c -> (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'));
  }

  /** The id that a permanent data directory keeps: it is part of the host name. */
  static Optional<String> kept(Path dataDirectory) throws IOException {
    Path file = dataDirectory.resolve(FILE);
    if (!Files.exists(file)) {
      return Optional.empty();
    }
    String id = Files.readString(file).strip();
    if (!isOne(id)) {
      throw new IOException(file + " does not hold a cluster id; delete it to get a new one");
    }
    return Optional.of(id);
  }

  /**
   * Returns the id of a data directory, which keeps it from now on.
   *
   * @param demanded the only acceptable id; null if any is
   * @param fresh the id of a directory that has none yet
   */
  static String of(Path dataDirectory, @Nullable String demanded, String fresh) throws IOException {
    check(dataDirectory, demanded);
    Optional<String> kept = kept(dataDirectory);
    if (kept.isEmpty()) {
      Files.writeString(dataDirectory.resolve(FILE), fresh + "\n");
    }
    return kept.orElse(fresh);
  }

  /** Fails if a data directory has another id than the one that is demanded. */
  static void check(Path dataDirectory, @Nullable String demanded) throws IOException {
    Optional<String> kept = kept(dataDirectory);
    if (kept.isPresent() && demanded != null && !demanded.equals(kept.get())) {
      throw new IOException(
          dataDirectory
              + " holds the data of cluster "
              + kept.get()
              + ", not of "
              + demanded
              + "; name that id or none, or another directory");
    }
  }
}
