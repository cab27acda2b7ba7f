package com.example;

import static com.example.Local.await;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.github.dsqljava.local.DsqlLocal;
import io.github.dsqljava.spi.TokenSource;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.pgclient.PgBuilder;
import io.vertx.pgclient.PgConnectOptions;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.PoolOptions;
import io.vertx.sqlclient.SqlConnection;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Vert.x 4.5, on which Hibernate Reactive 3 and Mutiny's clients stand. */
class SupplierTest {

  @Test
  void pool_asksForOptionsForEachConnection() throws Exception {
    AtomicInteger signed = new AtomicInteger();
    try (DsqlLocal cluster = DsqlLocal.start();
        TokenSource tokens = TokenSource.of(Local.config(cluster, signed))) {
      Vertx vertx = Local.vertx(cluster);
      PgConnectOptions options = Local.options(cluster);
      Pool pool =
          PgBuilder.pool()
              .with(new PoolOptions().setMaxSize(2))
              .connectingTo(
                  () ->
                      Future.fromCompletionStage(tokens.token())
                          .map(token -> new PgConnectOptions(options).setPassword(token.value())))
              .using(vertx)
              .build();
      SqlConnection first = await(pool.getConnection());
      SqlConnection second = await(pool.getConnection());
      assertEquals(
          "admin",
          await(second.query("SELECT current_user").execute()).iterator().next().getString(0));
      assertEquals(2, signed.get());
      await(first.close());
      await(second.close());
      await(pool.close());
      await(vertx.close());
    }
  }
}
