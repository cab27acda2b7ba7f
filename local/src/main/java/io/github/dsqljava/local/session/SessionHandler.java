package io.github.dsqljava.local.session;

import io.github.dsqljava.local.protocol.ClientEnd;
import io.github.dsqljava.local.protocol.FrontendType;
import io.github.dsqljava.local.protocol.Message;
import io.github.dsqljava.local.protocol.MessageSplitter;
import io.github.dsqljava.local.protocol.MessageSplitter.Handling;
import io.github.dsqljava.local.protocol.ProtocolViolationException;
import io.github.dsqljava.local.protocol.Reading;
import io.github.dsqljava.local.protocol.ServiceErrors;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.ChannelPromise;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/**
 * Connects a {@link Session} to the pipeline of its PostgreSQL channel. Writes to the channel come
 * from the client; reads that it fires go to the client. Splits both streams into messages.
 */
// A failed write closes its channel, and channelInactive sees that.
@SuppressWarnings("FutureReturnValueIgnored")
final class SessionHandler extends ChannelDuplexHandler implements Backend {
  private static final System.Logger LOG = System.getLogger(SessionHandler.class.getName());

  private final Function<Backend, Session> sessions;
  private final int maxMessageLength;

  /** The number of messages that the client may still send. */
  private long messagesToTake;

  /** Whether messages of the client are ignored from now on. */
  private boolean over;

  /** Whether the client has sent Terminate. */
  private boolean goodbye;

  private ChannelHandlerContext context;
  private Session session;
  private MessageSplitter fromClient;
  private MessageSplitter fromBackend;

  /**
   * @param maxMessageLength longest message that the client may send
   * @param messagesToTake number of messages that the client may send; the session ends at the next
   *     one
   */
  @SuppressWarnings("NullAway.Init") // handlerAdded comes before everything else
  SessionHandler(Function<Backend, Session> sessions, int maxMessageLength, long messagesToTake) {
    this.sessions = sessions;
    this.maxMessageLength = maxMessageLength;
    this.messagesToTake = messagesToTake;
  }

  @Override
  public void handlerAdded(ChannelHandlerContext added) {
    context = added;
    session = sessions.apply(this);
    fromClient = new MessageSplitter(added.alloc(), maxMessageLength, new ClientSide());
    fromBackend = new MessageSplitter(added.alloc(), Integer.MAX_VALUE, session.fromBackend());
    session.opened();
  }

  @Override
  public void handlerRemoved(ChannelHandlerContext removed) {
    session.closed();
    fromClient.release();
    fromBackend.release();
  }

  // ---- pipeline

  @Override
  public void write(ChannelHandlerContext unused, Object message, ChannelPromise promise) {
    try {
      fromClient.feed((ByteBuf) message);
    } catch (ProtocolViolationException e) {
      LOG.log(System.Logger.Level.DEBUG, "client connection ends", e);
      over = true;
      context.fireUserEventTriggered(ClientEnd.CLOSED);
    } catch (RuntimeException e) {
      // A bug of ours. Nobody observes the promise, so the client would wait for ever.
      LOG.log(System.Logger.Level.ERROR, "handling a message failed; its connection ends", e);
      over = true;
      context.close();
    }
    promise.trySuccess();
  }

  /** Runs the groups that came together. */
  @Override
  public void flush(ChannelHandlerContext unused) {
    session.pump();
  }

  @Override
  public void channelRead(ChannelHandlerContext unused, Object message) {
    fromBackend.feed((ByteBuf) message);
  }

  /** Sends the statements to PostgreSQL that its answers have triggered. */
  @Override
  public void channelReadComplete(ChannelHandlerContext unused) {
    context.flush();
    context.fireChannelReadComplete();
  }

  @Override
  public void channelInactive(ChannelHandlerContext unused) {
    if (over) {
      context.fireUserEventTriggered(ClientEnd.CUT);
    } else if (!goodbye && !session.hasToldEnd()) {
      session.lost(ServiceErrors.connectionLost());
    }
    session.closed();
    context.fireChannelInactive();
  }

  private final class ClientSide implements MessageSplitter.Sink {
    @Override
    public Handling handling(byte type) {
      if (messagesToTake == 0 && !over) {
        over = true;
        context.executor().execute(SessionHandler.this::end); // what came before goes first
      }
      return over ? Handling.PASS : Handling.TAKE;
    }

    @Override
    public void bytes(ByteBuf run) {
      run.release();
    }

    @Override
    public void message(byte type, ByteBuf message) {
      messagesToTake--;
      goodbye |= type == FrontendType.TERMINATE;
      session.fromClient(type, message);
    }
  }

  /** Ends PostgreSQL's session after the messages so far; that ends the client's connection. */
  private void end() {
    session.fromClient(FrontendType.FLUSH, Message.empty(allocator(), FrontendType.FLUSH));
    session.fromClient(FrontendType.TERMINATE, Message.empty(allocator(), FrontendType.TERMINATE));
    session.pump();
  }

  // ---- for the session

  @Override
  public ByteBufAllocator allocator() {
    return context.alloc();
  }

  @Override
  public void write(ByteBuf message) {
    context.write(message);
  }

  @Override
  public void flush() {
    context.flush();
  }

  @Override
  public void toClient(ByteBuf message) {
    context.fireChannelRead(message);
  }

  @Override
  public void flushClient() {
    context.fireChannelReadComplete();
  }

  @Override
  public void cutClient() {
    context.fireUserEventTriggered(ClientEnd.CUT);
  }

  @Override
  public void readClient(boolean more) {
    ChannelOutboundBuffer buffer = context.channel().unsafe().outboundBuffer();
    if (buffer != null && buffer.getUserDefinedWritability(1) != more) {
      buffer.setUserDefinedWritability(1, more);
    }
  }

  @Override
  public void read(Reading what) {
    context.fireUserEventTriggered(what);
  }

  @Override
  public void execute(Runnable task) {
    context.executor().execute(task);
  }

  @Override
  public void schedule(Runnable task, Duration delay) {
    context.executor().schedule(task, delay.toNanos(), TimeUnit.NANOSECONDS);
  }
}
