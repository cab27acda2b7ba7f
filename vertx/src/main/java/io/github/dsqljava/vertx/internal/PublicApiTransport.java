package io.github.dsqljava.vertx.internal;

import io.github.dsqljava.ClosedException;
import io.github.dsqljava.ConnectPhase;
import io.github.dsqljava.DsqlException;
import io.github.dsqljava.InvalidConfigurationException;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.pgclient.PgConnectOptions;
import io.vertx.pgclient.PgConnection;
import io.vertx.sqlclient.SqlConnection;
import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.function.UnaryOperator;

/**
 * Opens connections through Vert.x's public API only: for Vert.x 5.1 and later, whose option for
 * direct TLS is reached by reflection because we compile against 5.0, and for whatever else comes.
 *
 * <p>Less than the 5.0 transport can do:
 *
 * <ul>
 *   <li>Connections do not share a network client, so that TLS sessions are not resumed.
 *   <li>Vert.x loses the reason of a failed TLS handshake, so that a refused certificate is a
 *       {@link io.github.dsqljava.ClusterUnreachableException} whose text names it as the usual
 *       reason. It is refused all the same.
 * </ul>
 */
public final class PublicApiTransport implements Transport {

  private final ConnectionPlan plan;
  private final UnaryOperator<PgConnectOptions> negotiation;

  private PublicApiTransport(ConnectionPlan plan, UnaryOperator<PgConnectOptions> negotiation) {
    this.plan = plan;
    this.negotiation = negotiation;
  }

  /**
   * Makes the transport.
   *
   * @param direct whether to set the option for direct TLS, which must be there
   */
  public static PublicApiTransport open(ConnectionPlan plan, boolean direct) {
    return new PublicApiTransport(plan, direct ? directTls() : UnaryOperator.identity());
  }

  /** {@code options.setSslNegotiation(SslNegotiation.DIRECT)}, which does not compile on 5.0. */
  private static UnaryOperator<PgConnectOptions> directTls() {
    try {
      Class<?> type =
          Class.forName(
              "io.vertx.pgclient.SslNegotiation",
              /* initialize= */ true,
              PgConnectOptions.class.getClassLoader());
      Object value =
          Arrays.stream(type.getEnumConstants())
              .filter(constant -> constant.toString().equalsIgnoreCase("direct"))
              .findFirst()
              .orElseThrow(() -> new NoSuchFieldException(type.getName() + ".DIRECT"));
      Method setter = PgConnectOptions.class.getMethod("setSslNegotiation", type);
      return options -> {
        try {
          setter.invoke(options, value);
          return options;
        } catch (ReflectiveOperationException e) {
          throw new IllegalStateException("Vert.x refused the option for direct TLS", e);
        }
      };
    } catch (ReflectiveOperationException e) {
      throw new InvalidConfigurationException(
          "This Vert.x has an option for direct TLS in a form this connector does not know; set"
              + " tlsNegotiation to sslrequest",
          e);
    }
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
    PgConnection.connect(plan.vertx(), negotiation.apply(options))
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
