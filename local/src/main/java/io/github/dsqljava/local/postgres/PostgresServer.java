package io.github.dsqljava.local.postgres;

import io.github.dsqljava.local.limits.Limits;
import io.github.dsqljava.local.limits.LimitsInPostgresql;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.InterruptedIOException;
import java.nio.charset.StandardCharsets;
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
  public static final String SYSTEM_ROLE = "postgres";

  private static final System.Logger LOG = System.getLogger(PostgresServer.class.getName());

  private static final Duration START_LIMIT = Duration.ofSeconds(60);
  private static final Duration STOP_LIMIT = Duration.ofSeconds(20);
  private static final Duration KILL_LIMIT = Duration.ofSeconds(5);
  private static final int KEPT_LINES = 40;
  private static final String READY = "database system is ready to accept connections";

  private static final String IN_USE = "lock file \"postmaster.pid\" already exists";

  /**
   * $1 is the temporary directory, the rest the server's command. The second process of the shell
   * waits for the pipe to close; {@code read} is part of the shell, so it costs no other program.
   *
   * <p>Signals to a whole process group, Ctrl-C for example, are the JVM's business alone. The
   * server starts before the shell ignores them, since it inherits ignored signals. INT asks it for
   * a fast shutdown; a server that has only just begun may miss that, and then TERM ends it.
   */
  private static final String SUPERVISOR =
      """
      instance=$1
      shift
      exec 3<&0
      "$@" </dev/null 3<&- &
      server=$!
      trap '' HUP INT QUIT TERM
      ( while read -r _; do :; done <&3; kill -INT "$server"; kill -TERM "$server" ) 2>/dev/null &
      watch=$!
      wait "$server"
      code=$?
      kill -KILL "$watch" 2>/dev/null
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
  private boolean closed;
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
   * @param dataDirectory keeps the data after the server; null for a temporary directory, without
   *     fsync, that {@link #close()} deletes
   * @param progress is told about steps that take long
   * @param limits the limits that it enforces
   * @throws IOException if the server cannot be started; the message contains its output
   */
  public static PostgresServer start(
      CacheDirectory cache, @Nullable Path dataDirectory, Consumer<String> progress, Limits limits)
      throws IOException {
    if (Thread.currentThread().isInterrupted()) {
      throw new InterruptedIOException("interrupted before PostgreSQL was started");
    }
    return start(cache, dataDirectory, progress, limits, ServerAccount.detect());
  }

  /** The same with the limits of the service. */
  static PostgresServer start(
      CacheDirectory cache, @Nullable Path dataDirectory, Consumer<String> progress)
      throws IOException {
    return start(cache, dataDirectory, progress, Limits.standard());
  }

  static PostgresServer start(
      CacheDirectory cache,
      @Nullable Path dataDirectory,
      Consumer<String> progress,
      ServerAccount account)
      throws IOException {
    return start(cache, dataDirectory, progress, Limits.standard(), account);
  }

  private static PostgresServer start(
      CacheDirectory cache,
      @Nullable Path dataDirectory,
      Consumer<String> progress,
      Limits limits,
      ServerAccount account)
      throws IOException {
    account.checkCanReach(cache.path());
    PostgresBinaries binaries = PostgresBinaries.unpacked(cache, progress);
    InstanceDirectory instance = InstanceDirectory.create(account);
    try {
      instance.sweepOthers();
      Path data =
          dataDirectory == null ? instance.data() : dataDirectory.toAbsolutePath().normalize();
      if (dataDirectory == null) {
        DataDirectory.create(data, binaries, account, cache, progress);
      } else {
        if (!DataDirectory.isComplete(data)) { // or the cache may have to be written to
          cache.lockedWhereWritable(
              "data",
              () -> {
                if (!DataDirectory.isPresent(data)) {
                  DataDirectory.create(data, binaries, account, cache, progress);
                }
                return data;
              });
        }
        DataDirectory.awaitPredecessor(data);
      }
      account.checkCanReach(data);
      List<String> settings = settings(dataDirectory != null);
      settings.addAll(LimitsInPostgresql.settings(limits));
      settings.addAll(SocketAccess.write(instance, account));
      PostgresServer server =
          new PostgresServer(
              instance,
              data,
              launch(instance, data, settings, binaries, account),
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
      List<String> settings,
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
    for (String setting : settings) {
      command.addAll(List.of("-c", setting));
    }
    ProcessBuilder builder = ServerProgram.prepare(binaries, account, command);
    // setsid, if the system has it, puts the server in a session of its own, which no key of a
    // terminal reaches. It stands first: behind su, which makes a session too, it would fork.
    Path newSession = ServerAccount.findProgram("setsid");
    if (newSession != null) {
      List<String> whole = new ArrayList<>(builder.command());
      whole.add(0, newSession.toString());
      builder.command(whole);
    }
    return builder.start();
  }

  private static List<String> settings(boolean durable) {
    List<String> settings = new ArrayList<>();
    settings.add("listen_addresses=");
    settings.add("default_transaction_isolation=repeatable read");
    settings.add("timezone=UTC");
    settings.add("log_timezone=UTC");
    settings.add("max_connections=600");
    // A backend ends when its client is gone, even if it waits for a lock.
    settings.add("client_connection_check_interval=1s");
    settings.add("jit=off");
    // The service's plans tell the identifier of the query.
    settings.add("compute_query_id=on");
    // PostgreSQL knows neither; this makes SHOW work for both. The second one's value is inferred.
    settings.add("dsql.disable_sync_create_index=on");
    settings.add("dsql.enable_batched_nestloop=on");
    // The cluster runs ANALYZE as a job and lists it; autovacuum must not run it first.
    settings.add("autovacuum_analyze_threshold=2147483647");
    // The log can be read while it is written, and the server says in it which transactions run.
    settings.add("wal_level=replica");
    settings.add("wal_writer_flush_after=0");
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
    try {
      Runtime.getRuntime().addShutdownHook(shutdownHook);
      ready.get(START_LIMIT.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      close();
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while PostgreSQL was starting", e);
    } catch (ExecutionException e) {
      close();
      Throwable cause = e.getCause() == null ? e : e.getCause();
      throw new IOException(cause.getMessage(), cause);
    } catch (IllegalStateException e) {
      close();
      throw new IOException("this JVM is shutting down", e);
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
    String output = output();
    ready.completeExceptionally(
        new IOException(
            output.contains(IN_USE)
                ? dataDirectory + " is in use by another cluster; stop it first:\n" + output
                : "PostgreSQL did not start:\n" + output));
  }

  private String output() {
    synchronized (lastLines) {
      return String.join("\n", lastLines);
    }
  }

  /** Returns the path of the Unix socket. */
  public Path socket() {
    return instance.socket();
  }

  /** Returns the directory of the data. */
  public Path dataDirectory() {
    return dataDirectory;
  }

  /** Returns whether the server has not ended. */
  public boolean isRunning() {
    return process.isAlive();
  }

  /** Completes, on a thread of the JDK's, when the server has ended for any reason. */
  public CompletableFuture<Void> ended() {
    return process.onExit().thenAccept(process -> {});
  }

  /**
   * Stops the server, waits until it has ended and deletes the temporary directory. A concurrent
   * second call waits as well.
   */
  @Override
  public synchronized void close() throws IOException {
    if (closed) {
      return;
    }
    closed = true;
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
    if (!awaitEnd(STOP_LIMIT)) {
      LOG.log(
          System.Logger.Level.WARNING,
          "PostgreSQL did not stop within {0} s and is killed",
          STOP_LIMIT.toSeconds());
      ServerProgram.kill(process);
      awaitEnd(KILL_LIMIT);
    }
  }

  /** An interrupt does not shorten it: the caller may rely on the server's end. */
  private boolean awaitEnd(Duration limit) {
    long end = System.nanoTime() + limit.toNanos();
    boolean interrupted = false;
    try {
      while (true) {
        try {
          return process.waitFor(end - System.nanoTime(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /** Returns the process id of PostgreSQL itself, for tests that end it by force. */
  long serverPid() throws IOException {
    return PostmasterFile.read(dataDirectory.resolve("postmaster.pid")).orElseThrow().pid();
  }
}
