package io.github.dsqljava.local.postgres;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.JarURLConnection;
import java.net.URL;
import java.net.URLConnection;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.function.Consumer;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.tukaani.xz.XZInputStream;

/**
 * PostgreSQL's programs, unpacked from the Maven artifact of this platform.
 *
 * @param directory holds {@code bin}, {@code lib} and {@code share}
 * @param identity changes whenever the archive does
 */
record PostgresBinaries(Path directory, String identity) {

  /** Returns the unpacked binaries; the first call on a machine unpacks them into the cache. */
  static PostgresBinaries unpacked(CacheDirectory cache, Consumer<String> progress)
      throws IOException {
    Platform platform = Platform.current();
    URL archive = PostgresBinaries.class.getClassLoader().getResource(platform.resource());
    if (archive == null) {
      throw new IOException(
          "PostgreSQL's binaries for this machine are not on the class path: add"
              + " io.zonky.test.postgres:"
              + platform.artifact()
              + " in the version that dsql-local names (Maven selects it itself, Gradle does not)");
    }
    String identity = identity(platform, archive);
    Path directory = cache.path().resolve("postgresql-" + identity);
    if (!Files.isDirectory(directory)) {
      cache.locked(
          "postgresql",
          () -> {
            if (!Files.isDirectory(directory)) {
              progress.accept("Unpacking PostgreSQL 16 into " + directory + " (once)");
              unpack(archive, directory);
            }
            return directory;
          });
    }
    return new PostgresBinaries(directory, identity);
  }

  Path program(String name) {
    return directory.resolve("bin").resolve(Platform.isWindows() ? name + ".exe" : name);
  }

  /** The archive's checksum is in the jar's index: reading it costs nothing, hashing 15 MB does. */
  private static String identity(Platform platform, URL archive) throws IOException {
    URLConnection connection = archive.openConnection();
    String stem = platform.resource().replace("postgres-", "").replace(".txz", "");
    long mark =
        connection instanceof JarURLConnection jar
            ? jar.getJarEntry().getCrc()
            : connection.getContentLengthLong();
    return stem + "-" + Long.toHexString(mark);
  }

  private static void unpack(URL archive, Path directory) throws IOException {
    Path unfinished = directory.resolveSibling(directory.getFileName() + ".unfinished");
    FileTrees.delete(unfinished);
    makeDirectory(unfinished);
    try (InputStream raw = new BufferedInputStream(archive.openStream(), 1 << 16);
        TarArchiveInputStream tar = new TarArchiveInputStream(new XZInputStream(raw))) {
      for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
        place(tar, entry, unfinished);
      }
    }
    try {
      Files.move(unfinished, directory, StandardCopyOption.ATOMIC_MOVE);
    } catch (AtomicMoveNotSupportedException e) {
      Files.move(unfinished, directory);
    }
  }

  private static void place(TarArchiveInputStream tar, TarArchiveEntry entry, Path root)
      throws IOException {
    Path target = root.resolve(entry.getName()).normalize();
    if (!target.startsWith(root)) {
      throw new IOException("entry outside the archive's root: " + entry.getName());
    }
    if (entry.isDirectory()) {
      makeDirectory(target);
      return;
    }
    if (target.getParent() != null) {
      makeDirectory(target.getParent());
    }
    if (entry.isSymbolicLink()) {
      Files.createSymbolicLink(target, Path.of(entry.getLinkName()));
    } else {
      Files.copy(tar, target);
      open(target, (entry.getMode() & 0100) != 0);
    }
  }

  private static void makeDirectory(Path directory) throws IOException {
    if (Files.isDirectory(directory)) {
      return;
    }
    if (directory.getParent() != null) {
      makeDirectory(directory.getParent());
    }
    Files.createDirectory(directory);
    open(directory, /* executable= */ true);
  }

  /** Overrides the umask: PostgreSQL may run as another account than ours. */
  private static void open(Path path, boolean executable) throws IOException {
    if (!Platform.isWindows()) {
      Files.setPosixFilePermissions(
          path, PosixFilePermissions.fromString(executable ? "rwxr-xr-x" : "rw-r--r--"));
    }
  }
}
