package io.github.dsqljava.local;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;

/**
 * The hosts file that maps a cluster's name on the service to loopback, for {@code
 * -Djdk.net.hosts.file}. A JVM with that property resolves names from this file alone, so it
 * contains the system's own hosts file, too.
 */
final class HostsFile {
  private static final System.Logger LOG = System.getLogger(HostsFile.class.getName());
  private static final Path SYSTEM = Path.of("/etc/hosts");

  private HostsFile() {}

  /** Returns the line for the system's own file. */
  static String line(String clusterHost) {
    return ClusterIdentity.LOOPBACK + " " + clusterHost;
  }

  /** Whether the file exists and is up to date. */
  static boolean isWritten(Path file, String clusterHost) throws IOException {
    return Files.exists(file)
        && Files.readString(file, StandardCharsets.ISO_8859_1).equals(text(clusterHost));
  }

  /** Writes the file, unless it is there already; returns it. */
  static Path write(Path file, String clusterHost) throws IOException {
    if (isWritten(file, clusterHost)) {
      return file;
    }
    String text = text(clusterHost);
    Path unfinished =
        Files.createTempFile(file.toAbsolutePath().resolveSibling(""), "hosts", ".unfinished");
    try {
      Files.writeString(unfinished, text, StandardCharsets.ISO_8859_1);
      // It contains no secret, and programs of other accounts may read it.
      Files.setPosixFilePermissions(unfinished, PosixFilePermissions.fromString("rw-r--r--"));
      Files.move(unfinished, file, StandardCopyOption.REPLACE_EXISTING);
    } finally {
      Files.deleteIfExists(unfinished);
    }
    return file;
  }

  private static String text(String clusterHost) {
    return line(clusterHost)
        + "\n"
        + (ClusterIdentity.LOOPBACK + " " + ClusterIdentity.LOCALHOST + "\n")
        + ofTheSystem();
  }

  private static String ofTheSystem() {
    try {
      // No byte is malformed in ISO 8859-1.
      return Files.exists(SYSTEM) ? Files.readString(SYSTEM, StandardCharsets.ISO_8859_1) : "";
    } catch (IOException e) {
      LOG.log(System.Logger.Level.DEBUG, "the system's hosts file cannot be read", e);
      return "";
    }
  }
}
