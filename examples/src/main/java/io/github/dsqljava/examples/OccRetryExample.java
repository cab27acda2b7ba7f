package io.github.dsqljava.examples;

import io.github.dsqljava.DsqlConfig;
import io.github.dsqljava.RetryKind;
import io.github.dsqljava.pool.PoolListener;
import io.github.dsqljava.vertx.DsqlConnector;
import io.github.dsqljava.vertx.DsqlPool;
import io.github.dsqljava.vertx.PoolSettings;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.sqlclient.SqlClient;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.io.PrintStream;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Two clients add to the same row at the same time. Both read it before either writes, so one of
 * them loses: its transaction is rolled back (SQLSTATE 40001) and runs again. No addition is lost.
 */
public final class OccRetryExample {
  private static final String CREATE =
      "CREATE TABLE IF NOT EXISTS example_counter(id uuid PRIMARY KEY, value bigint NOT NULL)";

  private OccRetryExample() {}

  /** Runs on the cluster of the environment, or on a local one. */
  public static void main(String[] args) {
    Failures.report(() -> run(System.getenv(), System.out));
  }

  static void run(Map<String, String> environment, PrintStream out) {
    try (ExampleCluster cluster = ExampleCluster.open(environment, out)) {
      DsqlConfig config = cluster.config();
      DsqlConnector connector = DsqlConnector.create(config);
      Instant begin = Instant.now();
      out.printf(
          "Two clients of %s as %s, %s%n",
          config.endpoint().address(), config.user(), connector.tlsMode());
      Client anna = new Client("Anna", connector, out);
      Client bert = new Client("Bert", connector, out);
      UUID id = UUID.randomUUID();
      createCounter(anna.pool, id)
          .compose(created -> addOneEach(anna, bert, id))
          .compose(done -> read(anna.pool, id))
          .onSuccess(
              value ->
                  out.printf(
                      "The counter is %d after %d attempts at 2 transactions%n",
                      value, anna.attempts.get() + bert.attempts.get()))
          .eventually(() -> anna.pool.query("DROP TABLE IF EXISTS example_counter").execute())
          .eventually(connector::close)
          .toCompletionStage()
          .toCompletableFuture()
          .join();
      out.printf(
          "OccRetryExample: done in %d ms%n", Duration.between(begin, Instant.now()).toMillis());
    }
  }

  /** Creates the table, then the row: Aurora DSQL refuses DDL and DML in one transaction. */
  private static Future<Void> createCounter(DsqlPool pool, UUID id) {
    return pool.query(CREATE)
        .execute()
        .compose(
            created ->
                pool.inTransaction(
                    connection ->
                        connection
                            .preparedQuery("INSERT INTO example_counter VALUES ($1, 0)")
                            .execute(Tuple.of(id))
                            .mapEmpty()));
  }

  private static Future<Void> addOneEach(Client anna, Client bert, UUID id) {
    Meeting meeting = new Meeting();
    return Future.all(anna.addOne(id, meeting), bert.addOne(id, meeting)).mapEmpty();
  }

  private static Future<Long> read(DsqlPool pool, UUID id) {
    return pool.inTransaction(connection -> select(connection, id));
  }

  private static Future<Long> select(SqlClient client, UUID id) {
    return client
        .preparedQuery("SELECT value FROM example_counter WHERE id = $1")
        .execute(Tuple.of(id))
        .map(rows -> rows.iterator().next().getLong("value"));
  }

  /** One of the two, with a pool of its own. */
  private static final class Client implements PoolListener {
    private final String name;
    private final PrintStream out;
    private final DsqlPool pool;
    private final AtomicInteger attempts = new AtomicInteger();

    Client(String name, DsqlConnector connector, PrintStream out) {
      this.name = name;
      this.out = out;
      this.pool = connector.pool(PoolSettings.builder().maxSize(1).listener(this).build());
    }

    Future<Void> addOne(UUID id, Meeting meeting) {
      return pool.inTransaction(connection -> addOne(connection, id, meeting))
          .onSuccess(done -> out.printf("%s: committed%n", name));
    }

    /** The work that runs again after a conflict; it begins with a new read of the row. */
    private Future<Void> addOne(SqlConnection connection, UUID id, Meeting meeting) {
      int attempt = attempts.incrementAndGet();
      return select(connection, id)
          .onSuccess(value -> out.printf("%s: attempt %d, read %d%n", name, attempt, value))
          .compose(value -> meeting.arrive(attempt).map(value))
          .compose(
              value ->
                  connection
                      .preparedQuery("UPDATE example_counter SET value = $1 WHERE id = $2")
                      .execute(Tuple.of(value + 1, id)))
          .mapEmpty();
    }

    @Override
    public void retrying(RetryKind kind, int attempt, Duration delay, Throwable cause) {
      out.printf(
          "%s: attempt %d lost the conflict (%s), next one in %d ms%n",
          name, attempt, kind, delay.toMillis());
    }
  }

  /** Makes both wait for each other in their first attempt, so that they certainly conflict. */
  private static final class Meeting {
    private final AtomicInteger missing = new AtomicInteger(2);
    private final Promise<Void> complete = Promise.promise();

    Future<Void> arrive(int attempt) {
      if (attempt > 1) {
        return Future.succeededFuture();
      }
      if (missing.decrementAndGet() == 0) {
        complete.tryComplete();
      }
      return complete.future();
    }
  }
}
