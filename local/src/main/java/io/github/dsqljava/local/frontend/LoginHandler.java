package io.github.dsqljava.local.frontend;

import io.github.dsqljava.local.dialect.Refusal;
import io.github.dsqljava.local.dialect.Settings;
import io.github.dsqljava.local.faults.Fault.Trigger;
import io.github.dsqljava.local.faults.FaultPlan.Strike;
import io.github.dsqljava.local.frontend.LoginDecoder.Goodbye;
import io.github.dsqljava.local.frontend.LoginDecoder.Password;
import io.github.dsqljava.local.frontend.LoginDecoder.UnsupportedProtocolException;
import io.github.dsqljava.local.iam.IamPrincipal;
import io.github.dsqljava.local.iam.TokenVerdict;
import io.github.dsqljava.local.journal.RefusedLogin;
import io.github.dsqljava.local.limits.MemoryBudget;
import io.github.dsqljava.local.protocol.BackendType;
import io.github.dsqljava.local.protocol.ErrorMessage;
import io.github.dsqljava.local.protocol.ProtocolViolationException;
import io.github.dsqljava.local.protocol.ServiceErrors;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import io.netty.util.concurrent.ScheduledFuture;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SNIServerName;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * Logs a client in: server name, startup packet, password, token, PostgreSQL session as the same
 * role, role mapping. Then it puts {@link ClientLeg} and {@link BackendLeg} in its place.
 */
// A failed write closes its channel, and channelInactive sees that.
@SuppressWarnings("FutureReturnValueIgnored")
final class LoginHandler extends SimpleChannelInboundHandler<Object> {
  private static final System.Logger LOG = System.getLogger(LoginHandler.class.getName());
  private static final byte[] ASK_FOR_PASSWORD = {'R', 0, 0, 0, 8, 0, 0, 0, 3};

  private final Cluster cluster;
  private final MemoryBudget unread;
  private @Nullable ScheduledFuture<?> deadline;
  private @Nullable String serverName;
  private String user = "";
  private boolean direct;
  private @Nullable StartupPacket startup;
  private @Nullable SessionSettings settings;
  private @Nullable BackendLogin backend;
  private boolean finished;

  /**
   * @param unread for answers that clients do not read
   */
  LoginHandler(Cluster cluster, MemoryBudget unread) {
    this.cluster = cluster;
    this.unread = unread;
  }

  void serverName(SNIServerName name) {
    serverName =
        name instanceof SNIHostName host
            ? host.getAsciiName()
            : new SNIHostName(name.getEncoded()).getAsciiName();
  }

  void negotiation(boolean direct) {
    this.direct = direct;
  }

  @Override
  public void channelActive(ChannelHandlerContext context) {
    deadline =
        context
            .executor()
            .schedule(
                () -> {
                  LOG.log(System.Logger.Level.INFO, "login not completed: {0}", Remedies.SLOW);
                  context.close();
                },
                cluster.loginTimeout().toMillis(),
                TimeUnit.MILLISECONDS);
    context.fireChannelActive();
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext context, Object event) {
    if (event instanceof SslHandshakeCompletionEvent handshake) {
      if (!handshake.isSuccess()) {
        logFailedHandshake(handshake.cause());
        context.close();
      } else if (direct && applicationProtocol(context) == null) {
        // Like PostgreSQL 17: direct TLS without ALPN may be meant for another protocol.
        LOG.log(System.Logger.Level.INFO, "connection closed: {0}", Remedies.NO_ALPN);
        context.close();
      }
    }
    context.fireUserEventTriggered(event);
  }

  private void logFailedHandshake(Throwable cause) {
    if (cause instanceof SSLException) {
      LOG.log(
          System.Logger.Level.INFO,
          "TLS handshake failed: {0}; {1}",
          LogText.printable(String.valueOf(cause.getMessage())),
          Remedies.trust(cluster));
    } else {
      LOG.log(System.Logger.Level.DEBUG, "TLS handshake failed", cause); // it just went away
    }
  }

  private static @Nullable String applicationProtocol(ChannelHandlerContext context) {
    return context.pipeline().get(SslHandler.class).applicationProtocol();
  }

