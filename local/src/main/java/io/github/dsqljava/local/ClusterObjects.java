package io.github.dsqljava.local;

import io.github.dsqljava.local.postgres.SystemConnection;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;

/**
 * The objects of a cluster's database. A test can drop the ones that it has made.
 *
 * <pre>{@code
 * long mark = cluster.objects().mark();
 * // ... a test makes tables, schemas, roles
 * cluster.objects().dropNewerThan(mark);
 * }</pre>
 *
 * <p>Tables older than the mark keep their rows; {@link #emptyTables} deletes those. Clients get no
 * schema conflict (OC001).
 *
 * <p>Thread-safe. All methods wait for PostgreSQL.
 */
public final class ClusterObjects {
  private static final String NEWEST =
      """
      SELECT greatest(
        (SELECT max(oid) FROM dsql_internal.pg_class), (SELECT max(oid) FROM pg_catalog.pg_proc),
        (SELECT max(oid) FROM dsql_internal.pg_type), (SELECT max(oid) FROM pg_catalog.pg_roles),
        (SELECT max(oid) FROM dsql_internal.pg_namespace))
      """;

  private final SystemConnection.Opener connections;

  ClusterObjects(SystemConnection.Opener connections) {
    this.connections = connections;
  }

  /**
   * Returns a mark: objects made from now on have higher numbers.
   *
   * @throws DsqlLocalException if the cluster is closed
   */
  public long mark() {
    return Long.parseLong(query(NEWEST, "could not look for the objects of the cluster"));
  }

  /**
   * Drops all schemas, tables, views, indexes, sequences, functions, domains and roles that
   * programs have made since a mark, whoever owns them, and the IAM mappings of those roles.
   *
   * @throws DsqlLocalException if a connection still uses one of them, after 5 seconds, or if the
   *     cluster is closed; nothing is dropped then
   */
  public void dropNewerThan(long mark) {
    query(
        script("drop-objects.sql").replace("${mark}", Long.toString(mark)),
        "could not drop the objects made since the mark; first close connections, and end their"
            + " transactions");
  }

  /**
   * Deletes all rows of all tables of programs, whoever owns them, and starts their identity
   * columns anew. Sequences that belong to no column go on.
   *
   * @throws DsqlLocalException if a transaction still uses one of them, after 5 seconds, or if the
   *     cluster is closed; nothing is deleted then
   */
  public void emptyTables() {
    query(
        script("empty-tables.sql"),
        "could not empty the tables; close connections, and end their transactions, first");
  }

  private static String script(String name) {
    try (InputStream script = ClusterObjects.class.getResourceAsStream(name)) {
      return new String(script.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new DsqlLocalException("could not read " + name + ": " + e.getMessage(), e);
    }
  }

  private String query(String sql, String failure) {
    try (SystemConnection connection = connections.open()) {
      return connection.query(sql).stream().flatMap(row -> row.stream()).findFirst().orElse("");
    } catch (IOException e) {
      throw new DsqlLocalException(failure + ": " + e.getMessage(), e);
    }
  }
}
