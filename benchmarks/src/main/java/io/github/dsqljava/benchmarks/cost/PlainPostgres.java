package io.github.dsqljava.benchmarks.cost;

import io.github.dsqljava.local.DsqlLocal;
import io.github.dsqljava.local.tls.ClusterCertificates;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The PostgreSQL of dsql-local without dsql-local: the same program with the same settings, on a
 * TCP port of the loopback address with TLS, and on a Unix socket. Every user of this machine may
 * log in; it is for measurements, on Linux.
 *
 * <p>Its settings are those on the command line of a cluster that runs in this JVM. It ends with
 * {@link #close()}, or with this JVM.
 */
final class PlainPostgres implements AutoCloseable, Sessions {
  static final String SUPERUSER = "postgres";

  private final ChildServer server;
  private final List<String> command = new ArrayList<>();
  private final ClusterCertificates certificates;
  private final int port;

  private PlainPostgres(DsqlLocal cluster) throws IOException {
    List<String> model = commandOfCluster();
    Path program = Path.of(model.get(0));
    String libraries = program.resolveSibling("../lib").toString();
    this.server =
        new ChildServer("plain-postgres", Map.of("LC_ALL", "C", "LD_LIBRARY_PATH", libraries));
    Path data = server.directory().resolve("data");
    server.run(
        List.of(
            program.resolveSibling("initdb").toString(),
            "-D",
            data.toString(),
            "-U",
            SUPERUSER,
            "--auth=trust"));
    this.certificates =
        ClusterCertificates.loadOrCreate(server.directory().resolve("tls"), cluster.region());
    server.writeKeys(certificates, data.resolve("plain.crt"), data.resolve("plain.key"));
    this.port = ChildServer.freePort();
    command.addAll(List.of(model.get(0), "-D", data.toString()));
    command.addAll(settings(model));
    for (String own :
        List.of(
            "unix_socket_directories=" + server.directory(),
            "listen_addresses=127.0.0.1",
            "hba_file=" + data.resolve("pg_hba.conf"),
            "ident_file=" + data.resolve("pg_ident.conf"),
            "port=" + port,
            "ssl=on",
            "ssl_cert_file=plain.crt",
            "ssl_key_file=plain.key")) {
      command.addAll(List.of("-c", own)); // the last one of a name counts
    }
  }

  /**
   * Starts it and waits until it accepts connections.
   *
   * @param cluster the cluster whose settings it takes; the only one that runs in this JVM
   */
  static PlainPostgres like(DsqlLocal cluster) throws IOException {
    PlainPostgres postgres = new PlainPostgres(cluster);
    try {
      postgres.server.start(postgres.command, "ready to accept connections");
      return postgres;
    } catch (IOException | RuntimeException e) {
      postgres.close();
      throw e;
    }
  }

  @Override
  public Connection open() throws SQLException {
    return Sessions.connect("localhost", port, certificates.authorityFile(), SUPERUSER, "");
  }

  /** The directory of its Unix socket. */
  Path socketDirectory() {
    return server.directory();
  }

  int port() {
    return port;
  }

  ClusterCertificates certificates() {
    return certificates;
  }

  /** Returns the command line of the cluster's PostgreSQL. */
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

  @Override
  public void close() throws IOException {
    server.close();
  }
}
