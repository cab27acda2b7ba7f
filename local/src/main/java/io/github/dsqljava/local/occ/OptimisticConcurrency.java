package io.github.dsqljava.local.occ;

import io.github.dsqljava.local.postgres.SystemConnection;
import java.io.IOException;
import java.io.InputStream;
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
  private static final String FOREIGN_KEYS =
      "SELECT 1 FROM dsql_internal.pg_constraint WHERE contype = 'f' LIMIT 1";

  private static final String FUNCTIONS =
      "SELECT 1 FROM pg_catalog.pg_proc WHERE pronamespace NOT IN (SELECT oid"
          + " FROM pg_catalog.pg_namespace WHERE nspname IN ('pg_catalog', 'information_schema',"
          + " 'dsql_internal', 'sys')) LIMIT 1";

  /** Finds a view with a locking clause, by PostgreSQL's node for it in the stored rule. */
  private static final String LOCKING_VIEWS =
      "SELECT 1 FROM dsql_internal.pg_rewrite WHERE ev_action::text LIKE '%{ROWMARKCLAUSE%'"
          + " LIMIT 1";

  private final ConflictMonitor monitor;

  private OptimisticConcurrency(ConflictMonitor monitor) {
    this.monitor = monitor;
  }

  /**
   * Prepares PostgreSQL and starts to watch it. Blocks for some milliseconds.
   *
   * @param connections open connections of PostgreSQL's superuser
   * @param clock by which transactions age
   */
  public static OptimisticConcurrency start(
      SystemConnection.Opener connections, InstantSource clock) throws IOException {
    SystemConnection connection = connections.open();
    try (InputStream script = OptimisticConcurrency.class.getResourceAsStream("occ.sql")) {
      connection.run(Objects.requireNonNull(script, "occ.sql"));
      ConflictMonitor monitor = new ConflictMonitor(connection, connections, clock);
      connection.query(monitor.contention().calls().install());
      if (!connection.query(FOREIGN_KEYS).isEmpty()) {
        monitor.contention().foreignKeyAdded();
      }
      if (!connection.query(FUNCTIONS).isEmpty() || !connection.query(LOCKING_VIEWS).isEmpty()) {
        monitor.contention().functionAdded();
      }
      monitor.start();
      return new OptimisticConcurrency(monitor);
    } catch (IOException | RuntimeException e) {
      connection.close();
      throw e;
    }
  }

  /** Returns the state that the sessions share. */
  public Contention contention() {
    return monitor.contention();
  }

  /**
   * Runs SQL on a connection of the superuser. Sessions give way to its locks as they do to each
   * other's. Blocks.
   */
  public List<List<String>> query(SystemConnection connection, String sql) throws IOException {
    contention().outsiderBegins();
    try {
      return connection.query(sql);
    } finally {
      contention().outsiderEnds();
    }
  }

  /** Stops watching; returns when that is done. */
  @Override
  public void close() {
    monitor.close();
  }
}