  @Override
  protected void channelRead0(ChannelHandlerContext context, Object message) {
    if (finished) {
      return;
    }
    if (message instanceof StartupPacket packet) {
      start(context, packet);
    } else if (message instanceof Password password) {
      authenticate(context, password);
    } else if (message instanceof Goodbye) {
      finished = true;
      context.close();
    }
  }

  private void start(ChannelHandlerContext context, StartupPacket packet) {
    user = packet.user();
    SessionSettings requested = SessionSettings.of(packet);
    String name = serverName;
    if (name == null && cluster.serverNameRequired()) {
      refuse(
          context,
          Refusals.noServerName(Remedies.nameHint(cluster)),
          Remedies.noServerName(cluster));
      return;
    }
    // PrivateLink without private DNS: the option names the cluster, because the server name
    // cannot.
    Optional<String> asked = requested.requestedClusterId();
    if (asked.isPresent() && !asked.get().equals(cluster.id())) {
      refuse(context, Refusals.invalidServerName(), Remedies.otherCluster(cluster, asked.get()));
      return;
    }
    if (asked.isEmpty() && name != null && !cluster.answersTo(name)) {
      refuse(context, Refusals.invalidServerName(), Remedies.otherServerName(cluster, name));
      return;
    }
    if (packet.user().isEmpty()) {
      refuse(context, Refusals.noUser(), Remedies.NO_USER);
      return;
    }
    startup = packet;
    settings = requested;
    List<String> extensions = packet.protocolExtensions();
    if (packet.minorVersion() > 0 || !extensions.isEmpty()) {
      context.write(negotiateProtocolVersion(context, extensions));
    }
    context.writeAndFlush(context.alloc().buffer().writeBytes(ASK_FOR_PASSWORD));
  }

  private static ByteBuf negotiateProtocolVersion(
      ChannelHandlerContext context, List<String> extensions) {
    ByteBuf out = context.alloc().buffer();
    out.writeByte(BackendType.NEGOTIATE_PROTOCOL_VERSION)
        .writeInt(0)
        .writeInt(0)
        .writeInt(extensions.size());
    for (String extension : extensions) {
      ByteBufUtil.writeUtf8(out, extension);
      out.writeByte(0);
    }
    return out.setInt(1, out.writerIndex() - 1);
  }

  private void authenticate(ChannelHandlerContext context, Password password) {
    StartupPacket packet = startup;
    SessionSettings requested = settings;
    if (packet == null || requested == null) {
      return; // refused already
    }
    TokenVerdict verdict = cluster.tokens().apply(packet.user(), password.token());
    if (verdict instanceof TokenVerdict.Refused refused) {
      refuse(context, Refusals.accessDenied(refused.hint()), Remedies.token(refused, cluster));
    } else if (requested.refused().isPresent()) {
      Refusal setting = Settings.refusal(requested.refused().get());
      refuse(context, Refusals.settingNotSupported(setting), Remedies.setting(setting));
    } else if (!packet.database().equals(Cluster.DATABASE)) {
      refuse(context, Refusals.noSuchDatabase(packet.database()), Remedies.otherDatabase());
    } else if (packet.user().equals(cluster.systemRole())) {
      refuse(context, Refusals.accessDenied(Optional.empty()), Remedies.SYSTEM_ROLE);
    } else {
      Strike strike = cluster.faults().take(Trigger.LOGIN);
      if (strike != null) {
        cluster.faults().struck(strike);
        strike.fault().answer().ifPresent(error -> refuse(context, error, Remedies.FAULT));
        return;
      }
      switch (cluster.admission().enter()) {
        case TOO_FAST -> {
          refuse(context, Refusals.rateExceeded(), Remedies.TOO_FAST);
          return;
        }
        case TOO_MANY -> {
          refuse(context, Refusals.tooManyConnections(), Remedies.TOO_MANY);
          return;
        }
        case ADMITTED ->
            context.channel().closeFuture().addListener(closed -> cluster.admission().left());
      }
      IamPrincipal principal = ((TokenVerdict.Accepted) verdict).principal();
      // Bytes that come now wait in the decoder until the PostgreSQL session is open.
      context.channel().config().setAutoRead(false);
      openBackend(context, packet.user(), requested.backendSettings(), principal);
    }
  }

