package io.github.dsqljava.local.session;

import io.github.dsqljava.local.wire.MessageSplitter;
import io.github.dsqljava.local.wire.MessageSplitter.Handling;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.ChannelPromise;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Stands in the pipeline of a PostgreSQL session, behind everything that talks with the client:
 * puts the client's messages together to groups, sends those and steps of our own, and tells whose
 * answer is whose.
 */
// A failed write closes its channel, and channelInactive sees that.
@SuppressWarnings("FutureReturnValueIgnored")
final class BackendLink extends ChannelDuplexHandler {
  private final Session session;
  private final Deque<Exchange> inFlight = new ArrayDeque<>();

  private ChannelHandlerContext context;
  private GroupAssembler assembler;
  private MessageSplitter fromClient;
  private MessageSplitter fromBackend;

  /** Whether data of COPY is asked for, in which the server takes no notice of Sync. */
  private boolean copyIn;

  /** ReadyForQuery that nothing must follow yet. */
  private @Nullable ByteBuf deferred;

  @SuppressWarnings("NullAway.Init") // handlerAdded comes before everything else
  BackendLink(int pid, Contention contention) {
    this.session = new Session(pid, contention, this);
  }

  @Override
  public void handlerAdded(ChannelHandlerContext added) {
    context = added;
    ByteBufAllocator allocator = added.alloc();
    assembler = new GroupAssembler(allocator, session::received);
    fromClient = new MessageSplitter(allocator, Integer.MAX_VALUE, new ClientSide());
    fromBackend = new MessageSplitter(allocator, Integer.MAX_VALUE, new BackendSide());
    session.opened();
  }

  @Override
  public void handlerRemoved(ChannelHandlerContext removed) {
    fromClient.release();
    fromBackend.release();
    assembler.release();
    inFlight.forEach(Exchange::abandon);
    inFlight.clear();
    if (deferred != null) {
      deferred.release();
      deferred = null;
    }
    session.closed();
  }

  // ---- pipeline

  @Override
  public void write(ChannelHandlerContext unused, Object message, ChannelPromise promise) {
    fromClient.feed((ByteBuf) message);
    promise.trySuccess();
  }

  /** Groups that came together are looked at together. */
  @Override
  public void flush(ChannelHandlerContext unused) {
    session.pump();
  }

  @Override
  public void channelRead(ChannelHandlerContext unused, Object message) {
    fromBackend.feed((ByteBuf) message);
  }

  /** Sends what the answers have brought about. */
  @Override
  public void channelReadComplete(ChannelHandlerContext unused) {
    context.flush();
    context.fireChannelReadComplete();
  }

