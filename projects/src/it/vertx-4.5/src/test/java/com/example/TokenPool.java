package com.example;

import io.github.dsqljava.spi.TokenSource;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.pgclient.PgBuilder;
import io.vertx.pgclient.PgConnectOptions;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.PoolOptions;
import io.vertx.sqlclient.SqlConnectOptions;
import java.net.URI;
import org.hibernate.reactive.pool.impl.DefaultSqlClientPool;

/** Hibernate Reactive's pool, with a new token for each connection. */
public class TokenPool extends DefaultSqlClientPool {
  static TokenSource tokens;
  static PgConnectOptions options;

  @Override
  protected Pool createPool(
      URI uri, SqlConnectOptions configured, PoolOptions size, Vertx vertx) {
    return PgBuilder.pool()
        .with(size)
        .connectingTo(
            () ->
                Future.fromCompletionStage(tokens.token())
                    .map(token -> new PgConnectOptions(options).setPassword(token.value())))
        .using(vertx)
        .build();
  }
}
