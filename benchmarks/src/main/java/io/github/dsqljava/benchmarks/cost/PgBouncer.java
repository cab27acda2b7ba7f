package io.github.dsqljava.benchmarks.cost;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * PgBouncer, a proxy in C, in front of a {@link PlainPostgres}: session mode, TLS to the client,
 * the Unix socket to the server. That is what dsql-local is without its rules, so it tells what a
 * proxy costs.
 */
final class PgBouncer implements AutoCloseable, Sessions {
  private final ChildServer proxy;
  private final PlainPostgres postgres;
  private final int port;

  private PgBouncer(PlainPostgres postgres) throws IOException {
    this.proxy = new ChildServer("pgbouncer", Map.of());
    this.postgres = postgres;
    this.port = ChildServer.freePort();
  }

  /** The program on this machine; empty if there is none. */
  static Optional<Path> program() {
    String path = System.getenv().getOrDefault("PATH", "");
    return Stream.concat(
            Pattern.compile(File.pathSeparator, Pattern.LITERAL).splitAsStream(path),
            Stream.of("/usr/sbin")) // of Debian, which is not on everybody's path
        .map(directory -> Path.of(directory, "pgbouncer"))
        .filter(Files::isExecutable)
        .findFirst();
  }

  /** Starts it and waits until it accepts connections. */
  static PgBouncer before(PlainPostgres postgres, Path program) throws IOException {
    PgBouncer bouncer = new PgBouncer(postgres);
    try {
      bouncer.start(program);
      return bouncer;
    } catch (IOException | RuntimeException e) {
      bouncer.close();
      throw e;
    }
  }

  private void start(Path program) throws IOException {
    Path certificate = proxy.directory().resolve("bouncer.crt");
    Path key = proxy.directory().resolve("bouncer.key");
    proxy.writeKeys(postgres.certificates(), certificate, key);
    Path settings = proxy.directory().resolve("pgbouncer.ini");
    proxy.write(
        settings,
        """
        [databases]
        postgres = host=%s port=%d user=%s
        [pgbouncer]
        listen_addr = 127.0.0.1
        listen_port = %d
        unix_socket_dir =
        auth_type = any
        pool_mode = session
        ; never in the way
        default_pool_size = 60
        ignore_startup_parameters = extra_float_digits
        client_tls_sslmode = require
        client_tls_cert_file = %s
        client_tls_key_file = %s
        """
            .formatted(
                postgres.socketDirectory(),
                postgres.port(),
                PlainPostgres.SUPERUSER,
                port,
                certificate,
                key));
    proxy.start(List.of(program.toString(), settings.toString()), "process up");
  }

  @Override
  public Connection open() throws SQLException {
    return Sessions.connect(
        "localhost",
        port,
        postgres.certificates().authorityFile(),
        PlainPostgres.SUPERUSER,
        /* password= */ "");
  }

  @Override
  public void close() throws IOException {
    proxy.close();
  }
}
