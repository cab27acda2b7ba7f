package io.github.dsqljava.vertx;

import io.github.dsqljava.vertx.internal.Transport;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.PoolOptions;
import java.util.concurrent.TimeUnit;

/**
 * Decides which pool stands behind {@link DsqlConnector#pool()}: Vert.x's own, which each transport
 * can make. Nobody else asks a transport for a pool, and users only see the interface.
 */
final class PoolFactory {

  /**
   * Aurora DSQL cuts connections at 60 minutes; the official connectors, too, leave 5 for a
   * transaction.
   */
  private static final int MAX_LIFETIME_MINUTES = 55;

  private PoolFactory() {}

  static Pool open(Transport transport, PoolSettings settings) {
    return transport.pool(options(settings), settings.initHook().orElse(null));
  }

  static PoolOptions options(PoolSettings settings) {
    return new PoolOptions()
        .setMaxSize(settings.maxSize())
        .setConnectionTimeout(Math.toIntExact(settings.acquireTimeout().toMillis()))
        .setConnectionTimeoutUnit(TimeUnit.MILLISECONDS)
        .setMaxLifetime(MAX_LIFETIME_MINUTES)
        .setMaxLifetimeUnit(TimeUnit.MINUTES);
  }
}
