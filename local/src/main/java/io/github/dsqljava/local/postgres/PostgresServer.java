package io.github.dsqljava.local.postgres;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One running PostgreSQL 16, reachable through a Unix socket in a directory of its own.
 *
 * <p>The server never outlives this JVM. Between the two stands a shell that reads from a pipe only
 * this JVM holds: when the pipe closes, by {@link #close()} or by the JVM's death of any kind, the
 * shell stops the server and deletes the temporary directory. Windows has no such shell; there the
 * next start sweeps.
 *
 * <p>Thread-safe.
 */
public final class PostgresServer implements AutoCloseable {
  /** The superuser, who owns the system objects; no client may log in as it. */
  public static final String SYSTEM_ROLE = "dsql_system";

  private static final System.Logger LOG = System.getLogger(PostgresServer.class.getName());

  private static final Duration START_LIMIT = Duration.ofSeconds(60);
  private static final Duration STOP_LIMIT = Duration.ofSeconds(20);
  private static final int KEPT_LINES = 40;
  private static final String READY = "database system is ready to accept connections";

  /**
   * $1 is the temporary directory, the rest the server's command. The second process of the shell
   * waits for the pipe to close; {@code read} is part of the shell, so it costs no other program.
   */
  private static final String SUPERVISOR =
      """
      instance=$1
      shift
      exec 3<&0
      "$@" </dev/null 3<&- &
      server=$!
      ( while read -r _; do :; done <&3; kill -INT "$server" ) 2>/dev/null &
      watch=$!
      wait "$server"
      code=$?
      kill "$watch" 2>/dev/null
      rm -rf -- "$instance" 2>/dev/null
      exit "$code"
      """;

  private final InstanceDirectory instance;
  private final Path dataDirectory;
  private final Process process;
  private final PostgresBinaries binaries;
  private final ServerAccount account;
  private final CompletableFuture<Void> ready = new CompletableFuture<>();
  private final Deque<String> lastLines = new ArrayDeque<>();
  private final AtomicBoolean closed = new AtomicBoolean();
  private final Thread shutdownHook;

  private PostgresServer(
      InstanceDirectory instance,
      Path dataDirectory,
      Process process,
      PostgresBinaries binaries,
      ServerAccount account) {
    this.instance = instance;
    this.dataDirectory = dataDirectory;
    this.process = process;
    this.binaries = binaries;
    this.account = account;
    this.shutdownHook = new Thread(this::stop, "dsql-local-postgresql-stop");
  }

  /**
   * Starts a server and returns when it accepts connections.
   *
   * @param cache keeps binaries and the prepared data directory
   * @param dataDirectory where the data lives on; null for a temporary directory, without fsync,
   *     that {@link #close()} deletes
   * @param progress is told about steps that take long
   * @throws IOException if the server cannot be started; the message holds what it printed
   */
  public static PostgresServer start(
      CacheDirectory cache, @Nullable Path dataDirectory, Consumer<String> progress)
      throws IOException {
    InstanceDirectory.sweep();
    ServerAccount account = ServerAccount.detect();
    account.checkCanReach(cache.path());
    PostgresBinaries binaries = PostgresBinaries.unpacked(cache, progress);
    InstanceDirectory instance = InstanceDirectory.create(account);
    try {
      Path data =
          dataDirectory == null ? instance.data() : dataDirectory.toAbsolutePath().normalize();
      if (!DataDirectory.isPresent(data)) {
        DataDirectory.create(data, binaries, account, cache, progress);
      }
      account.checkCanReach(data);
      PostgresServer server =
          new PostgresServer(
              instance,
              data,
              launch(instance, data, dataDirectory != null, binaries, account),
              binaries,
              account);
      server.awaitReady();
      return server;
    } catch (IOException | RuntimeException e) {
      instance.close();
      throw e;
    }
  }

  private static Process launch(
      InstanceDirectory instance,
      Path data,
      boolean durable,
      PostgresBinaries binaries,
      ServerAccount account)
      throws IOException {
    List<String> command = new ArrayList<>();
    if (!Platform.isWindows()) {
      command.addAll(
          List.of("/bin/sh", "-c", SUPERVISOR, "dsql-local", instance.path().toString()));
    }
    command.add(binaries.program("postgres").toString());
    command.addAll(List.of("-D", data.toString(), "-k", instance.path().toString()));
    for (String setting : settings(durable)) {
      command.addAll(List.of("-c", setting));
    }
    return ServerProgram.prepare(binaries, account, command).start();
  }

  private static List<String> settings(boolean durable) {
    List<String> settings = new ArrayList<>();
    settings.add("listen_addresses=");
    settings.add("default_transaction_isolation=repeatable read");
    settings.add("timezone=UTC");
    settings.add("log_timezone=UTC");
    settings.add("max_connections=600");
    // A backend whose client is gone ends, whatever it is waiting for.
    settings.add("client_connection_check_interval=1s");
    settings.add("jit=off");
    settings.add("wal_level=minimal");
    settings.add("max_wal_senders=0");
    settings.add("log_min_messages=log");
    settings.add("log_checkpoints=off");
    if (!durable) {
      settings.add("fsync=off");
      settings.add("synchronous_commit=off");
      settings.add("full_page_writes=off");
    }
    return settings;
  }

  private void awaitReady() throws IOException {
    Thread reader = new Thread(this::readOutput, "dsql-local-postgresql-output");
    reader.setDaemon(true);
    reader.start();
    Runtime.getRuntime().addShutdownHook(shutdownHook);
    try {
      ready.get(START_LIMIT.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      close();
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while PostgreSQL was starting", e);
    } catch (ExecutionException e) {
      close();
      throw new IOException(e.getCause().getMessage(), e.getCause());
    } catch (TimeoutException e) {
      close();
      throw new IOException(
          "PostgreSQL was not ready after " + START_LIMIT.toSeconds() + " s:\n" + output(), e);
    }
  }

  private void readOutput() {
    try (BufferedReader lines =
        new BufferedReader(
            new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        LOG.log(System.Logger.Level.DEBUG, line);
        synchronized (lastLines) {
          if (lastLines.size() == KEPT_LINES) {
            lastLines.removeFirst();
          }
          lastLines.addLast(line);
        }
        if (line.contains(READY)) {
          ready.complete(null);
        }
      }
    } catch (IOException e) {
      LOG.log(System.Logger.Level.DEBUG, "PostgreSQL's output ended", e);
    }
    ready.completeExceptionally(new IOException("PostgreSQL did not start:\n" + output()));
  }

  private String output() {
    synchronized (lastLines) {
      return String.join("\n", lastLines);
    }
  }

  /** Returns the path of the Unix socket. */
  public Path socket() {
    return instance.path().resolve(".s.PGSQL.5432");
  }

  /** Returns where the data is. */
  public Path dataDirectory() {
    return dataDirectory;
  }

  /** Completes, on a thread of the JDK's, when the server has ended for whatever reason. */
  public CompletableFuture<Void> ended() {
    return process.onExit().thenAccept(process -> {});
  }

  /** Stops the server, waits until it has ended and deletes what was temporary. */
  @Override
  public void close() throws IOException {
    if (!closed.compareAndSet(false, true)) {
      return;
    }
    try {
      Runtime.getRuntime().removeShutdownHook(shutdownHook);
    } catch (IllegalStateException e) {
      // The JVM is ending: the hook does the same as we do, and stop() may run twice.
    }
    stop();
    instance.close();
  }

  private void stop() {
    try {
      if (Platform.isWindows() && process.isAlive()) {
        ServerProgram.run(
            binaries,
            account,
            List.of(
                binaries.program("pg_ctl").toString(),
                "stop",
                "-m",
                "fast",
                "-D",
                dataDirectory.toString()),
            "");
      }
      process.getOutputStream().close();
    } catch (IOException e) {
      LOG.log(System.Logger.Level.DEBUG, "stopping PostgreSQL", e);
    }
    boolean interrupted = false;
    try {
      if (!process.waitFor(STOP_LIMIT.toMillis(), TimeUnit.MILLISECONDS)) {
        LOG.log(
            System.Logger.Level.WARNING,
            "PostgreSQL did not stop within {0} s and is killed",
            STOP_LIMIT.toSeconds());
        kill();
      }
    } catch (InterruptedException e) {
      interrupted = true;
      kill();
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private void kill() {
    List<ProcessHandle> descendants = process.descendants().toList();
    descendants.forEach(ProcessHandle::destroyForcibly);
    process.destroyForcibly();
  }

  /** Returns the process id of PostgreSQL itself, for tests that end it by force. */
  long serverPid() throws IOException {
    return Long.parseLong(
        Files.readAllLines(dataDirectory.resolve("postmaster.pid")).get(0).trim());
  }
}
