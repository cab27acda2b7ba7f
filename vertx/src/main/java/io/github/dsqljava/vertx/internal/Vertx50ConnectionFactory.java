package io.github.dsqljava.vertx.internal;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.internal.ContextInternal;
import io.vertx.core.internal.VertxInternal;
import io.vertx.core.internal.net.NetSocketInternal;
import io.vertx.core.net.NetClientOptions;
import io.vertx.core.spi.metrics.ClientMetrics;
import io.vertx.core.spi.metrics.VertxMetrics;
import io.vertx.pgclient.PgConnectOptions;
import io.vertx.pgclient.impl.PgConnectionFactory;
import io.vertx.pgclient.impl.PgSocketConnection;
import io.vertx.sqlclient.internal.Connection;
import io.vertx.sqlclient.internal.command.InitCommand;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Vert.x's connection factory with another beginning: direct TLS or a strict SSLRequest, always
 * with a server name, under one deadline, and with failures explained. From the login on,
 * everything is Vert.x's own.
 */
final class Vertx50ConnectionFactory extends PgConnectionFactory {

  private static final int CANCEL_REQUEST_LENGTH = 16;
  private static final int CANCEL_REQUEST_CODE = 80877102;

  private final ConnectionPlan plan;
  private final TlsClient tls;
  private final Vertx50Attempts attempts = new Vertx50Attempts();

  Vertx50ConnectionFactory(ConnectionPlan plan) {
    super((VertxInternal) plan.vertx(), new NetClientOptions());
    this.plan = plan;
    this.tls =
        new TlsClient(
            plan.trust(), plan.config().endpoint(), plan.direct(), plan.config().connectTimeout());
  }

  @Override
  protected Future<Connection> doConnectInternal(
      PgConnectOptions options, ContextInternal context) {
    return Vertx50Attempt.start(
        attempts,
        plan,
        tls,
        client,
        options.getSocketAddress(),
        context,
        socket -> logIn(socket, options, context));
  }

  /** Fails what is being opened, and everything that is asked for from now on. */
  void abort(IllegalStateException reason) {
    attempts.abort(reason);
  }

  private Future<Connection> logIn(
      NetSocketInternal socket, PgConnectOptions options, ContextInternal context) {
    PgSocketConnection connection =
        new PgSocketConnection(
            socket,
            metrics(options),
            // The connection keeps its options for life; the token is only needed now.
            new PgConnectOptions(options).setPassword(""),
            options.getCachePreparedStatements(),
            options.getPreparedStatementCacheMaxSize(),
            options.getPreparedStatementCacheSqlFilter(),
            options.getPipeliningLimit(),
            options.getUseLayer7Proxy(),
            context);
    connection.init();
    Promise<Connection> result = context.promise();
    connection.schedule(
        new InitCommand(
            connection,
            options.getUser(),
            options.getPassword(),
            options.getDatabase(),
            Map.copyOf(options.getProperties())),
        result);
    return result.future();
  }

  private @Nullable ClientMetrics<?, ?, ?> metrics(PgConnectOptions options) {
    VertxMetrics metrics = vertx.metrics();
    return metrics == null
        ? null
        : metrics.createClientMetrics(options.getSocketAddress(), "sql", options.getMetricsName());
  }

  /**
   * Vert.x's own version would send an SSLRequest whatever the mode, and perhaps no server name.
   */
  @Override
  public Future<Void> cancelRequest(PgConnectOptions options, int processId, int secretKey) {
    ContextInternal context = vertx.createEventLoopContext();
    Promise<Void> done = context.promise();
    context.runOnContext(
        v ->
            Vertx50Attempt.<Void>start(
                    attempts,
                    plan,
                    tls,
                    client,
                    options.getSocketAddress(),
                    context,
                    socket ->
                        socket
                            .write(
                                Buffer.buffer(CANCEL_REQUEST_LENGTH)
                                    .appendInt(CANCEL_REQUEST_LENGTH)
                                    .appendInt(CANCEL_REQUEST_CODE)
                                    .appendInt(processId)
                                    .appendInt(secretKey))
                            .eventually(socket::close))
                .onComplete(done));
    return done.future();
  }
}
