package io.github.dsqljava.examples;

import io.github.dsqljava.DsqlConfig;
import io.github.dsqljava.examples.OwnerTable.Owner;
import io.github.dsqljava.vertx.DsqlConnector;
import io.github.dsqljava.vertx.DsqlPool;
import io.github.dsqljava.vertx.PoolSettings;
import io.vertx.core.Future;
import java.io.PrintStream;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.UUID;

/** A pool, used by one piece of work after the other. */
public final class PoolExample {
  private static final int TIMES = 3;

  private PoolExample() {}

  /** Runs on the cluster of the environment, or on a local one. */
  public static void main(String[] args) {
    Failures.report(() -> run(System.getenv(), System.out));
  }

  static void run(Map<String, String> environment, PrintStream out) {
    try (ExampleCluster cluster = ExampleCluster.open(environment, out)) {
      DsqlConfig config = cluster.config();
      DsqlConnector connector = DsqlConnector.create(config);
      DsqlPool pool = connector.pool(PoolSettings.builder().maxSize(5).build());
      Instant begin = Instant.now();
      out.printf(
          "Pool of up to 5 connections to %s as %s, %s%n",
          config.endpoint().address(), config.user(), connector.tlsMode());
      usePool(pool, out)
          .eventually(pool::close)
          .eventually(connector::close)
          .toCompletionStage()
          .toCompletableFuture()
          .join();
      out.printf(
          "PoolExample: done, pool closed, in %d ms%n",
          Duration.between(begin, Instant.now()).toMillis());
    }
  }

  private static Future<Void> usePool(DsqlPool pool, PrintStream out) {
    Future<Void> done = Future.succeededFuture();
    for (int i = 1; i <= TIMES; i++) {
      int number = i;
      done = done.compose(previous -> selectOne(pool, number, out));
    }
    return done.compose(selected -> OwnerTable.createIfMissing(pool))
        .compose(
            created -> insertOwner(pool, out).eventually(() -> OwnerTable.dropIf(created, pool)));
  }

  /** Takes a connection, uses it and gives it back, whatever happens in between. */
  private static Future<Void> selectOne(DsqlPool pool, int number, PrintStream out) {
    return pool.withConnection(connection -> connection.query("SELECT 1").execute())
        .map(
            rows -> {
              out.printf(
                  "Query %d of %d answered %d; %d connection in the pool%n",
                  number, TIMES, rows.iterator().next().getInteger(0), pool.size());
              return null;
            });
  }

  private static Future<Void> insertOwner(DsqlPool pool, PrintStream out) {
    Future<UUID> inserted =
        pool.inTransaction(connection -> OwnerTable.insert(connection, Owner.JOHN_DOE));
    return inserted
        .compose(
            id ->
                pool.inTransaction(connection -> OwnerTable.find(connection, id))
                    .onSuccess(found -> out.println("Committed " + found))
                    .eventually(() -> pool.inTransaction(c -> OwnerTable.delete(c, id))))
        .mapEmpty();
  }
}