  private final class ClientSide implements MessageSplitter.Sink {
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
      if (!Frontend.belongsToGroup(type)) {
        session.receivedRaw(message);
      } else if (copyIn && type == Frontend.SYNC) {
        copyIn = false;
        context.write(message);
      } else if (copyIn && type != Frontend.FLUSH) {
        context.write(message); // no data: the server says so, and ends the connection
      } else {
        assembler.add(type, message);
      }
    }
  }

  private final class BackendSide implements MessageSplitter.Sink {
    @Override
    public Handling handling(byte type) {
      Exchange current = inFlight.peekFirst();
      boolean wanted =
          type == 'Z' || type == 'E' || type == 'G' || (current != null && current.wantsAll());
      return wanted ? Handling.TAKE : Handling.PASS;
    }

    @Override
    public void bytes(ByteBuf run) {
      Exchange current = inFlight.peekFirst();
      if (current == null) {
        toClient(run);
      } else {
        current.bytes(run);
      }
    }

    @Override
    public void message(byte type, ByteBuf message) {
      Exchange current = inFlight.peekFirst();
      if (current == null) {
        toClient(message);
      } else if (type == 'Z' && session.interruption().isUnderWay() && inFlight.size() == 1) {
        deferred = message;
      } else if (type == 'Z') {
        ready(current, message);
      } else {
        current.message(type, message);
      }
    }
  }

  private void ready(Exchange exchange, ByteBuf message) {
    inFlight.removeFirst();
    copyIn = false;
    exchange.ready(message.getByte(message.readerIndex() + Frontend.HEADER), message);
  }

  // ---- for the session, on its event loop

  /** Goes on with an answer that came while its cancellation was on the way. */
  void resume() {
    ByteBuf message = deferred;
    Exchange current = inFlight.peekFirst();
    if (message != null && current != null) {
      deferred = null;
      ready(current, message);
      context.fireChannelReadComplete();
    }
  }

  ByteBufAllocator allocator() {
    return context.alloc();
  }

  void execute(Runnable task) {
    context.executor().execute(task);
  }

  void schedule(Runnable task, Duration delay) {
    context.executor().schedule(task, delay.toNanos(), TimeUnit.NANOSECONDS);
  }

  /** What the client has prepared, by name. */
  Map<String, Prepared> preparedStatements() {
    return assembler.statements();
  }

  boolean isIdle() {
    return inFlight.isEmpty();
  }

  /** Whether something is under way that others may have to reckon with. */
  boolean isActive() {
    for (Exchange exchange : inFlight) {
      if (!(exchange instanceof ClientExchange client && client.group.standsAlone)) {
        return true;
      }
    }
    return false;
  }

  /** Whether nothing is under way, or only the begin of a transaction. */
  boolean runsNothingButBegin() {
    return inFlight.stream()
        .allMatch(exchange -> exchange instanceof ClientExchange client && client.group.cannotFail);
  }

  /** Whether what follows depends on how something ends that runs. */
  boolean mayTakeBackOrStop() {
    return inFlight.stream()
        .anyMatch(
            exchange ->
                exchange instanceof ClientExchange client
                    && (client.isHolding() || client.group.mayStopTheNext()));
  }

  ClientExchange send(ClientGroup group, boolean holding, ClientExchange.Listener listener) {
    ClientExchange exchange =
        new ClientExchange(group, holding, context.alloc(), this::toClient, listener);
    inFlight.addLast(exchange);
    group.messages.forEach(message -> context.write(message.retainedDuplicate()));
    return exchange;
  }

  void send(ByteBuf message) {
    context.write(message);
  }

  /** Runs statements of our own, one after the other until one fails. */
  void ask(Consumer<OwnExchange.Answer> continuation, String... statements) {
    ask(continuation, Frontend.script(context.alloc(), statements));
  }

  void ask(Consumer<OwnExchange.Answer> continuation, ByteBuf script) {
    inFlight.addLast(new OwnExchange(continuation, this::toClient));
    context.write(script);
  }

  void flush() {
    context.flush();
  }

  void toClient(ByteBuf message) {
    context.fireChannelRead(message);
  }

  void copyBegins() {
    copyIn = true;
  }

  /** Whether PostgreSQL asks for data of COPY. */
  boolean copiesIn() {
    return copyIn;
  }

  /**
   * Gives leave only if the one thing that runs is what would be hit, not a savepoint before it.
   */
  boolean markCancelled() {
    if (inFlight.size() != 1) {
      return false;
    }
    if (inFlight.peekFirst() instanceof ClientExchange client) {
      if (!client.isHolding()) {
        return false; // the client has seen a part of it
      }
      client.markCancelled();
    }
    return true;
  }

  void markWaited() {
    if (inFlight.peekLast() instanceof ClientExchange client) {
      client.markWaited();
    }
  }

  /** Sends what was handed to the client while PostgreSQL has said nothing. */
  void flushClient() {
    context.fireChannelReadComplete();
  }

  /** While it is not writable, nothing more is read from the client. */
  void setWritable(boolean writable) {
    ChannelOutboundBuffer buffer = context.channel().unsafe().outboundBuffer();
    if (buffer != null && buffer.getUserDefinedWritability(1) != writable) {
      buffer.setUserDefinedWritability(1, writable);
    }
  }
}
