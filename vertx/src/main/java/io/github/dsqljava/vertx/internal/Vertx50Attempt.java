package io.github.dsqljava.vertx.internal;

import io.github.dsqljava.ClosedException;
import io.github.dsqljava.ConnectPhase;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.ssl.SslHandler;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.internal.ContextInternal;
import io.vertx.core.internal.PromiseInternal;
import io.vertx.core.internal.net.NetSocketInternal;
import io.vertx.core.net.ConnectOptions;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetSocket;
import io.vertx.core.net.SocketAddress;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;
import java.util.function.Function;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * One attempt to open a connection: TCP, TLS and login, under one deadline. It ends exactly once,
 * and a failed attempt leaves no socket open.
 *
 * <p>Everything runs on the event loop of its context.
 *
 * @param <T> the type of its result
 */
final class Vertx50Attempt<T> implements Vertx50Attempts.Attempt {

  private final Vertx50Attempts attempts;
  private final ConnectionPlan plan;
  private final TlsClient tls;
  private final ContextInternal context;
  private final Function<NetSocketInternal, Future<T>> login;
  private final PromiseInternal<T> result;
  private final long timer;
  private ConnectPhase phase = ConnectPhase.TCP;
  private @Nullable NetSocketInternal socket;
  private boolean over;

  private Vertx50Attempt(
      Vertx50Attempts attempts,
      ConnectionPlan plan,
      TlsClient tls,
      ContextInternal context,
      Duration timeout,
      Function<NetSocketInternal, Future<T>> login) {
    this.attempts = attempts;
    this.plan = plan;
    this.tls = tls;
    this.context = context;
    this.login = login;
    this.result = context.promise();
    this.timer = context.setTimer(timeout.toMillis(), id -> fail(plan.timedOut(phase)));
  }

  /**
   * Starts an attempt. To be called on the event loop of the context.
   *
   * @param timeout the time for all steps, at least a millisecond
   * @param login runs on the encrypted socket; when it fails, the socket is closed
   * @return the result, or a DsqlException
   */
  static <T> Future<T> start(
      Vertx50Attempts attempts,
      ConnectionPlan plan,
      TlsClient tls,
      NetClient client,
      SocketAddress address,
      ContextInternal context,
      Duration timeout,
      Function<NetSocketInternal, Future<T>> login) {
    Vertx50Attempt<T> attempt = new Vertx50Attempt<>(attempts, plan, tls, context, timeout, login);
    attempts.begun(attempt);
    ConnectOptions options =
        new ConnectOptions()
            .setRemoteAddress(address)
            .setTimeout(Math.toIntExact(timeout.toMillis()));
    try {
      client.connect(options).onComplete(attempt::connected, attempt::fail);
    } catch (RuntimeException e) {
      attempt.fail(e);
    }
    return attempt.result.future();
  }

  private void connected(NetSocket opened) {
    if (over) {
      opened.close(); // after the deadline
      return;
    }
    NetSocketInternal socket = (NetSocketInternal) opened;
    this.socket = socket;
    KeepAlive.of(socket.channelHandlerContext().channel());
    phase = ConnectPhase.TLS;
    socket.exceptionHandler(this::fail);
    socket.closeHandler(v -> fail(new ClosedChannelException()));
    if (plan.direct()) {
      encrypt(socket);
      return;
    }
    ChannelPipeline pipeline = socket.channelHandlerContext().pipeline();
    pipeline.addBefore(
        "handler",
        "ssl-request",
        new SslRequestHandler(
            problem -> {
              if (problem == null) {
                encrypt(socket);
              } else {
                fail(problem);
              }
            }));
  }

  private void encrypt(NetSocketInternal socket) {
    SslHandler handler = tls.newHandler();
    handler
        .handshakeFuture()
        .addListener(
            handshake -> {
              // As an event of the context, to which the later steps belong.
              context.emit(
                  v -> {
                    if (handshake.isSuccess()) {
                      encrypted(socket, handler);
                    } else {
                      fail(handshake.cause());
                    }
                  });
            });
    socket.channelHandlerContext().pipeline().addFirst("ssl", handler);
  }

  private void encrypted(NetSocketInternal socket, SslHandler handler) {
    if (over) {
      return;
    }
    try {
      tls.checkProtocol(handler);
    } catch (SSLException e) {
      fail(e);
      return;
    }
    phase = ConnectPhase.LOGIN;
    Promise<T> loggedIn = context.promise();
    loggedIn.future().onComplete(this::succeed, this::fail);
    login.apply(socket).onComplete(loggedIn);
  }

  private void succeed(T value) {
    if (end()) {
      result.complete(value);
    }
  }

  private void fail(Throwable failure) {
    if (end()) {
      closeSocket();
      result.fail(plan.explain(failure, phase));
    }
  }

  @Override
  public void abort(ClosedException reason) {
    context.runOnContext(
        v -> {
          if (end()) {
            closeSocket();
            result.fail(reason);
          }
        });
  }

  /** Ends the attempt. Returns false if it had ended before. */
  private boolean end() {
    if (over) {
      return false;
    }
    over = true;
    context.owner().cancelTimer(timer);
    attempts.ended(this);
    return true;
  }

  private void closeSocket() {
    if (socket != null) {
      var unused = HardClose.of(socket);
    }
  }
}
