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
 * <p>It has limits that the other transport does not have:
 *
 * <ul>
 *   <li>Connections begin with an SSLRequest.
 *   <li>Connections forget stale prepared statements only after those errors that Vert.x itself
 *       recognises.
 *   <li>Connections do not share a network client, so that TLS sessions are not resumed.
 *   <li>Vert.x loses the reason of a failed TLS handshake, so that a refused certificate is a
 *       {@link io.github.dsqljava.ClusterUnreachableException} whose text names it as the usual
 *       reason. The certificate is refused nevertheless.
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
                opened.result().close(); // too late: no caller gets it
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
