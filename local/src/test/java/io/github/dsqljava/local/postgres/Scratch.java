package io.github.dsqljava.local.postgres;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;

/** Directories of a test that PostgreSQL can enter, whoever runs the tests. */
final class Scratch {
  private Scratch() {}

  static Path open(Path temporary) throws IOException {
    if (!Platform.isWindows()) {
      Files.setPosixFilePermissions(temporary, PosixFilePermissions.fromString("rwxr-xr-x"));
    }
    return temporary;
  }

  /** A cache that borrows the binaries of another one, since unpacking them takes seconds. */
  static CacheDirectory cacheWithoutTemplate(Path directory, CacheDirectory unpacked)
      throws IOException {
    Path binaries = PostgresBinaries.unpacked(unpacked, step -> {}).directory();
    CacheDirectory cache = CacheDirectory.open(directory);
    Files.createSymbolicLink(cache.path().resolve(binaries.getFileName()), binaries);
    return cache;
  }
}
