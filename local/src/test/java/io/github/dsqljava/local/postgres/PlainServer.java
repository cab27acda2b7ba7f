package io.github.dsqljava.local.postgres;

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
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import java.util.UUID;
import java.util.concurrent.TimeUnit;

/**
 * The PostgreSQL that dsql-local is built on, without dsql-local: what a test compares with. It
 * listens on a port of the loopback address, asks for a password, and ends with {@link #close()}.
 */
public final class PlainServer implements AutoCloseable {
  private static final String SUPERUSER = "postgres";
  private static final long STOP_SECONDS = 20;

  private final Path directory;
  private final int port;
  private final String password;
  private final Process process;

  private PlainServer(Path directory, int port, String password, Process process) {
    this.directory = directory;
    this.port = port;
    this.password = password;
    this.process = process;
  }

  /** Starts it and returns when it accepts connections. */
  public static PlainServer start() throws IOException {
    return start(Optional.empty());
  }

  /** The same with TLS, for localhost. */
  public static PlainServer startWithTls(ClusterCertificates certificates) throws IOException {
    return start(Optional.of(certificates));
  }

  private static PlainServer start(Optional<ClusterCertificates> certificates) throws IOException {
    PostgresBinaries binaries = PostgresBinaries.unpacked(CacheDirectory.open(null), unused -> {});
    ServerAccount account = ServerAccount.detect();
    Path directory = Files.createTempDirectory("dsql-plain");
    String password = UUID.randomUUID().toString();
    Path secret = Files.writeString(directory.resolve("password"), password);
    Files.setPosixFilePermissions(secret, PosixFilePermissions.fromString("rw-------"));
    account.own(secret);
    account.own(directory);
    Path data = directory.resolve("data");
    ServerProgram.run(
        binaries,
        account,
        List.of(
            binaries.program("initdb").toString(),
            "-D",
            data.toString(),
            "-U",
            SUPERUSER,
            "--auth=scram-sha-256",
            "--pwfile=" + secret,
            "--locale=C",
            "--encoding=UTF8",
            "--no-sync"),
        "");
    int port = freePort();
    List<String> command =
        new ArrayList<>(List.of(binaries.program("postgres").toString(), "-D", data.toString()));
    for (String setting :
        List.of(
            "listen_addresses=127.0.0.1",
            "unix_socket_directories=",
            "port=" + port,
            "fsync=off",
            "synchronous_commit=off",
            "full_page_writes=off",
            "shared_buffers=32MB",
            "timezone=UTC")) {
      command.addAll(List.of("-c", setting));
    }
    if (certificates.isPresent()) {
      command.addAll(tls(certificates.get(), directory, account));
    }
    Process process = ServerProgram.prepare(binaries, account, command).start();
    PlainServer server = new PlainServer(directory, port, password, process);
    // It may not outlive a JVM that is stopped in the middle of a test.
    Runtime.getRuntime().addShutdownHook(new Thread(process::destroyForcibly));
    server.awaitReady();
    return server;
  }

  private static List<String> tls(
      ClusterCertificates certificates, Path directory, ServerAccount account) throws IOException {
    Path chain = directory.resolve("server.pem");
    Path key = directory.resolve("server.key");
    Files.writeString(key, "");
    Files.setPosixFilePermissions(key, PosixFilePermissions.fromString("rw-------"));
    Files.writeString(key, pem("PRIVATE KEY", certificates.key().getEncoded()));
    StringBuilder pem = new StringBuilder();
    try {
      for (X509Certificate certificate : certificates.chain()) {
        pem.append(pem("CERTIFICATE", certificate.getEncoded()));
      }
    } catch (CertificateEncodingException e) {
      throw new IOException(e);
    }
    Files.writeString(chain, pem);
    account.own(chain);
    account.own(key);
    return List.of("-c", "ssl=on", "-c", "ssl_cert_file=" + chain, "-c", "ssl_key_file=" + key);
  }

  private static String pem(String name, byte[] der) {
    String text = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der);
    return "-----BEGIN " + name + "-----\n" + text + "\n-----END " + name + "-----\n";
  }

  /** The password of the superuser, {@code postgres}. */
  public String password() {
    return password;
  }

  public int port() {
    return port;
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  private void awaitReady() throws IOException {
    BufferedReader lines =
        new BufferedReader(new InputStreamReader(process.getInputStream(), UTF_8));
    StringBuilder output = new StringBuilder();
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      output.append(line).append('\n');
      if (line.contains("ready to accept connections")) {
        Thread reader = new Thread(() -> readToEnd(lines), "plain-postgres");
        reader.setDaemon(true);
        reader.start(); // the server must not wait for somebody to read
        return;
      }
    }
    throw new IOException("PostgreSQL did not start:\n" + output);
  }

  private static void readToEnd(BufferedReader lines) {
    try {
      while (lines.readLine() != null) {
        // what it prints is of no use
      }
    } catch (IOException e) {
      // the pipe is closed with the server
    }
  }

  /** A session of the superuser. */
  public Connection connect(String database, String... properties) throws SQLException {
    Properties all = new Properties();
    all.setProperty("user", SUPERUSER);
    all.setProperty("password", password);
    all.setProperty("sslmode", "disable");
    for (String property : properties) {
      String[] pair = property.split("=", 2);
      all.setProperty(pair[0], pair[1]);
    }
    return DriverManager.getConnection("jdbc:postgresql://127.0.0.1:" + port + "/" + database, all);
  }

  @Override
  public void close() throws IOException {
    process.destroy(); // SIGTERM: it waits for its sessions to end
    try {
      if (!process.waitFor(STOP_SECONDS, TimeUnit.SECONDS)) {
        ServerProgram.kill(process);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      ServerProgram.kill(process);
    }
    FileTrees.delete(directory);
  }
}