  private void openBackend(
      ChannelHandlerContext context,
      String user,
      Map<String, String> backendSettings,
      IamPrincipal principal) {
    Optional<String> arnToCheck =
        user.equals(Cluster.ADMIN) ? Optional.empty() : Optional.of(principal.arn());
    Map<String, String> settingsAndIdentity = new LinkedHashMap<>(backendSettings);
    settingsAndIdentity.put("dsql.iam_session_user", principal.arn());
    BackendLogin login =
        new BackendLogin(
            user,
            settingsAndIdentity,
            arnToCheck,
            new BackendLogin.Outcome() {
              @Override
              public void opened(Backend opened, ByteBuf greeting) {
                succeed(context, opened, greeting);
              }

              @Override
              public void refused(ErrorMessage error, String reason) {
                refuse(context, error, reason);
              }
            });
    backend = login;
    login.connect(context.channel().eventLoop(), cluster.backendSocket());
  }

  private void succeed(ChannelHandlerContext context, Backend opened, ByteBuf greeting) {
    Channel backendChannel = opened.channel();
    if (finished || !context.channel().isActive()) {
      greeting.release();
      backendChannel.close();
      return;
    }
    ChannelHandler session = cluster.sessions().handler(opened.processId(), user, messagesToTake());
    backendChannel.pipeline().addLast("session", session);
    if (backendChannel.pipeline().context(session) == null) {
      // The handler failed to start, so the pipeline has dropped it. Without it no rule would
      // apply.
      greeting.release();
      backendChannel.close();
      refuse(context, ServiceErrors.connectionLost(), Remedies.OURS);
      return;
    }
    finish();
    backend = null;
    Channel client = context.channel();
    AnswerPace pace = new AnswerPace(backendChannel, client, unread);
    backendChannel.pipeline().addLast("backend-leg", new BackendLeg(client, pace));
    client.attr(FrontEnd.OPENED).set(cluster.clock().instant());
    client.attr(Backend.KEY).set(opened);
    context.writeAndFlush(greeting);
    client.pipeline().addLast("client-leg", new ClientLeg(backendChannel, pace));
    // Before the client leg gets any bytes, because it may turn reading off again.
    client.config().setAutoRead(true);
    // Removing the decoder passes what it still holds to the client leg, so it goes last.
    client.pipeline().remove(this);
    client.pipeline().remove(LoginDecoder.class);
    backendChannel.config().setAutoRead(true);
  }

  private long messagesToTake() {
    Strike strike = cluster.faults().take(Trigger.SESSION);
    if (strike == null) {
      return Long.MAX_VALUE;
    }
    cluster.faults().struck(strike);
    return strike.fault().messages();
  }

  /**
   * Sends an error and closes the connection. Logs that once.
   *
   * @param reason reason and remedy, for the log only
   */
  void refuse(ChannelHandlerContext context, ErrorMessage error, String reason) {
    if (finished) {
      return;
    }
    finish();
    LOG.log(
        System.Logger.Level.INFO,
        "login{0} refused ({1} {2}): {3}",
        user.isEmpty() ? "" : " as \"" + LogText.printable(user) + "\"",
        error.sqlState(),
        LogText.printable(error.field('M')),
        LogText.printable(reason));
    if (cluster.journal().isOn()) {
      cluster
          .journal()
          .add(
              RefusedLogin.builder()
                  .user(user)
                  .sqlState(error.sqlState())
                  .message(error.field('M'))
                  .hint(error.field('H'))
                  .build());
    }
    Channel channel = context.channel();
    channel.writeAndFlush(error.encode(channel.alloc())).addListener(ChannelFutureListener.CLOSE);
  }

  private void finish() {
    finished = true;
    if (deadline != null) {
      deadline.cancel(/* mayInterruptIfRunning= */ false);
      deadline = null;
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    finish();
    if (backend != null) {
      backend.abandon();
    }
    context.fireChannelInactive();
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    Throwable reason =
        cause instanceof DecoderException && cause.getCause() != null ? cause.getCause() : cause;
    if (cause instanceof ProtocolViolationException violation) {
      refuse(context, Refusals.protocol(String.valueOf(violation.getMessage())), Remedies.PROTOCOL);
    } else if (reason instanceof UnsupportedProtocolException unsupported) {
      refuse(
          context, Refusals.unsupportedProtocol(unsupported.version()), Remedies.PROTOCOL_VERSION);
    } else {
      LOG.log(System.Logger.Level.DEBUG, "login ended", cause);
      context.close();
    }
  }
}
