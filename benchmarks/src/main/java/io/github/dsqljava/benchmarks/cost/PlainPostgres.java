package io.github.dsqljava.benchmarks.cost;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.github.dsqljava.local.DsqlLocal;
import io.github.dsqljava.local.tls.ClusterCertificates;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserPrincipal;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * The PostgreSQL of dsql-local without dsql-local: the same program with the same settings, on a
 * TCP port of the loopback address and with TLS. Anybody on this machine may log in; it is for
 * measurements, on Linux.
 *
 * <p>Its settings are those on the command line of a cluster that runs in this JVM. It ends with
 * {@link #close()}, or with this JVM.
 */
final class PlainPostgres implements AutoCloseable, Sessions {
  private static final String SUPERUSER = "postgres";

  /** Stops the program in its arguments when the standard input ends. */
  private static final String UNTIL_INPUT_ENDS =
      "\"$@\" </dev/null & server=$!; read -r _; kill -INT $server; wait $server";

  private final Path directory;
  private final List<String> account;
  private final Path caFile;
  private final int port;
  private final Process process;

  private PlainPostgres(DsqlLocal cluster) throws IOException {
    List<String> model = commandOfCluster();
    Path program = Path.of(model.get(0));
    this.directory = Files.createTempDirectory("plain-postgres");
    this.account = account(directory);
    Path data = directory.resolve("data");
    run(
        program,
        program.resolveSibling("initdb").toString(),
        "-D",
        data.toString(),
        "-U",
        SUPERUSER,
        "--auth=trust");
    ClusterCertificates certificates =
        ClusterCertificates.loadOrCreate(directory.resolve("tls"), cluster.region());
    writeKeys(certificates, data);
    this.caFile = certificates.authorityFile();
    this.port = freePort();
    List<String> command = new ArrayList<>();
    // In a session of its own, as in dsql-local: the system divides its time among sessions.
    command.addAll(List.of("setsid", "/bin/sh", "-c", UNTIL_INPUT_ENDS, "sh"));
    command.addAll(List.of(model.get(0), "-D", data.toString()));
    command.addAll(settings(model));
    for (String own :
        List.of(
            "unix_socket_directories=",
            "listen_addresses=127.0.0.1",
            "hba_file=" + data.resolve("pg_hba.conf"),
            "ident_file=" + data.resolve("pg_ident.conf"),
            "port=" + port,
            "ssl=on",
            "ssl_cert_file=plain.crt",
            "ssl_key_file=plain.key")) {
      command.addAll(List.of("-c", own)); // the last one of a name counts
    }
    this.process = start(program, command);
  }

  /**
   * Starts it and waits until it accepts connections.
   *
   * @param cluster whose settings it takes; the only one that runs in this JVM
   */
  static PlainPostgres like(DsqlLocal cluster) throws IOException {
    PlainPostgres postgres = new PlainPostgres(cluster);
    try {
      postgres.awaitReady();
      return postgres;
    } catch (IOException | RuntimeException e) {
      postgres.close();
      throw e;
    }
  }

  @Override
  public Connection open() throws SQLException {
    return Sessions.connect("localhost", port, caFile, SUPERUSER, "");
  }

  /** The words with which the cluster has started its PostgreSQL. */
  private static List<String> commandOfCluster() throws IOException {
    for (ProcessHandle child : ProcessHandle.current().descendants().toList()) {
      String line;
      try {
        line = Files.readString(Path.of("/proc", Long.toString(child.pid()), "cmdline"));
      } catch (NoSuchFileException e) {
        continue; // it has just ended
      }
      List<String> words = List.of(line.split("\0"));
      if (words.get(0).endsWith("/postgres") && words.contains("-D")) {
        return words;
      }
    }
    throw new IOException("no cluster runs in this JVM");
  }

  private static List<String> settings(List<String> command) {
    List<String> settings = new ArrayList<>();
    for (int i = 1; i + 1 < command.size(); i++) {
      if (command.get(i).equals("-c")) {
        settings.addAll(command.subList(i, i + 2));
      }
    }
    return settings;
  }

  /** Gives the directory to who PostgreSQL runs as; returns what a command is put behind. */
  private static List<String> account(Path directory) throws IOException {
    if (!"root".equals(System.getProperty("user.name"))) {
      return List.of();
    }
    UserPrincipal nobody =
        directory.getFileSystem().getUserPrincipalLookupService().lookupPrincipalByName("nobody");
    Files.setOwner(directory, nobody);
    return List.of("setpriv", "--reuid=nobody", "--regid=65534", "--clear-groups", "--");
  }

  private void writeKeys(ClusterCertificates certificates, Path data) throws IOException {
    StringBuilder chain = new StringBuilder();
    try {
      for (X509Certificate certificate : certificates.chain()) {
        chain.append(pem("CERTIFICATE", certificate.getEncoded()));
      }
    } catch (CertificateEncodingException e) {
      throw new IOException("a certificate cannot be written", e);
    }
    write(data.resolve("plain.crt"), chain.toString());
    write(data.resolve("plain.key"), pem("PRIVATE KEY", certificates.key().getEncoded()));
  }

  private void write(Path file, String text) throws IOException {
    Files.writeString(file, text);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
    Files.setOwner(file, Files.getOwner(directory));
  }

  private static String pem(String type, byte[] content) {
    String lines = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(content);
    return "-----BEGIN " + type + "-----\n" + lines + "\n-----END " + type + "-----\n";
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  private Process start(Path program, List<String> command) throws IOException {
    List<String> whole = new ArrayList<>(account);
    whole.addAll(command);
    ProcessBuilder builder = new ProcessBuilder(whole).redirectErrorStream(true);
    builder.environment().put("LC_ALL", "C");
    builder.environment().put("LD_LIBRARY_PATH", program.resolveSibling("../lib").toString());
    return builder.directory(directory.toFile()).start();
  }

  private void run(Path program, String... command) throws IOException {
    Process child = start(program, List.of(command));
    String output = new String(child.getInputStream().readAllBytes(), UTF_8);
    if (awaitEnd(child) != 0) {
      throw new IOException(command[0] + " failed:\n" + output);
    }
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

  private void awaitReady() throws IOException {
    BufferedReader lines =
        new BufferedReader(new InputStreamReader(process.getInputStream(), UTF_8));
    StringBuilder output = new StringBuilder();
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      output.append(line).append('\n');
      if (line.contains("ready to accept connections")) {
        Thread reader = new Thread(() -> lines.lines().forEach(ignored -> {}), "plain-postgres");
        reader.setDaemon(true);
        reader.start(); // it must not wait for who reads
        return;
      }
    }
    throw new IOException("PostgreSQL did not start:\n" + output);
  }

  @Override
  public void close() throws IOException {
    process.getOutputStream().close();
    int unused = awaitEnd(process);
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }
}
