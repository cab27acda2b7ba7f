package io.github.dsqljava.local.frontend;

import io.github.dsqljava.local.protocol.BackendType;
import io.github.dsqljava.local.protocol.DataRow;
import io.github.dsqljava.local.protocol.ErrorMessage;
import io.github.dsqljava.local.protocol.Message;
import io.github.dsqljava.local.protocol.MessageSplitter;
import io.github.dsqljava.local.protocol.MessageSplitter.Handling;
import io.github.dsqljava.local.protocol.Query;
import io.github.dsqljava.local.protocol.ServiceErrors;
import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.socket.nio.NioDomainSocketChannel;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Opens a PostgreSQL session as the client's role and, for every role but admin, asks in it whether
 * the IAM identity behind the token is mapped to the role.
 */
// A failed write closes its channel, and channelInactive sees that.
@SuppressWarnings("FutureReturnValueIgnored")
final class BackendLogin extends ChannelInboundHandlerAdapter implements MessageSplitter.Sink {
  private static final System.Logger LOG = System.getLogger(BackendLogin.class.getName());

  private static final int PROTOCOL_3_0 = 3 << 16;
  private static final String TOO_MANY_CONNECTIONS = "53300";
  private static final String INVALID_AUTHORIZATION = "28000";

  /** Takes the outcome; called once, on the event loop. */
  interface Outcome {
    /**
     * The session is open and idle; reading from it is off.
     *
     * @param greeting the messages for the client: authentication ok, parameters, ready for query
     */
    void opened(Backend backend, ByteBuf greeting);

    /**
     * The session could not be opened.
     *
     * @param error for the client
     * @param reason for the log
     */
    void refused(ErrorMessage error, String reason);
  }

  private final String user;
  private final Map<String, String> settings;
  private final Optional<String> arnToCheck;
  private final Outcome outcome;

  private @Nullable Channel channel;
  private @Nullable MessageSplitter splitter;
  private @Nullable ByteBuf greeting;
  private int processId;
  private boolean checkingRole;
  private boolean roleIsMapped;
  private boolean done;

  BackendLogin(
      String user, Map<String, String> settings, Optional<String> arnToCheck, Outcome outcome) {
    this.user = user;
    this.settings = settings;
    this.arnToCheck = arnToCheck;
    this.outcome = outcome;
  }

  void connect(EventLoop eventLoop, Path socket) {
    ChannelFuture connected =
        new Bootstrap()
            .group(eventLoop)
            .channel(NioDomainSocketChannel.class)
            .option(ChannelOption.AUTO_READ, true)
            .handler(this)
            .connect(UnixDomainSocketAddress.of(socket));
    channel = connected.channel();
    connected.addListener(
        result -> {
          if (!result.isSuccess()) {
            LOG.log(System.Logger.Level.WARNING, "PostgreSQL cannot be reached", result.cause());
            refuse(ServiceErrors.connectionLost(), Remedies.UNREACHABLE);
          }
        });
  }

  /** The client is gone. */
  void abandon() {
    done = true;
    if (channel != null) {
      channel.close();
    }
  }

  @Override
  public void channelActive(ChannelHandlerContext context) {
    splitter = new MessageSplitter(context.alloc(), Integer.MAX_VALUE, this);
    greeting = context.alloc().buffer();
    ByteBuf startup = context.alloc().buffer();
    startup.writeInt(0).writeInt(PROTOCOL_3_0);
    writeString(startup, "user");
    writeString(startup, user);
    writeString(startup, "database");
    writeString(startup, Cluster.DATABASE);
    settings.forEach(
        (name, value) -> {
          writeString(startup, name);
          writeString(startup, value);
        });
    startup.writeByte(0);
    startup.setInt(0, startup.writerIndex());
    context.writeAndFlush(startup);
  }

  private static void writeString(ByteBuf out, String text) {
    ByteBufUtil.writeUtf8(out, text);
    out.writeByte(0);
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    ByteBuf bytes = (ByteBuf) message;
    if (splitter == null || done) {
      bytes.release();
    } else {
      splitter.feed(bytes);
    }
  }

  @Override
  public Handling handling(byte type) {
    return Handling.TAKE;
  }

  @Override
  public void bytes(ByteBuf run) {
    run.release();
  }

  @Override
  public void message(byte type, ByteBuf message) {
    try {
      if (done || greeting == null) {
        return;
      }
      switch (type) {
        case BackendType.ERROR_RESPONSE -> refuse(ErrorMessage.decode(message));
        case BackendType.READY_FOR_QUERY -> ready(message);
        case BackendType.DATA_ROW -> roleIsMapped = isTrue(message);
        case BackendType.NEGOTIATE_PROTOCOL_VERSION -> {}
        case BackendType.BACKEND_KEY_DATA -> {
          processId = message.getInt(message.readerIndex() + Message.HEADER);
          greet(message);
        }
        default -> {
          if (!checkingRole) {
            greet(message);
          }
        }
      }
    } finally {
      message.release();
    }
  }

  private void greet(ByteBuf message) {
    if (greeting != null) {
      greeting.writeBytes(message, message.readerIndex(), message.readableBytes());
    }
  }

  private void ready(ByteBuf message) {
    if (arnToCheck.isPresent() && !checkingRole) {
      checkingRole = true;
      ask("SELECT dsql_internal.iam_login_allowed('" + arnToCheck.get().replace("'", "''") + "')");
      return;
    }
    if (checkingRole && !roleIsMapped) {
      refuse(
          Refusals.accessDenied(Optional.empty()), Remedies.notMapped(user, arnToCheck.orElse("")));
      return;
    }
    done = true;
    Channel opened = channel;
    ByteBuf whole = greeting;
    if (opened == null || whole == null) {
      return;
    }
    greet(message);
    greeting = null;
    opened.config().setAutoRead(false);
    opened.pipeline().remove(this);
    outcome.opened(new Backend(processId, opened), whole);
  }

  private void ask(String sql) {
    Channel open = channel;
    if (open == null) {
      return;
    }
    open.writeAndFlush(new Query(sql).encode(open.alloc()));
  }

  private static boolean isTrue(ByteBuf row) {
    return DataRow.decode(row).columns().get(0).equals("t");
  }

  /** Translates PostgreSQL's reasons into the service's. */
  private void refuse(ErrorMessage error) {
    String reason = error.field('M');
    switch (error.sqlState()) {
      case TOO_MANY_CONNECTIONS -> refuse(Refusals.tooManyConnections(), Remedies.TOO_MANY);
      case INVALID_AUTHORIZATION -> refuse(Refusals.accessDenied(Optional.empty()), reason);
      default -> refuse(error, reason);
    }
  }

  private void refuse(ErrorMessage error, String reason) {
    if (!done) {
      done = true;
      if (channel != null) {
        channel.close();
      }
      outcome.refused(error, reason);
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    refuse(ServiceErrors.connectionLost(), Remedies.UNREACHABLE);
  }

  @Override
  public void handlerRemoved(ChannelHandlerContext context) {
    if (splitter != null) {
      splitter.release();
    }
    if (greeting != null) {
      greeting.release();
      greeting = null;
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    LOG.log(System.Logger.Level.WARNING, "PostgreSQL session failed while logging in", cause);
    refuse(ServiceErrors.connectionLost(), Remedies.UNREACHABLE);
  }
}
