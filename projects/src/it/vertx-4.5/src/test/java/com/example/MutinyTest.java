package com.example;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.github.dsqljava.local.DsqlLocal;
import io.github.dsqljava.spi.TokenSource;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.core.Vertx;
import io.vertx.mutiny.pgclient.PgBuilder;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.pgclient.PgConnectOptions;
import io.vertx.sqlclient.PoolOptions;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Mutiny's client, which Quarkus brings, on Vert.x 4.5. */
class MutinyTest {
  private static final Duration LIMIT = Duration.ofSeconds(30);

  @Test
  void pool_asksForOptionsForEachConnection() {
    AtomicInteger signed = new AtomicInteger();
    try (DsqlLocal cluster = DsqlLocal.start();
        TokenSource tokens = TokenSource.of(Local.config(cluster, signed))) {
      Vertx vertx = Vertx.newInstance(Local.vertx(cluster));
      PgConnectOptions options = Local.options(cluster);
      Pool pool =
          PgBuilder.pool()
              .with(new PoolOptions().setMaxSize(2))
              .connectingTo(
                  () ->
                      Uni.createFrom()
                          .completionStage(tokens::token)
                          .map(token -> new PgConnectOptions(options).setPassword(token.value())))
              .using(vertx)
              .build();
      SqlConnection first = pool.getConnection().await().atMost(LIMIT);
      SqlConnection second = pool.getConnection().await().atMost(LIMIT);
      assertEquals(
          "admin",
          second
              .query("SELECT current_user")
              .execute()
              .await()
              .atMost(LIMIT)
              .iterator()
              .next()
              .getString(0));
      assertEquals(2, signed.get());
      first.close().await().atMost(LIMIT);
      second.close().await().atMost(LIMIT);
      pool.close().await().atMost(LIMIT);
      vertx.close().await().atMost(LIMIT);
    }
  }
}
