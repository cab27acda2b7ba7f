package io.github.dsqljava.local.session;

import io.github.dsqljava.local.limits.Limits;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandler;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Objects;

/**
 * Aurora DSQL's optimistic concurrency for all sessions of one cluster: no statement waits for
 * another transaction, and the first to commit wins.
 *
 * <p>Thread-safe.
 */
public final class OptimisticConcurrency implements AutoCloseable {
  private static final byte BACKEND_KEY_DATA = 'K';
  private static final String FOREIGN_KEYS =
      "SELECT 1 FROM pg_catalog.pg_constraint WHERE contype = 'f' LIMIT 1";

  private final ConflictMonitor monitor;
  private final ConflictMonitor.Reopening connections;

  private OptimisticConcurrency(ConflictMonitor monitor, ConflictMonitor.Reopening connections) {
    this.monitor = monitor;
    this.connections = connections;
  }

  /**
   * Prepares PostgreSQL and starts to watch it. Blocks for some milliseconds.
   *
   * @param socket Unix socket of PostgreSQL
   * @param role its superuser
   * @param limits what transactions may do
   * @param clock by which transactions age
   */
  public static OptimisticConcurrency start(
      Path socket, String role, Limits limits, InstantSource clock) throws IOException {
    SystemConnection connection = SystemConnection.open(socket, role);
    try {
      run(connection, "occ.sql");
      run(connection, "limits.sql");
      run(connection, "catalog.sql");
      Terms.tell(connection, limits);
      ConflictMonitor.Reopening connections = () -> SystemConnection.open(socket, role);
      ConflictMonitor monitor =
          new ConflictMonitor(connection, connections, new Terms(limits.transactionAge(), clock));
      if (!connection.query(FOREIGN_KEYS).isEmpty()) {
        monitor.contention().foreignKeyAdded();
      }
      monitor.start();
      return new OptimisticConcurrency(monitor, connections);
    } catch (IOException | RuntimeException e) {
      connection.close();
      throw e;
    }
  }

  private static void run(SystemConnection connection, String resource) throws IOException {
    try (InputStream script = OptimisticConcurrency.class.getResourceAsStream(resource)) {
      connection.run(Objects.requireNonNull(script, resource));
    }
  }

  /** Opens another connection of the superuser. Blocks. */
  public SystemConnection connect() throws IOException {
    return connections.open();
  }

  /**
   * Sets what is called whenever a client may have changed the schema, and has committed that.
   *
   * @param task must not block; on any thread
   */
  public void whenSchemaChanges(Runnable task) {
    monitor.contention().whenSchemaChanges(task);
  }

  /**
   * Runs something on a connection of the superuser for whose locks sessions give way as they do
   * for each other's. Blocks.
   */
  public List<List<String>> query(SystemConnection connection, String sql) throws IOException {
    Contention contention = monitor.contention();
    contention.outsiderBegins();
    try {
      return connection.query(sql);
    } finally {
      contention.outsiderEnds();
    }
  }

  /**
   * Returns what has to stand in the pipeline of a new PostgreSQL session, nearest to PostgreSQL.
   *
   * @param greeting what PostgreSQL said when the session was opened; left as it is
   */
  public ChannelHandler session(ByteBuf greeting) {
    return new BackendLink(processId(greeting), monitor.contention());
  }

  private static int processId(ByteBuf greeting) {
    int position = greeting.readerIndex();
    while (position + 9 <= greeting.writerIndex()) {
      if (greeting.getByte(position) == BACKEND_KEY_DATA) {
        return greeting.getInt(position + 5);
      }
      position += 1 + greeting.getInt(position + 1);
    }
    throw new IllegalArgumentException("the greeting names no process id");
  }

  /** Stops watching; returns when that is done. */
  @Override
  public void close() {
    monitor.close();
  }
}
