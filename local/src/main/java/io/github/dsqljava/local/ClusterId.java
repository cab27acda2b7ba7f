package io.github.dsqljava.local;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;

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

  /** A permanent data directory keeps its cluster's id: it is part of the host name. */
  static String of(Path dataDirectory) throws IOException {
    Path file = dataDirectory.resolve(FILE);
    if (Files.exists(file)) {
      String id = Files.readString(file).strip();
      if (id.matches("[a-z0-9]{" + LENGTH + "}")) {
        return id;
      }
      throw new IOException(file + " does not hold a cluster id; delete it to get a new one");
    }
    String id = random();
    Files.writeString(file, id + "\n");
    return id;
  }
}
