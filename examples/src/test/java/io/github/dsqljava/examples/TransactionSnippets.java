package io.github.dsqljava.examples;

import io.github.dsqljava.CommitOutcomeUnknownException;
import io.github.dsqljava.retry.RetryPolicy;
import io.github.dsqljava.retry.TransactionOptions;
import io.github.dsqljava.vertx.BatchOptions;
import io.github.dsqljava.vertx.BatchResult;
import io.github.dsqljava.vertx.DsqlConnector;
import io.github.dsqljava.vertx.DsqlPool;
import io.github.dsqljava.vertx.PoolSettings;
import io.vertx.core.Future;
import io.vertx.sqlclient.SqlClient;
import io.vertx.sqlclient.Tuple;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;

/** The Java of docs/transactions.md, line by line; {@link TransactionsDocumentTest} runs it. */
final class TransactionSnippets {
  static final ConcurrentLinkedQueue<String> LOG = new ConcurrentLinkedQueue<>();

  private TransactionSnippets() {}

  static Future<Void> transfer(DsqlPool pool, int from, int to, long amount) {
    Future<Void> moved =
        pool.inTransaction(
            connection ->
                connection
                    .preparedQuery("UPDATE account SET balance = balance - $1 WHERE id = $2")
                    .execute(Tuple.of(amount, from))
                    .compose(
                        done ->
                            connection
                                .preparedQuery(
                                    "UPDATE account SET balance = balance + $1 WHERE id = $2")
                                .execute(Tuple.of(amount, to)))
                    .mapEmpty());
    return moved;
  }

  static Future<Integer> policies(DsqlConnector connector) {
    RetryPolicy patient =
        RetryPolicy.builder()
            .maxAttempts(300)
            .basePause(Duration.ofMillis(10))
            .maxPause(Duration.ofSeconds(2))
            .maxElapsed(Duration.ofMinutes(1))
            .build();
    DsqlPool pool = connector.pool(PoolSettings.builder().retryPolicy(patient).build());
    Future<Integer> once =
        pool.inTransaction(
            TransactionOptions.builder().retryPolicy(RetryPolicy.off()).build(),
            connection -> countOrders(connection));
    return once;
  }

  static Future<Integer> deadline(DsqlPool pool) {
    Future<Integer> quick =
        pool.inTransaction(
            TransactionOptions.builder().readOnly(true).deadline(Duration.ofMillis(500)).build(),
            connection -> countOrders(connection));
    return quick;
  }

  static Future<Void> pay(DsqlPool pool, UUID id, long amount) {
    Future<Void> paid =
        pool.inTransaction(
                connection ->
                    connection
                        .preparedQuery("INSERT INTO payment(id, amount) VALUES ($1, $2)")
                        .execute(Tuple.of(id, amount))
                        .<Void>mapEmpty())
            .recover(
                failure ->
                    failure instanceof CommitOutcomeUnknownException
                        ? paymentExists(pool, id)
                            .compose(
                                exists -> exists ? Future.succeededFuture() : pay(pool, id, amount))
                        : Future.failedFuture(failure));
    return paid;
  }

  static Future<Void> payIdempotently(DsqlPool pool, UUID id, long amount) {
    Future<Void> recorded =
        pool.inTransaction(
            TransactionOptions.builder().idempotent(true).build(),
            connection ->
                connection
                    .preparedQuery(
                        "INSERT INTO payment(id, amount) VALUES ($1, $2) ON CONFLICT (id) DO NOTHING")
                    .execute(Tuple.of(id, amount))
                    .mapEmpty());
    return recorded;
  }

  static Future<BatchResult> load(DsqlPool pool, List<Tuple> rows) {
    Future<BatchResult> loaded =
        pool.executeMany(
            "INSERT INTO payment(id, amount) VALUES ($1, $2) ON CONFLICT (id) DO NOTHING",
            rows,
            BatchOptions.builder()
                .maxRows(500)
                .transaction(TransactionOptions.builder().idempotent(true).build())
                .progress(progress -> log(progress.rowsDone() + " of " + progress.rows()))
                .build());
    return loaded;
  }

  private static void log(String line) {
    LOG.add(line);
  }

  private static Future<Integer> countOrders(SqlClient client) {
    return client
        .query("SELECT count(*)::int FROM account")
        .execute()
        .map(rows -> rows.iterator().next().getInteger(0));
  }

  private static Future<Boolean> paymentExists(DsqlPool pool, UUID id) {
    return pool.preparedQuery("SELECT 1 FROM payment WHERE id = $1")
        .execute(Tuple.of(id))
        .map(rows -> rows.size() > 0);
  }
}
