package io.github.dsqljava.vertx.internal;

import io.github.dsqljava.ClosedException;
import io.github.dsqljava.ConnectPhase;
import io.github.dsqljava.DsqlException;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.pgclient.PgConnectOptions;
import io.vertx.pgclient.PgConnection;
import io.vertx.sqlclient.SqlConnection;

/**
 * Opens connections through Vert.x's public API only: on the module path, where its internals are
 * sealed off.
 *
 * <p>Less than the other transport can do:
 *
 * <ul>
 *   <li>They begin with an SSLRequest.
 *   <li>They forget prepared statements that do not fit the schema any more as Vert.x does, which
 *       is for some signs only.
 *   <li>Connections do not share a network client, so that TLS sessions are not resumed.
 *   <li>Vert.x loses the reason of a failed TLS handshake, so that a refused certificate is a
 *       {@link io.github.dsqljava.ClusterUnreachableException} whose text names it as the usual
 *       reason. It is refused all the same.
 * </ul>
 */
public final class PublicApiTransport implements Transport {

  private final ConnectionPlan plan;

  private PublicApiTransport(ConnectionPlan plan) {
    this.plan = plan;
  }

  /** Makes the transport. */
  public static PublicApiTransport open(ConnectionPlan plan) {
    return new PublicApiTransport(plan);
  }

  @Override
  public Future<SqlConnection> connect() {
    Context context = plan.vertx().getOrCreateContext();
    // The token arrives on a thread of its source; the connection must be opened on the context.
    return Future.fromCompletionStage(plan.freshOptions().toCompletionStage(), context)
        .compose(this::open)
        .recover(failure -> Future.failedFuture(explain(failure)));
  }

  private DsqlException explain(Throwable failure) {
    return plan.explain(failure, ConnectPhase.UNKNOWN);
  }

  private Future<SqlConnection> open(PgConnectOptions options) {
    Promise<SqlConnection> result = Promise.promise();
    long timer =
        plan.vertx()
            .setTimer(
                plan.config().connectTimeout().toMillis(),
                id -> result.tryFail(plan.timedOut(ConnectPhase.UNKNOWN)));
    PgConnection.connect(plan.vertx(), options)
        .onComplete(
            opened -> {
              plan.vertx().cancelTimer(timer);
              if (opened.failed()) {
                result.tryFail(opened.cause());
              } else if (!result.tryComplete(opened.result())) {
                opened.result().close(); // too late, and nobody else knows it
              }
            });
    return result.future();
  }

  @Override
  public void abort(ClosedException reason) {
    // Vert.x keeps the sockets of unfinished connections to itself.
  }

  @Override
  public Future<Void> close() {
    return Future.succeededFuture();
  }
}
