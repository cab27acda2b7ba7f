package io.github.dsqljava.local.postgres;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

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
      CompletableFuture<byte[]> output = new CompletableFuture<>();
      Thread reader = new Thread(() -> read(process, output), "dsql-local-" + name(command));
      reader.setDaemon(true);
      reader.start();
      // The input is smaller than a pipe's buffer, so writing it cannot block.
      try (OutputStream stdin = process.getOutputStream()) {
        stdin.write(input.getBytes(StandardCharsets.UTF_8));
      }
      if (!process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)) {
        throw new IOException(name(command) + " has not ended after " + LIMIT_SECONDS + " s");
      }
      String text = new String(output.get(LIMIT_SECONDS, TimeUnit.SECONDS), StandardCharsets.UTF_8);
      if (process.exitValue() != 0) {
        throw new IOException(
            name(command) + " ended with code " + process.exitValue() + ":\n" + text.strip());
      }
      return text;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while " + name(command) + " was running", e);
    } catch (ExecutionException | TimeoutException e) {
      throw new IOException("cannot read what " + name(command) + " printed", e);
    } finally {
      kill(process);
    }
  }

  /** Kills a program and what it has started. */
  static void kill(Process process) {
    List<ProcessHandle> descendants = process.descendants().toList();
    descendants.forEach(ProcessHandle::destroyForcibly);
    process.destroyForcibly();
  }

  private static void read(Process process, CompletableFuture<byte[]> output) {
    try (InputStream stdout = process.getInputStream()) {
      output.complete(stdout.readAllBytes());
    } catch (IOException e) {
      output.completeExceptionally(e);
    }
  }

  private static String name(List<String> command) {
    return String.valueOf(Path.of(command.get(0)).getFileName());
  }
}
