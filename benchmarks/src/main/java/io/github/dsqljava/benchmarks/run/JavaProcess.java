package io.github.dsqljava.benchmarks.run;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * A process with the same JDK and class path as this one, which is talked to line by line. It ends
 * when its standard input is closed, and so at the latest when this process ends.
 */
final class JavaProcess implements AutoCloseable {
  private static final Duration END_LIMIT = Duration.ofSeconds(20);
  private static final List<String> HEAP = List.of("-Xms512m", "-Xmx512m");

  private final String name;
  private final Process process;
  private final BufferedReader out;
  private final Writer in;

  private JavaProcess(String name, Process process) {
    this.name = name;
    this.process = process;
    this.out = process.inputReader(StandardCharsets.UTF_8);
    this.in = process.outputWriter(StandardCharsets.UTF_8);
  }

  static JavaProcess start(Class<?> main, List<String> arguments) throws IOException {
    return start(System.getProperty("java.class.path"), HEAP, main, arguments);
  }

  static JavaProcess start(
      String classPath, List<String> options, Class<?> main, List<String> arguments)
      throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(options);
    command.add("-classpath");
    command.add(classPath);
    command.add(main.getName());
    command.addAll(arguments);
    Process process =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    return new JavaProcess(main.getSimpleName() + arguments, process);
  }

  void send(String line) throws IOException {
    in.write(line);
    in.write('\n');
    in.flush();
  }

  /** The next line; if it takes too long, the process is ended. */
  String receive(Duration limit) throws IOException, InterruptedException {
    CompletableFuture<String> line = CompletableFuture.supplyAsync(this::readLine);
    try {
      return line.get(limit.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      process.destroyForcibly();
      throw new IOException(name + " has not answered within " + limit, e);
    } catch (ExecutionException e) {
      throw new IOException(name + " has ended", e.getCause());
    }
  }

  private String readLine() {
    try {
      String line = out.readLine();
      if (line == null) {
        throw new IOException("end of its output");
      }
      return line;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    try {
      in.close();
    } catch (IOException e) {
      // It has ended already.
    }
    try {
      if (!process.waitFor(END_LIMIT.toMillis(), TimeUnit.MILLISECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }
}
