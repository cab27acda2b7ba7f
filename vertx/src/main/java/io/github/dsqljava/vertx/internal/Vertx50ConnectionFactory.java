package io.github.dsqljava.vertx.internal;

import io.github.dsqljava.ClosedException;
import io.github.dsqljava.DsqlException;
import io.netty.channel.ChannelPipeline;
import io.vertx.core.Context;
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
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.internal.Connection;
import io.vertx.sqlclient.internal.command.InitCommand;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Vert.x's connection factory with a different begin of connections: direct TLS or a strict
 * SSLRequest, always with a server name, under one deadline, and with explained failures. The login
 * after that is Vert.x's own, behind a {@link SessionWire}.
 */
final class Vertx50ConnectionFactory extends PgConnectionFactory {

  private static final int CANCEL_REQUEST_LENGTH = 16;
  private static final int CANCEL_REQUEST_CODE = 80877102;

  private final ConnectionPlan plan;
  private final TlsClient tls;
  private final Vertx50Attempts attempts = new Vertx50Attempts();
  private final SchemaEpoch schema = new SchemaEpoch();

  Vertx50ConnectionFactory(ConnectionPlan plan) {
    super((VertxInternal) plan.vertx(), new NetClientOptions().setTcpKeepAlive(true));
    this.plan = plan;
    this.tls =
        new TlsClient(
            plan.trust(), plan.config().endpoint(), plan.direct(), plan.config().connectTimeout());
  }

  @Override
  public Future<SqlConnection> connect(Context context, PgConnectOptions options) {
    ContextInternal caller = (ContextInternal) context;
    Promise<SqlConnection> result = caller.promise();
    connect(asEventLoopContext(caller), options)
        .map(
            opened -> {
              SingleConnection connection = new SingleConnection(this, caller, opened);
              opened.init(connection);
              return (SqlConnection) connection;
            })
        .onComplete(result);
    return result.future();
  }

  @Override
  protected Future<Connection> doConnectInternal(
      PgConnectOptions options, ContextInternal context) {
    Duration timeout = plan.config().connectTimeout();
    if (!plan.config().earlyPassword()
        || EarlyPasswordRefusals.contains(plan.config().endpoint())) {
      return start(
          options,
          context,
          timeout,
          socket -> logIn(socket, options, context, /* earlyPassword= */ false));
    }
    long begun = System.nanoTime();
    AtomicBoolean inLogin = new AtomicBoolean();
    return start(
            options,
            context,
            timeout,
            socket -> {
              inLogin.set(true);
              return logIn(socket, options, context, /* earlyPassword= */ true);
            })
        .recover(
            failure -> {
              Duration left = timeout.minusNanos(System.nanoTime() - begun);
              return inLogin.get()
                      && failure instanceof DsqlException refusal
                      && !(failure instanceof ClosedException)
                      && left.toMillis() > 0
                  ? logInWhenAsked(options, context, left, refusal)
                  : Future.failedFuture(failure);
            });
  }

  /** Makes the second attempt, after one with an early password, in the rest of its time. */
  private Future<Connection> logInWhenAsked(
      PgConnectOptions options, ContextInternal context, Duration left, DsqlException refusal) {
    return start(
            options,
            context,
            left,
            socket -> logIn(socket, options, context, /* earlyPassword= */ false))
        .onSuccess(connection -> EarlyPasswordRefusals.add(plan.config().endpoint(), refusal));
  }

  private <T> Future<T> start(
      PgConnectOptions options,
      ContextInternal context,
      Duration timeout,
      Function<NetSocketInternal, Future<T>> login) {
    return Vertx50Attempt.start(
        attempts, plan, tls, client, options.getSocketAddress(), context, timeout, login);
  }

  /** Fails the connections that are being opened, and all later requests. */
  void abort(ClosedException reason) {
    attempts.abort(reason);
  }

  private Future<Connection> logIn(
      NetSocketInternal socket,
      PgConnectOptions options,
      ContextInternal context,
      boolean earlyPassword) {
    PgSocketConnection connection =
        new SchemaAwareConnection(
            socket,
            metrics(options),
            // The connection keeps its options for life; the token is only needed now.
            new PgConnectOptions(options).setPassword(""),
            schema,
            context);
    connection.init();
    ChannelPipeline pipeline = socket.channelHandlerContext().pipeline();
    pipeline.addBefore("codec", SessionWire.NAME, new SessionWire());
    if (earlyPassword) {
      pipeline.addBefore(
          "codec", EarlyPasswordHandler.NAME, new EarlyPasswordHandler(options.getPassword()));
    }
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
            this.<Void>start(
                    options,
                    context,
                    plan.config().connectTimeout(),
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
