package io.github.dsqljava.examples;

import io.vertx.core.Future;
import io.vertx.sqlclient.SqlClient;
import io.vertx.sqlclient.Tuple;
import java.util.UUID;

/**
 * The table {@code owner}, in whatever schema the connection has: public for admin, myschema for
 * everybody else.
 */
final class OwnerTable {
  private static final String EXISTS =
      "SELECT 1 FROM pg_catalog.pg_tables"
          + " WHERE schemaname = current_schema() AND tablename = 'owner'";

  private static final String CREATE =
      """
      CREATE TABLE IF NOT EXISTS owner(
        id uuid NOT NULL DEFAULT gen_random_uuid(),
        name varchar(30) NOT NULL,
        city varchar(80) NOT NULL,
        telephone varchar(20) DEFAULT NULL,
        PRIMARY KEY (id))
      """;

  private static final String INSERT =
      "INSERT INTO owner(name, city, telephone) VALUES ($1, $2, $3) RETURNING id";

  private OwnerTable() {}

  /**
   * Creates the table if there is none.
   *
   * @return whether it was created, so that it can be dropped at the end
   */
  static Future<Boolean> createIfMissing(SqlClient client) {
    return client
        .query(EXISTS)
        .execute()
        .compose(
            found ->
                found.size() > 0
                    ? Future.succeededFuture(false)
                    : client.query(CREATE).execute().map(true));
  }

  /** Inserts an owner and returns the id that the cluster gave it. */
  static Future<UUID> insert(SqlClient client, Owner owner) {
    return client
        .preparedQuery(INSERT)
        .execute(Tuple.of(owner.name(), owner.city(), owner.telephone()))
        .map(rows -> rows.iterator().next().getUUID("id"));
  }

  /** Reads an owner back. */
  static Future<Owner> find(SqlClient client, UUID id) {
    return client
        .preparedQuery("SELECT name, city, telephone FROM owner WHERE id = $1")
        .execute(Tuple.of(id))
        .map(
            rows -> {
              if (rows.size() != 1) {
                throw new IllegalStateException("found " + rows.size() + " owners with id " + id);
              }
              var row = rows.iterator().next();
              return new Owner(
                  row.getString("name"), row.getString("city"), row.getString("telephone"));
            });
  }

  /** Deletes an owner. */
  static Future<Void> delete(SqlClient client, UUID id) {
    return client.preparedQuery("DELETE FROM owner WHERE id = $1").execute(Tuple.of(id)).mapEmpty();
  }

  /** Drops the table if {@link #createIfMissing} has created it. */
  static Future<Void> dropIf(boolean created, SqlClient client) {
    return created
        ? client.query("DROP TABLE owner").execute().mapEmpty()
        : Future.succeededFuture();
  }

  /** A row. */
  record Owner(String name, String city, String telephone) {
    static final Owner JOHN_DOE = new Owner("John Doe", "Anytown", "555-555-1900");
  }
}
