package io.github.dsqljava.local.session;

import io.github.dsqljava.local.limits.Limits;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandler;
import java.io.IOException;
import java.nio.file.Path;
import java.time.InstantSource;

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

  private OptimisticConcurrency(ConflictMonitor monitor) {
    this.monitor = monitor;
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
      SystemScript.run(connection, "occ.sql");
      SystemScript.run(connection, "limits.sql");
      SystemScript.set(connection, limits);
      ConflictMonitor monitor =
          new ConflictMonitor(
              connection,
              () -> SystemConnection.open(socket, role),
              new Terms(limits.transactionAge(), clock));
      if (!connection.query(FOREIGN_KEYS).isEmpty()) {
        monitor.contention().foreignKeyAdded();
      }
      monitor.start();
      return new OptimisticConcurrency(monitor);
    } catch (IOException | RuntimeException e) {
      connection.close();
      throw e;
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
