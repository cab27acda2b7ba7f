package io.github.dsqljava.local.wire;

import io.github.dsqljava.local.wire.MessageSplitter.Handling;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;

/**
 * From PostgreSQL to a logged-in client. Looked at are errors and the end of each batch. Errors are
 * put in the words of the service ({@link ServiceWords}); the failure of a {@link StandIn} becomes
 * the fault that the client gets.
 */
// A failed write closes its channel, and channelInactive sees that.
@SuppressWarnings("FutureReturnValueIgnored")
final class BackendLeg extends Leg {
  private static final System.Logger LOG = System.getLogger(BackendLeg.class.getName());
  private static final byte READY_FOR_QUERY = 'Z';
  private static final byte COPY_IN_RESPONSE = 'G';
  private static final byte NOTICE = 'N';
  private static final byte NOTIFICATION = 'A';
  private static final byte PARAMETER_STATUS = 'S';
  private static final int HEADER = 5;

  private final ClientLeg clientLeg;

  /** The last answers, while they may turn out to be those to a stand-in. */
  private final Deque<ByteBuf> keptBack = new ArrayDeque<>();

  BackendLeg(Channel client, Channel backend, Conversation session, ClientLeg clientLeg) {
    super(client, backend.alloc(), session, Integer.MAX_VALUE);
    this.clientLeg = clientLeg;
  }

  @Override
  public Handling handling(byte type) {
    return switch (type) {
      case ErrorMessage.TYPE -> Handling.TAKE;
      case READY_FOR_QUERY, COPY_IN_RESPONSE -> Handling.WATCH;
      // They answer nothing, and may come at any time.
      case NOTICE, NOTIFICATION, PARAMETER_STATUS -> Handling.PASS;
      default -> session.hiddenAnswers() > 0 ? Handling.TAKE : Handling.PASS;
    };
  }

  @Override
  public void bytes(ByteBuf run) {
    send(run);
  }

  @Override
  public void message(byte type, ByteBuf message) {
    if (type == ErrorMessage.TYPE) {
      error(message);
      return;
    }
    keptBack.add(message);
    if (keptBack.size() > session.hiddenAnswers()) {
      send(keptBack.remove());
    }
  }

  private void error(ByteBuf message) {
    ErrorMessage error = ErrorMessage.decode(message);
    Fault fault = session.fails(error);
    if (fault != null) {
      message.release();
      dropKeptBack();
      strike(fault);
      return;
    }
    sendKeptBack();
    Optional<ErrorMessage> instead = ServiceWords.insteadOf(error);
    if (instead.isEmpty()) {
      send(message);
      return;
    }
    message.release();
    send(instead.get().encode(allocator));
  }

  private void strike(Fault fault) {
    LOG.log(System.Logger.Level.DEBUG, "{0} strikes {1}", fault, peer);
    if (fault.answer().isPresent()) {
      send(fault.answer().get().encode(allocator));
    } else {
      // The client still gets all that was answered before.
      peer.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(written -> Transports.close(peer));
    }
  }

  @Override
  public void watched(byte type, ByteBuf in, int start, int end) {
    sendKeptBack();
    if (type == COPY_IN_RESPONSE) {
      session.copyInBegins();
    } else {
      session.ready(in.getByte(start + HEADER));
    }
    clientLeg.resume();
  }

  private void send(ByteBuf out) {
    if (session.isCut()) {
      out.release();
    } else {
      peer.write(out);
    }
  }

  private void sendKeptBack() {
    while (!keptBack.isEmpty()) {
      send(keptBack.remove());
    }
  }

  private void dropKeptBack() {
    keptBack.forEach(ByteBuf::release);
    keptBack.clear();
  }

  @Override
  boolean peerMayBeRead() {
    return !clientLeg.isHolding();
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    sendKeptBack();
    session.ends();
    ByteBuf lastWords =
        session.expectsEnd() ? Unpooled.EMPTY_BUFFER : Refusals.backendLost().encode(allocator);
    // What a fault ends, ends like a network does.
    ChannelFutureListener end =
        session.isOver() ? sent -> Transports.close(peer) : ChannelFutureListener.CLOSE;
    peer.writeAndFlush(lastWords).addListener(end);
    context.fireChannelInactive();
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    LOG.log(System.Logger.Level.DEBUG, "PostgreSQL session ends", cause);
    context.close();
  }

  @Override
  public void handlerRemoved(ChannelHandlerContext context) {
    dropKeptBack();
    super.handlerRemoved(context);
  }
}
