package io.github.dsqljava.r2dbc.wire;

import io.github.dsqljava.ConnectPhase;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.handler.ssl.SslHandler;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * Stands between TLS and the driver for the whole life of a connection. It knows the transaction's
 * status from the server's own messages, and it can send a flight of our own while the driver has
 * none in flight.
 *
 * <p>Any thread may read its notes; everything else belongs to the connection's event loop, on
 * which {@link #execute} runs a task.
 */
// A failed write closes the channel, and channelInactive sees that.
@SuppressWarnings("FutureReturnValueIgnored")
public final class SessionWire extends ChannelDuplexHandler {

  private static final byte TERMINATE = 'X';

  private final Frames inbound = new Frames(ServerMessages::areOfInterest, /* typed= */ true);
  private final Frames outbound = new Frames(type -> false, /* typed= */ false);
  private final Flights flights = new Flights();
  private final SessionNotes notes = new SessionNotes();
  private final List<Runnable> whenQuiet = new ArrayList<>();
  private final BeginAhead begin = new BeginAhead(notes);
  private @Nullable OwnFlight ownFlight;

  /** Written by the driver during a flight of our own. */
  private final Queue<Held> held = new ArrayDeque<>();

  @SuppressWarnings("NullAway.Init") // set when added, before anything else happens
  private volatile ChannelHandlerContext context;

  private @Nullable AnswerWatch watch;
  private volatile Optional<Duration> late = Optional.empty();
  private volatile boolean loginSent;
  private volatile boolean closed;

  /** A message that waits to be written. */
  private record Held(ByteBuf bytes, ChannelPromise promise) {}

  // --- the state

  /** The phase that the connection has reached. */
  public ConnectPhase phase() {
    if (loginSent) {
      return ConnectPhase.LOGIN;
    }
    ChannelHandlerContext at = context;
    return at != null && at.channel().isActive() ? ConnectPhase.TLS : ConnectPhase.TCP;
  }

  /** Whether the connection is usable. */
  public boolean isOpen() {
    return !closed && !notes.isEnding() && context.channel().isActive();
  }

  /** The notes of the server's messages. */
  public SessionNotes notes() {
    return notes;
  }

  /** A use of the connection begins: forgets the notes of the previous one. */
  public void useBegins() {
    begin.forget();
    notes.useBegins();
  }

  /** Whether the server has refused the BEGIN of {@link #beginWithNext}. */
  public boolean hasBeginFailed() {
    return begin.hasFailed();
  }

  // --- acting

  /**
   * Sets the longest silence of the server while it owes an answer; after that the connection is
   * cut. To be called once.
   */
  public void limitSilence(Duration limit) {
    execute(
        () ->
            watch =
                new AnswerWatch(
                    context,
                    limit,
                    () -> !isQuiet(),
                    () -> {
                      late = Optional.of(limit);
                      abort();
                    }));
  }

  /** The limit that the server has exceeded, if the connection ended for that reason. */
  public Optional<Duration> late() {
    return late;
  }

  /**
   * Sends BEGIN together with the next message, so that it costs no round trip. If the server
   * refuses it, no later statement is executed, and the connection is cut, because the driver's
   * next statements would run outside of a transaction. The driver learns of the transaction by the
   * status after its first statement. To be called on the event loop while nothing is in flight.
   *
   * @param sql BEGIN, with or without a mode
   */
  public void beginWithNext(String sql) {
    begin.hold(sql);
  }

  /**
   * Drops a BEGIN that has yet to be sent.
   *
   * @return whether there was one, so that the server knows of no transaction
   */
  public boolean dropBegin() {
    return begin.take() != null;
  }

  /** As {@link #exchange(ByteBuf)}, with a single statement of ours, in ASCII. */
  public CompletableFuture<Answer> exchange(String sql) {
    return exchange(ControlMessages.query(context.alloc(), sql));
  }

  /** The connection's channel. */
  public Channel channel() {
    return context.channel();
  }

  /** Runs a task on the event loop, at once if this is it. */
  public void execute(Runnable task) {
    if (context.executor().inEventLoop()) {
      task.run();
      return;
    }
    try {
      context.executor().execute(task);
    } catch (RejectedExecutionException e) { // the event loop has ended, and so has the connection
      task.run();
    }
  }

  /**
   * Runs a task on the event loop as soon as every statement has its answer, or the connection has
   * ended.
   */
  public void whenQuiet(Runnable task) {
    // One turn later, after the driver has written its reactions to the answers of this turn.
    execute(
        () -> {
          try {
            context.executor().execute(() -> quietOrLater(task));
          } catch (RejectedExecutionException e) {
            task.run();
          }
        });
  }

  private void quietOrLater(Runnable task) {
    if (closed || isQuiet()) {
      task.run();
    } else {
      whenQuiet.add(task);
    }
  }

  private boolean isQuiet() {
    return flights.isQuiet() && ownFlight == null;
  }

  /**
   * Sends messages of our own, which end with one Sync, and keeps their answer from the driver. To
   * be called on the event loop while nothing is in flight.
   *
   * @param messages released in any case
   */
  public CompletableFuture<Answer> exchange(ByteBuf messages) {
    if (closed || !isQuiet() || !inbound.isBetweenMessages()) {
      messages.release();
      return CompletableFuture.failedFuture(
          closed
              ? new ClosedChannelException()
              : new IllegalStateException("Statements are in flight on the connection"));
    }
    OwnFlight flight = new OwnFlight(notes);
    ownFlight = flight;
    noteAsked();
    notes.sent();
    String first = begin.take();
    if (first != null) {
      context.write(ControlMessages.prefix(context.alloc(), first));
    }
    context.writeAndFlush(messages);
    read(context); // the driver asks for nothing now
    return flight.answer();
  }

  /** Cuts the connection now; the statements in flight fail. */
  public void abort() {
    ChannelHandlerContext at = context;
    if (at == null) {
      return;
    }
    ChannelHandlerContext tls = at.pipeline().context(SslHandler.class);
    // Closes below TLS, which would wait until its close_notify is written.
    if (tls == null) {
      at.channel().close();
    } else {
      tls.close();
    }
  }

  // --- the pipeline

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) {
    context = ctx;
  }

  private void noteAsked() {
    AnswerWatch watching = watch;
    if (watching != null) {
      watching.sent();
    }
  }

  @Override
  public void read(ChannelHandlerContext ctx) {
    AnswerWatch watching = watch;
    if (watching != null) {
      watching.wantsToRead();
    }
    ctx.read();
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    AnswerWatch watching = watch;
    if (watching != null) {
      watching.received();
    }
    if (!(message instanceof ByteBuf bytes) || !loginSent) {
      ctx.fireChannelRead(message);
      return;
    }
    if (ownFlight != null) {
      readOwn(ctx, bytes, ownFlight);
    } else if (begin.awaitsAnswers()) {
      readBegin(ctx, bytes);
    } else {
      inbound.scan(bytes, this::note);
      ctx.fireChannelRead(bytes);
      closeIfEnding();
      quiet();
    }
  }

  /** Reads the answers to a BEGIN sent ahead of the driver's statement, without passing them on. */
  private void readBegin(ChannelHandlerContext ctx, ByteBuf bytes) {
    int at = bytes.readerIndex();
    while (begin.awaitsAnswers() && at < bytes.writerIndex()) {
      at = inbound.scanOne(bytes, at, begin::note);
    }
    if (begin.hasFailed()) {
      bytes.release();
      abort();
    } else if (at < bytes.writerIndex()) {
      channelRead(ctx, bytes.readerIndex(at));
    } else {
      bytes.release();
      read(ctx); // the driver has got nothing, and does not ask again
    }
  }

  private void readOwn(ChannelHandlerContext ctx, ByteBuf bytes, OwnFlight flight) {
    int at = bytes.readerIndex();
    while (!flight.hasLanded() && at < bytes.writerIndex()) {
      at = inbound.scanOne(bytes, at, flight::note);
    }
    if (flight.hasLanded()) {
      ownFlight = null;
    }
    bytes.readerIndex(at);
    if (bytes.isReadable()) {
      inbound.scan(bytes, this::note);
      ctx.fireChannelRead(bytes);
    } else {
      bytes.release();
    }
    closeIfEnding();
    if (flight.hasLanded()) {
      flight.complete();
      releaseHeld(ctx);
      quiet();
    }
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext ctx) {
    ctx.fireChannelReadComplete();
    if (ownFlight != null) {
      read(ctx);
    }
  }

  private void note(byte type, byte[] body) {
    if (type == ServerMessages.READY_FOR_QUERY) {
      notes.ready((char) body[0]);
      flights.ready();
    } else if (type == ServerMessages.ERROR) {
      notes.error(ServerMessages.error(body), flights.answeredUsesPrepared());
    } else if (type == ServerMessages.COMMAND_COMPLETE) {
      notes.tag(ServerMessages.tag(body));
    } else if (type == ServerMessages.PARAMETER_STATUS) {
      notes.parameterStatus();
    }
  }

  /**
   * Cuts the connection after an announced end, because nothing more comes and the server may close
   * it late.
   */
  private void closeIfEnding() {
    if (notes.isEnding()) {
      abort();
    }
  }

  @Override
  public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
    if (!(message instanceof ByteBuf bytes) || !bytes.isReadable()) {
      ctx.write(message, promise);
      return;
    }
    byte type = bytes.getByte(bytes.readerIndex());
    if (!loginSent) {
      flights.login();
      loginSent = true;
    } else if (type != TERMINATE && begin.isHeld() && !isExtended(type)) {
      beginBefore(new Held(bytes, promise));
      return;
    } else if (type != TERMINATE && ownFlight != null) {
      held.add(new Held(bytes, promise));
      return;
    }
    send(ctx, bytes, promise);
  }

  private static boolean isExtended(byte type) {
    return type == 'P' || type == 'B';
  }

  /** A Query has no Sync that BEGIN could share, so it waits for the answer. */
  private void beginBefore(Held statement) {
    String first = String.valueOf(begin.take());
    held.add(statement);
    var unused =
        exchange(first)
            .thenAccept(
                answer -> {
                  if (answer.error().isPresent()) {
                    begin.fail();
                    dropHeld();
                    abort();
                  }
                });
  }

  private void send(ChannelHandlerContext ctx, ByteBuf bytes, ChannelPromise promise) {
    String first = begin.take();
    if (first != null) {
      begin.sentAhead();
      ctx.write(ControlMessages.prefix(ctx.alloc(), first));
    }
    outbound.scan(bytes, this::noteSent);
    noteAsked();
    ctx.write(bytes, promise);
  }

  private void releaseHeld(ChannelHandlerContext ctx) {
    if (held.isEmpty()) {
      return;
    }
    for (Held at = held.poll(); at != null; at = held.poll()) {
      send(ctx, at.bytes(), at.promise());
    }
    ctx.flush();
  }

  private void dropHeld() {
    for (Held at = held.poll(); at != null; at = held.poll()) {
      at.bytes().release();
      at.promise().tryFailure(new ClosedChannelException());
    }
  }

  private void noteSent(byte type, byte[] body) {
    flights.message(type);
    if (type == 'Q') {
      notes.sent();
    }
  }

  private void quiet() {
    if (!whenQuiet.isEmpty() && isQuiet()) {
      List<Runnable> tasks = List.copyOf(whenQuiet);
      whenQuiet.clear();
      tasks.forEach(this::whenQuiet);
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    closed = true;
    if (watch != null) {
      watch.stop();
    }
    ctx.fireChannelInactive(); // first the driver fails what is under way
    OwnFlight flight = ownFlight;
    ownFlight = null;
    dropHeld();
    if (flight != null) {
      flight.lost();
    }
    List<Runnable> tasks = List.copyOf(whenQuiet);
    whenQuiet.clear();
    tasks.forEach(Runnable::run);
  }
}
