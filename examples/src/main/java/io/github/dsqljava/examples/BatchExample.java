package io.github.dsqljava.examples;

import io.github.dsqljava.DsqlConfig;
import io.github.dsqljava.retry.TransactionOptions;
import io.github.dsqljava.vertx.BatchOptions;
import io.github.dsqljava.vertx.DsqlConnector;
import io.github.dsqljava.vertx.DsqlPool;
import io.vertx.core.Future;
import io.vertx.sqlclient.Tuple;
import java.io.PrintStream;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.IntStream;

/**
 * More rows than a transaction may have: they are written in chunks, each a transaction of its own.
 * The ids are made here and a row that is there already is left alone, so that a chunk whose answer
 * was lost can be written again.
 */
public final class BatchExample {
  private static final int ROWS = 5_000;
  private static final String CREATE =
      "CREATE TABLE IF NOT EXISTS example_reading(id uuid PRIMARY KEY, sensor int NOT NULL,"
          + " celsius numeric(5,2) NOT NULL)";
  private static final String INSERT =
      "INSERT INTO example_reading VALUES ($1, $2, $3) ON CONFLICT (id) DO NOTHING";

  private BatchExample() {}

  /** Runs on the cluster of the environment, or on a local one. */
  public static void main(String[] args) {
    Failures.report(() -> run(System.getenv(), System.out));
  }

  static void run(Map<String, String> environment, PrintStream out) {
    try (ExampleCluster cluster = ExampleCluster.open(environment, out)) {
      DsqlConfig config = cluster.config();
      DsqlConnector connector = DsqlConnector.create(config);
      DsqlPool pool = connector.pool();
      Instant begin = Instant.now();
      out.printf(
          "%d rows for %s as %s, %s%n",
          ROWS, config.endpoint().address(), config.user(), connector.tlsMode());
      pool.query(CREATE)
          .execute()
          .compose(created -> write(pool, out))
          .compose(written -> count(pool))
          .onSuccess(rows -> out.printf("The table has %d rows%n", rows))
          .eventually(() -> pool.query("DROP TABLE IF EXISTS example_reading").execute())
          .eventually(connector::close)
          .toCompletionStage()
          .toCompletableFuture()
          .join();
      out.printf(
          "BatchExample: done in %d ms%n", Duration.between(begin, Instant.now()).toMillis());
    }
  }

  private static Future<Void> write(DsqlPool pool, PrintStream out) {
    List<Tuple> rows =
        IntStream.range(0, ROWS)
            .mapToObj(i -> Tuple.of(UUID.randomUUID(), i % 100, 20 + i % 1_000 / 100.0))
            .toList();
    BatchOptions options =
        BatchOptions.builder()
            .transaction(TransactionOptions.builder().idempotent(true).build())
            .progress(
                progress ->
                    out.printf(
                        "Chunk %d of %d committed: %d of %d rows%n",
                        progress.chunksDone(),
                        progress.chunks(),
                        progress.rowsDone(),
                        progress.rows()))
            .build();
    return pool.executeMany(INSERT, rows, options)
        .onSuccess(
            result ->
                out.printf(
                    "%d rows written in %d transactions%n",
                    result.rowCount(), result.chunks().size()))
        .mapEmpty();
  }

  private static Future<Long> count(DsqlPool pool) {
    return pool.inTransaction(
        connection ->
            connection
                .query("SELECT count(*) FROM example_reading")
                .execute()
                .map(rows -> rows.iterator().next().getLong(0)));
  }
}
