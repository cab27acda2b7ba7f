package io.github.dsqljava.examples;

import io.github.dsqljava.DsqlConfig;
import io.github.dsqljava.examples.OwnerTable.Owner;
import io.github.dsqljava.vertx.DsqlConnector;
import io.vertx.core.Future;
import io.vertx.sqlclient.SqlConnection;
import java.io.PrintStream;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;

/** One connection: create a table, insert a row, read it back, clean up. */
public final class Example {
  private Example() {}

  /** Runs on the cluster of the environment, or on a local one. */
  public static void main(String[] args) {
    Failures.report(() -> run(System.getenv(), System.out));
  }

  static void run(Map<String, String> environment, PrintStream out) {
    try (ExampleCluster cluster = ExampleCluster.open(environment, out)) {
      DsqlConfig config = cluster.config();
      DsqlConnector connector = DsqlConnector.create(config);
      Instant begin = Instant.now();
      connector
          .connect()
          .compose(
              connection -> {
                out.printf(
                    "Connected to %s as %s, schema %s, %s, in %d ms%n",
                    config.endpoint().address(),
                    config.user(),
                    config.schema(),
                    connector.tlsMode(),
                    millisSince(begin));
                return useConnection(connection, out).eventually(connection::close);
              })
          .eventually(connector::close)
          .toCompletionStage()
          .toCompletableFuture()
          .join();
      out.printf("Example: done in %d ms%n", millisSince(begin));
    }
  }

  private static Future<Void> useConnection(SqlConnection connection, PrintStream out) {
    return OwnerTable.createIfMissing(connection)
        .compose(
            created -> {
              out.println(created ? "Created table owner" : "Found table owner");
              return insertAndRead(connection, out)
                  .eventually(() -> OwnerTable.dropIf(created, connection));
            });
  }

  private static Future<Void> insertAndRead(SqlConnection connection, PrintStream out) {
    return OwnerTable.insert(connection, Owner.JOHN_DOE)
        .compose(
            id ->
                OwnerTable.find(connection, id)
                    .map(
                        found -> {
                          if (!found.equals(Owner.JOHN_DOE)) {
                            throw new IllegalStateException(
                                "inserted " + Owner.JOHN_DOE + ", got " + found);
                          }
                          out.println("Inserted and read back " + found);
                          return found;
                        })
                    .eventually(() -> OwnerTable.delete(connection, id)))
        .mapEmpty();
  }

  private static long millisSince(Instant begin) {
    return Duration.between(begin, Instant.now()).toMillis();
  }
}
