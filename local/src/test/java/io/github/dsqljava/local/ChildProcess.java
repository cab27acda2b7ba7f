package io.github.dsqljava.local;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/** A program that a test has started; its output is read, and it is gone after the test. */
public final class ChildProcess implements AutoCloseable {
  private static final int LIMIT_SECONDS = 60;

  private final Process process;
  private final List<String> lines = new CopyOnWriteArrayList<>();
  private final Thread reader;

  private ChildProcess(Process process) {
    this.process = process;
    this.reader = new Thread(this::read, "test-child-output");
    reader.setDaemon(true);
    reader.start();
  }

  private static ChildProcess start(List<String> command) throws IOException {
    return start(new ProcessBuilder(command));
  }

  public static ChildProcess start(ProcessBuilder builder) throws IOException {
    return new ChildProcess(builder.redirectErrorStream(true).start());
  }

  /** The command that runs a class of this module's tests in another JVM. */
  public static List<String> java(Class<?> main, List<String> jvmOptions, String... arguments) {
    return java(main, System.getProperty("java.class.path"), jvmOptions, arguments);
  }

  public static List<String> java(
      Class<?> main, String classPath, List<String> jvmOptions, String... arguments) {
    List<String> command = new ArrayList<>();
    command.add(javaProgram().toString());
    command.add("-XX:TieredStopAtLevel=1");
    command.addAll(jvmOptions);
    command.addAll(List.of("-cp", classPath, main.getName()));
    command.addAll(List.of(arguments));
    return command;
  }

  /**
   * The command with the signals that end a program as they are in a terminal. Whoever runs the
   * tests may have them ignored, as a script does in its background for INT and nohup for HUP; a
   * child inherits that, a JVM obeys it, and no shell may take it back.
   */
  public static List<String> withDefaultSignals(List<String> command) throws Exception {
    List<String> whole = new ArrayList<>(signalReset());
    whole.addAll(command);
    return whole;
  }

  private static List<String> signalReset() throws Exception {
    List<List<String>> resets =
        List.of(
            List.of("/usr/bin/env", "--default-signal=HUP,INT,QUIT,TERM"), // GNU, since 2019
            List.of(
                "/usr/bin/perl",
                "-e",
                "$SIG{$_} = 'DEFAULT' for qw(HUP INT QUIT TERM); exec @ARGV"));
    for (List<String> reset : resets) {
      List<String> attempt = new ArrayList<>(reset);
      attempt.add("true");
      if (Files.isExecutable(Path.of(reset.get(0))) && start(attempt).awaitExit() == 0) {
        return reset;
      }
    }
    Path status = Path.of("/proc/self/status");
    if (Files.exists(status)) {
      String ignored =
          Files.readAllLines(status).stream()
              .filter(line -> line.startsWith("SigIgn:"))
              .findFirst()
              .orElseThrow();
      // Bits for HUP, INT, QUIT and TERM.
      if ((Long.parseUnsignedLong(ignored.substring(7).strip(), 16) & 0x4007) != 0) {
        throw new AssertionError(
            "whoever runs the tests has signals ignored ("
                + ignored
                + "), and neither env of GNU coreutils 8.31 nor perl is there to reset them");
      }
    }
    return List.of();
  }

  public static Path javaProgram() {
    return Path.of(System.getProperty("java.home"), "bin", "java");
  }

  public static List<String> classPath() {
    return List.of(System.getProperty("java.class.path").split(File.pathSeparator, -1));
  }

  private void read() {
    try (BufferedReader output =
        new BufferedReader(
            new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
      for (String line = output.readLine(); line != null; line = output.readLine()) {
        lines.add(line);
      }
    } catch (IOException e) {
      lines.add(e.toString());
    }
  }

  /** Whether it has ended, reaped or not: who reaps an orphan, and when, is up to the system. */
  public static boolean isGone(ProcessHandle process) {
    return !process.isAlive() || process.info().arguments().isEmpty();
  }

  public Process process() {
    return process;
  }

  public long pid() {
    return process.pid();
  }

  /** What it has printed so far, standard error included. */
  public List<String> lines() {
    return List.copyOf(lines);
  }

  /** Waits for a line {@code <name> <value>} and returns the value. */
  public String await(String name) throws Exception {
    Predicate<String> wanted = line -> line.startsWith(name + " ");
    Eventually.holds(
        name + " from a child process",
        () -> {
          // In this order: what it printed before it ended is read before that is judged.
          boolean ended = !process.isAlive() && !reader.isAlive();
          if (lines.stream().anyMatch(wanted)) {
            return true;
          }
          if (ended) {
            throw new AssertionError(
                "ended with code "
                    + process.exitValue()
                    + " before it printed "
                    + name
                    + ":\n"
                    + String.join("\n", lines));
          }
          return false;
        });
    return lines.stream().filter(wanted).findFirst().orElseThrow().substring(name.length() + 1);
  }

  /** Waits until it has ended, however it does, and returns the exit code. */
  public int awaitExit() throws Exception {
    if (!process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)) {
      throw new AssertionError("has not ended:\n" + String.join("\n", lines));
    }
    reader.join(TimeUnit.SECONDS.toMillis(LIMIT_SECONDS));
    return process.exitValue();
  }

  /** Ends it as SIGTERM does and, if it does not obey, by force. */
  public void end() {
    process.destroy();
    try {
      if (!process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)) {
        throw new AssertionError("does not end:\n" + String.join("\n", lines));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      close();
    }
  }

  /** Ends it as {@code kill -9} does and waits until it is dead. */
  public void kill() {
    process.destroyForcibly();
    try {
      if (!process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)) {
        throw new AssertionError("does not die");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted while a child process was dying", e);
    }
  }

  @Override
  public void close() {
    List<ProcessHandle> descendants = process.descendants().toList();
    kill();
    // They end by themselves in every test that passes.
    descendants.forEach(ProcessHandle::destroyForcibly);
  }
}
