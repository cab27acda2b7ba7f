package io.github.dsqljava.vertx.internal;

import io.github.dsqljava.ClosedException;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.sqlclient.SqlConnection;

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
    Promise<Void> closed = Promise.promise();
    factory.close(closed);
    return closed.future();
  }
}
