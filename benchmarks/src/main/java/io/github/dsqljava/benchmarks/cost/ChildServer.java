package io.github.dsqljava.benchmarks.cost;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.github.dsqljava.local.tls.ClusterCertificates;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserPrincipal;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A directory for a server that is measured, and the server once it is started. Both go at the end;
 * the server ends with this JVM at the latest. Where this JVM is root, the server is {@code
 * nobody}. For Linux.
 */
final class ChildServer implements AutoCloseable {
  /** Stops the program in its arguments when the standard input ends. */
  private static final String UNTIL_INPUT_ENDS =
      "\"$@\" </dev/null & server=$!; read -r _; kill -INT $server; wait $server";

  private final String name;
  private final Map<String, String> environment;
  private final Path directory;
  private final List<String> account;
  private @Nullable Process process;

  ChildServer(String name, Map<String, String> environment) throws IOException {
    this.name = name;
    this.environment = environment;
    this.directory = Files.createTempDirectory(name);
    this.account = account(directory);
  }

  Path directory() {
    return directory;
  }

  /** Gives the directory to the server's account; returns what a command is put behind. */
  private static List<String> account(Path directory) throws IOException {
    if (!"root".equals(System.getProperty("user.name"))) {
      return List.of();
    }
    UserPrincipal nobody =
        directory.getFileSystem().getUserPrincipalLookupService().lookupPrincipalByName("nobody");
    Files.setOwner(directory, nobody);
    return List.of("setpriv", "--reuid=nobody", "--regid=65534", "--clear-groups", "--");
  }

  static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  /** Writes a file that nobody but the server reads. */
  void write(Path file, String text) throws IOException {
    Files.writeString(file, text);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
    Files.setOwner(file, Files.getOwner(directory));
  }

  /** Writes a certificate with its chain and its key. */
  void writeKeys(ClusterCertificates certificates, Path certificateFile, Path keyFile)
      throws IOException {
    StringBuilder chain = new StringBuilder();
    try {
      for (X509Certificate certificate : certificates.chain()) {
        chain.append(pem("CERTIFICATE", certificate.getEncoded()));
      }
    } catch (CertificateEncodingException e) {
      throw new IOException("a certificate cannot be written", e);
    }
    write(certificateFile, chain.toString());
    write(keyFile, pem("PRIVATE KEY", certificates.key().getEncoded()));
  }

  private static String pem(String type, byte[] content) {
    String lines = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(content);
    return "-----BEGIN " + type + "-----\n" + lines + "\n-----END " + type + "-----\n";
  }

  /** Runs a program to its end. */
  void run(List<String> command) throws IOException {
    Process child = begin(command);
    String output = new String(child.getInputStream().readAllBytes(), UTF_8);
    if (awaitEnd(child) != 0) {
      throw new IOException(command.get(0) + " failed:\n" + output);
    }
  }

  /**
   * Starts the server, in a session of its own as dsql-local's is: the system divides its time
   * among sessions.
   *
   * @param ready the text that it prints when it accepts connections
   */
  void start(List<String> command, String ready) throws IOException {
    List<String> whole =
        new ArrayList<>(List.of("setsid", "/bin/sh", "-c", UNTIL_INPUT_ENDS, "sh"));
    whole.addAll(command);
    Process started = begin(whole);
    process = started;
    awaitLine(started, ready);
  }

  private Process begin(List<String> command) throws IOException {
    List<String> whole = new ArrayList<>(account);
    whole.addAll(command);
    ProcessBuilder builder = new ProcessBuilder(whole).redirectErrorStream(true);
    builder.environment().putAll(environment);
    return builder.directory(directory.toFile()).start();
  }

  private void awaitLine(Process started, String ready) throws IOException {
    BufferedReader lines =
        new BufferedReader(new InputStreamReader(started.getInputStream(), UTF_8));
    StringBuilder output = new StringBuilder();
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      output.append(line).append('\n');
      if (line.contains(ready)) {
        Thread reader = new Thread(() -> lines.lines().forEach(ignored -> {}), name);
        reader.setDaemon(true);
        reader.start(); // a full pipe would stop the server
        return;
      }
    }
    throw new IOException(name + " did not start:\n" + output);
  }

  private static int awaitEnd(Process program) throws IOException {
    try {
      if (!program.waitFor(60, TimeUnit.SECONDS)) {
        program.destroyForcibly();
        throw new IOException("a program has not ended after 60 s: " + program);
      }
      return program.exitValue();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while a program was running", e);
    }
  }

  @Override
  public void close() throws IOException {
    Process running = process;
    if (running != null) {
      running.getOutputStream().close();
      int unused = awaitEnd(running);
    }
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }
}
