package io.github.dsqljava.examples;

import io.github.dsqljava.DsqlConfig;
import io.github.dsqljava.examples.OwnerTable.Owner;
import io.github.dsqljava.vertx.DsqlConnector;
import io.github.dsqljava.vertx.DsqlPool;
import io.github.dsqljava.vertx.PoolSettings;
import io.vertx.core.Future;
import io.vertx.sqlclient.Tuple;
import java.io.PrintStream;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** A pool, used by many workers at once; all results are gathered, then a transaction commits. */
public final class ConcurrentPoolExample {
  private static final int MIN_CONNECTIONS = 5;
  private static final int MAX_CONNECTIONS = 10;
  private static final int WORKERS = 20;

  private ConcurrentPoolExample() {}

  /** Runs on the cluster of the environment, or on a local one. */
  public static void main(String[] args) {
    Failures.report(() -> run(System.getenv(), System.out));
  }

  static void run(Map<String, String> environment, PrintStream out) {
    try (ExampleCluster cluster = ExampleCluster.open(environment, out)) {
      DsqlConfig config = cluster.config();
      DsqlConnector connector = DsqlConnector.create(config);
      DsqlPool pool =
          connector.pool(
              PoolSettings.builder().minSize(MIN_CONNECTIONS).maxSize(MAX_CONNECTIONS).build());
      Instant begin = Instant.now();
      out.printf(
          "Pool of %d to %d connections to %s as %s, %s%n",
          MIN_CONNECTIONS,
          MAX_CONNECTIONS,
          config.endpoint().address(),
          config.user(),
          connector.tlsMode());
      runWorkers(pool)
          .onSuccess(
              results ->
                  out.printf(
                      "%d workers in parallel over up to %d connections answered %s%n",
                      WORKERS, MAX_CONNECTIONS, results))
          .compose(results -> commitOwner(pool, out))
          .eventually(pool::close)
          .eventually(connector::close)
          .toCompletionStage()
          .toCompletableFuture()
          .join();
      out.printf(
          "ConcurrentPoolExample: done, pool closed, in %d ms%n",
          Duration.between(begin, Instant.now()).toMillis());
    }
  }

  /** All workers start at once; the pool lets as many run as it has connections. */
  private static Future<List<Integer>> runWorkers(DsqlPool pool) {
    List<Future<Integer>> workers =
        IntStream.rangeClosed(1, WORKERS).mapToObj(number -> work(pool, number)).toList();
    return Future.all(workers).map(all -> all.list());
  }

  private static Future<Integer> work(DsqlPool pool, int number) {
    return pool.withConnection(
            connection -> connection.preparedQuery("SELECT $1::int").execute(Tuple.of(number)))
        .map(
            rows -> {
              int answer = rows.iterator().next().getInteger(0);
              if (answer != number) {
                throw new IllegalStateException("worker " + number + " was answered " + answer);
              }
              return answer;
            });
  }

  /**
   * A connection that does not know of the new table yet is refused once by Aurora DSQL (OC001),
   * and inTransaction tries again; so all but the DDL runs in one.
   */
  private static Future<Void> commitOwner(DsqlPool pool, PrintStream out) {
    return OwnerTable.createIfMissing(pool)
        .compose(
            created ->
                pool.inTransaction(connection -> OwnerTable.insert(connection, Owner.JOHN_DOE))
                    .onSuccess(id -> out.println("Committed an owner with id " + id))
                    .compose(id -> pool.inTransaction(c -> OwnerTable.delete(c, id)))
                    .eventually(() -> OwnerTable.dropIf(created, pool)));
  }
}
