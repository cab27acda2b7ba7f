package io.github.dsqljava.vertx;

import static io.github.dsqljava.vertx.LocalCluster.await;
import static io.github.dsqljava.vertx.LocalCluster.config;
import static io.github.dsqljava.vertx.LocalCluster.execute;
import static io.github.dsqljava.vertx.LocalCluster.value;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.dsqljava.RetriesExhaustedException;
import io.github.dsqljava.local.DsqlLocal;
import io.github.dsqljava.retry.RetryPolicy;
import io.vertx.core.Future;
import io.vertx.sqlclient.SqlConnection;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Many clients want the same row, and the retry of the connector sorts it out. */
@SuppressWarnings("InterruptedExceptionSwallowed")
class HotRowTest {
  private static final int CLIENTS = 64;
  private static final int INCREMENTS = 5;

  private final AtomicInteger attempts = new AtomicInteger();
  private final AtomicInteger acknowledged = new AtomicInteger();
  private final AtomicInteger exhausted = new AtomicInteger();

  @Test
  @Timeout(value = 3, unit = TimeUnit.MINUTES)
  void increments_byManyClients_areNeitherLostNorDoubled() throws Exception {
    try (DsqlLocal cluster = DsqlLocal.start()) {
      DsqlConnector connector = DsqlConnector.create(config(cluster).build());
      DsqlPool pool =
          connector.pool(
              PoolSettings.builder()
                  .maxSize(CLIENTS)
                  .retryPolicy(RetryPolicy.builder().maxAttempts(50).build())
                  .build());
      execute(pool, "CREATE TABLE counter (id int PRIMARY KEY, n int NOT NULL)");
      execute(pool, "INSERT INTO counter VALUES (1, 0)");
      List<Future<Void>> clients = new ArrayList<>();
      for (int i = 0; i < CLIENTS; i++) {
        clients.add(client(pool, INCREMENTS));
      }
      Future.join(clients).toCompletionStage().toCompletableFuture().get(2, TimeUnit.MINUTES);
      assertThat(value(pool, "SELECT n FROM counter"))
          .isEqualTo(String.valueOf(acknowledged.get()));
      assertThat(acknowledged.get() + exhausted.get()).isEqualTo(CLIENTS * INCREMENTS);
      assertThat(exhausted).as("gave up").hasValueLessThan(CLIENTS * INCREMENTS / 10);
      assertThat(attempts).as("otherwise they never met").hasValueGreaterThan(acknowledged.get());
      await(connector.close());
    }
  }

  private Future<Void> client(DsqlPool pool, int increments) {
    if (increments == 0) {
      return Future.succeededFuture();
    }
    return pool.inTransaction(this::increment)
        .transform(
            done -> {
              if (done.succeeded()) {
                acknowledged.incrementAndGet();
              } else if (done.cause() instanceof RetriesExhaustedException) {
                exhausted.incrementAndGet();
              } else {
                return Future.<Void>failedFuture(done.cause());
              }
              return Future.<Void>succeededFuture();
            })
        .compose(done -> client(pool, increments - 1));
  }

  private Future<?> increment(SqlConnection connection) {
    attempts.incrementAndGet();
    return connection.query("UPDATE counter SET n = n + 1 WHERE id = 1").execute();
  }
}
