package io.github.dsqljava.vertx.internal;

import io.vertx.core.Completable;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.net.NetClientOptions;
import io.vertx.pgclient.PgConnectOptions;
import io.vertx.pgclient.spi.PgDriver;
import io.vertx.sqlclient.ClientBuilder;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.PoolOptions;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.spi.ConnectionFactory;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Opens connections through a subclass of the driver's connection factory, which Vert.x 5.0 lets
 * in. One factory, and so one network client and one set of TLS sessions, serves all pools and
 * single connections of a connector.
 */
public final class Vertx50Transport implements Transport {

  private final ConnectionPlan plan;
  private final Vertx50ConnectionFactory factory;

  private Vertx50Transport(ConnectionPlan plan, Vertx50ConnectionFactory factory) {
    this.plan = plan;
    this.factory = factory;
  }

  /**
   * Makes the transport.
   *
   * @throws LinkageError if the classes of Vert.x it builds on are missing, changed or sealed off
   */
  public static Vertx50Transport open(ConnectionPlan plan) {
    return new Vertx50Transport(plan, new Vertx50ConnectionFactory(plan));
  }

  @Override
  public Future<SqlConnection> connect() {
    return factory.connect(plan.vertx().getOrCreateContext(), plan.freshOptions());
  }

  @Override
  public Pool pool(PoolOptions options, @Nullable Function<SqlConnection, Future<Void>> initHook) {
    return ClientBuilder.pool(new SharingDriver(factory, initHook))
        .with(options)
        .connectingTo(() -> plan.freshOptions().map(Function.identity()))
        .using(plan.vertx())
        .build();
  }

  @Override
  public void abort(IllegalStateException reason) {
    factory.abort(reason);
  }

  @Override
  public Future<Void> close() {
    Promise<Void> closed = Promise.promise();
    factory.close(closed);
    return closed.future();
  }

  /** The driver, with a connection factory that outlives the pool it is made for. */
  private static final class SharingDriver extends PgDriver {
    private final Vertx50ConnectionFactory factory;
    private final @Nullable Function<SqlConnection, Future<Void>> initHook;

    SharingDriver(
        Vertx50ConnectionFactory factory,
        @Nullable Function<SqlConnection, Future<Void>> initHook) {
      this.factory = factory;
      this.initHook = initHook;
    }

    @Override
    public ConnectionFactory<PgConnectOptions> createConnectionFactory(
        Vertx vertx, NetClientOptions transportOptions) {
      return new PoolConnections(factory, initHook);
    }
  }

  /** A pool's view of the shared factory. */
  private record PoolConnections(
      Vertx50ConnectionFactory factory, @Nullable Function<SqlConnection, Future<Void>> initHook)
      implements ConnectionFactory<PgConnectOptions> {

    @Override
    public Future<SqlConnection> connect(Context context, PgConnectOptions options) {
      // The future belongs to the context, and so do those derived from it, wherever a hook ends.
      Future<SqlConnection> opened = factory.connect(context, options);
      return initHook == null
          ? opened
          : opened.compose(connection -> initialize(connection, initHook));
    }

    private static Future<SqlConnection> initialize(
        SqlConnection connection, Function<SqlConnection, Future<Void>> hook) {
      Future<Void> initialized;
      try {
        initialized = hook.apply(connection);
      } catch (Throwable e) {
        initialized = Future.failedFuture(e);
      }
      if (initialized == null) {
        initialized = Future.failedFuture(new NullPointerException("The init hook returned null"));
      }
      return initialized
          .compose(
              v ->
                  connection.transaction() == null
                      ? Future.succeededFuture(connection)
                      : Future.failedFuture(
                          new IllegalStateException("The init hook left a transaction open")))
          .recover(failure -> connection.close().transform(closed -> Future.failedFuture(failure)));
    }

    @Override
    public void close(Completable<Void> completion) {
      completion.succeed(); // the connector closes the factory, when all pools are closed
    }
  }
}
