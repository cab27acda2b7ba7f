package io.github.dsqljava.vertx.internal;

import io.github.dsqljava.ClosedException;
import io.vertx.core.Closeable;
import io.vertx.core.Completable;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.internal.ContextInternal;
import io.vertx.core.internal.VertxInternal;
import io.vertx.sqlclient.SqlConnection;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Opens connections through a subclass of the driver's connection factory, which Vert.x 5.0 allows.
 * One factory, with one network client and one set of TLS sessions, serves all pools and single
 * connections of a connector.
 */
public final class Vertx50Transport implements Transport {

  private final ConnectionPlan plan;
  private final Vertx50ConnectionFactory factory;

  /** The futures of connect() that are not completed. */
  private final Set<Promise<SqlConnection>> connecting = ConcurrentHashMap.newKeySet();

  /** Fails callers when Vert.x is closed, so that none waits for an event loop that has ended. */
  private final Closeable whenVertxCloses = this::vertxCloses;

  private volatile boolean vertxClosed;

  private Vertx50Transport(ConnectionPlan plan, Vertx50ConnectionFactory factory) {
    this.plan = plan;
    this.factory = factory;
  }

  /**
   * Makes the transport.
   *
   * @throws LinkageError if the required classes of Vert.x are missing, changed or sealed off
   */
  public static Vertx50Transport open(ConnectionPlan plan) {
    Vertx50Transport transport = new Vertx50Transport(plan, new Vertx50ConnectionFactory(plan));
    ((VertxInternal) plan.vertx()).addCloseHook(transport.whenVertxCloses);
    return transport;
  }

  @Override
  public Future<SqlConnection> connect() {
    if (vertxClosed) {
      return Future.failedFuture(closedWithVertx());
    }
    Context context = plan.vertx().getOrCreateContext();
    Promise<SqlConnection> result = ((ContextInternal) context).promise();
    connecting.add(result);
    result.future().onComplete(done -> connecting.remove(result));
    if (vertxClosed) { // since: the hook may not have seen this one
      result.tryFail(closedWithVertx());
      return result.future();
    }
    // The threads of the token source are daemons; one of an event loop keeps the JVM alive.
    context.runOnContext(v -> {});
    factory
        .connect(context, plan.freshOptions())
        .onComplete(
            connection -> {
              if (!result.tryComplete(connection)) {
                var unused = connection.close();
              }
            },
            result::tryFail);
    return result.future();
  }

  private void vertxCloses(Completable<Void> completion) {
    vertxClosed = true;
    ClosedException reason = closedWithVertx();
    factory.abort(reason);
    connecting.forEach(result -> result.tryFail(reason));
    completion.succeed();
  }

  private ClosedException closedWithVertx() {
    return new ClosedException(
        "The Vert.x of the connector to " + plan.config().endpoint().address());
  }

  ConnectionPlan plan() {
    return plan;
  }

  Vertx50ConnectionFactory factory() {
    return factory;
  }

  @Override
  public void abort(ClosedException reason) {
    factory.abort(reason);
  }

  @Override
  public Future<Void> close() {
    ((VertxInternal) plan.vertx()).removeCloseHook(whenVertxCloses);
    Promise<Void> closed = Promise.promise();
    factory.close(closed);
    return closed.future();
  }
}
