package io.github.dsqljava.local.postgres;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Starts PostgreSQL's programs as the right account in a clean environment. */
final class ServerProgram {
  private static final long LIMIT_SECONDS = 60;

  private ServerProgram() {}

  static ProcessBuilder prepare(
      PostgresBinaries binaries, ServerAccount account, List<String> command) {
    ProcessBuilder builder = new ProcessBuilder(account.command(command));
    Map<String, String> environment = builder.environment();
    // Nothing of the caller's locale, time zone or libpq settings may shape the cluster.
    environment.keySet().removeIf(name -> name.startsWith("PG") || name.startsWith("LC_"));
    environment.remove("LANG");
    environment.remove("LANGUAGE");
    environment.remove("TZ");
    environment.put("LC_ALL", "C");
    environment.put("LD_LIBRARY_PATH", binaries.directory().resolve("lib").toString());
    builder.redirectErrorStream(true);
    // The JVM's own working directory may be closed to the account.
    builder.directory(binaries.directory().toFile());
    return builder;
  }

  /** Runs a program to its end, feeding it {@code input}; returns what it printed. */
  static String run(
      PostgresBinaries binaries, ServerAccount account, List<String> command, String input)
      throws IOException {
    Process process = prepare(binaries, account, command).start();
    try {
      // What is fed in is far smaller than a pipe, so writing it cannot block.
      try (OutputStream stdin = process.getOutputStream()) {
        stdin.write(input.getBytes(StandardCharsets.UTF_8));
      }
      String output;
      try (InputStream stdout = process.getInputStream()) {
        output = new String(stdout.readAllBytes(), StandardCharsets.UTF_8);
      }
      if (!process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)) {
        throw new IOException(name(command) + " has not ended after " + LIMIT_SECONDS + " s");
      }
      if (process.exitValue() != 0) {
        throw new IOException(
            name(command) + " ended with code " + process.exitValue() + ":\n" + output.strip());
      }
      return output;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while " + name(command) + " was running", e);
    } finally {
      process.destroyForcibly();
    }
  }

  private static String name(List<String> command) {
    return String.valueOf(Path.of(command.get(0)).getFileName());
  }
}
