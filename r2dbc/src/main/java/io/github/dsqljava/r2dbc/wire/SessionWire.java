package io.github.dsqljava.r2dbc.wire;

import io.github.dsqljava.ConnectPhase;
import io.github.dsqljava.ServerError;
import io.github.dsqljava.spi.StaleSign;
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
 * Stands between TLS and the driver for the whole life of a connection. It knows where the
 * transaction stands by the server's own words, and it can send a flight of our own while the
 * driver has nothing under way.
 *
 * <p>What it has noted may be read by any thread; everything else belongs to the connection's event
 * loop, on which {@link #execute} runs a task.
 */
// A failed write closes the channel, and channelInactive sees that.
@SuppressWarnings("FutureReturnValueIgnored")
public final class SessionWire extends ChannelDuplexHandler {

  /** Of ReadyForQuery: outside of a transaction. */
  public static final char IDLE = 'I';

  /** Of ReadyForQuery: in a transaction. */
  public static final char IN_TRANSACTION = 'T';

  /** Of ReadyForQuery: in a transaction that can only be rolled back. */
  public static final char FAILED = 'E';

  private static final byte TERMINATE = 'X';

  /** ParseComplete, BindComplete, CommandComplete. */
  private static final int BEGIN_ANSWERS = 3;

  private final Frames inbound = new Frames(ServerMessages::areOfInterest, /* typed= */ true);
  private final Frames outbound = new Frames(type -> false, /* typed= */ false);
  private final Flights flights = new Flights();
  private final List<Runnable> whenQuiet = new ArrayList<>();
  private @Nullable CompletableFuture<Answer> ownFlight;
  private long ownRows;

  /** Written by the driver during a flight of our own. */
  private final Queue<Held> held = new ArrayDeque<>();

  /** A BEGIN that travels with what is sent next. */
  private @Nullable String heldBegin;

  /** Answers to that BEGIN which are still to come, and which the driver does not expect. */
  private int beginAnswers;

  private Optional<ServerError> ownError = Optional.empty();

  @SuppressWarnings("NullAway.Init") // set when added, before anything else happens
  private volatile ChannelHandlerContext context;

  private @Nullable AnswerWatch watch;
  private volatile Optional<Duration> late = Optional.empty();
  private volatile boolean beginFailed;
  private volatile boolean loginSent;

  /** The server has said that it is ready: what it says from now on is of the session. */
  private boolean loggedIn;

  /** The server has announced the end of the session. */
  private volatile boolean ending;

  private volatile boolean closed;
  private volatile char status = IDLE;
  private volatile boolean setSeen;
  private volatile boolean commitExpected;
  private volatile boolean commitSent;
  private volatile int begins;
  private volatile int ends;
  private volatile boolean lastEndIsCommit;
  private volatile Optional<ServerError> firstError = Optional.empty();
  private volatile Optional<ServerError> lastError = Optional.empty();
  private volatile Optional<ServerError> transactionError = Optional.empty();
  private volatile Optional<StaleSign> firstSign = Optional.empty();

  /** What waits to be written. */
  private record Held(ByteBuf bytes, ChannelPromise promise) {}

  // --- what was noted

  /** How far the connection has come. */
  public ConnectPhase phase() {
    if (loginSent) {
      return ConnectPhase.LOGIN;
    }
    ChannelHandlerContext at = context;
    return at != null && at.channel().isActive() ? ConnectPhase.TLS : ConnectPhase.TCP;
  }

  /** Whether the connection is of use. */
  public boolean isOpen() {
    return !closed && !ending && context.channel().isActive();
  }

  /** The transaction's status as the server stated it last. */
  public char status() {
    return status;
  }

  /**
   * Whether settings were changed since {@link #settingsAreKnown()}, as command tags and
   * ParameterStatus tell, or may have been.
   */
  public boolean hasSeenSet() {
    return setSeen;
  }

  /** What is about to be sent may change settings without the server's saying so. */
  public void settingsMayChange() {
    setSeen = true;
  }

  /** The settings are as the next user expects them. */
  public void settingsAreKnown() {
    setSeen = false;
  }

  /** Somebody begins to use the connection: forgets what was noted of the use before. */
  public void useBegins() {
    heldBegin = null;
    beginFailed = false;
    begins = 0;
    ends = 0;
    commitExpected = false;
    commitSent = false;
    firstError = Optional.empty();
    lastError = Optional.empty();
    transactionError = Optional.empty();
    firstSign = Optional.empty();
  }

  /** How many transactions the server has begun in this use. */
  public int begins() {
    return begins;
  }

  /** How many transactions the server has committed or rolled back in this use. */
  public int ends() {
    return ends;
  }

  /** Whether the last of {@link #ends()} was a commit. */
  public boolean lastEndIsCommit() {
    return lastEndIsCommit;
  }

  /** The first error of this use; of a login, of the connection. */
  public Optional<ServerError> firstError() {
    return firstError;
  }

  /** The last error since the use began or {@link #expectCommit()} was called. */
  public Optional<ServerError> lastError() {
    return lastError;
  }

  /** The first error since the last transaction began. */
  public Optional<ServerError> transactionError() {
    return transactionError;
  }

  /** What the first error said about prepared statements. */
  public Optional<StaleSign> firstSign() {
    return firstSign;
  }

  /** The next Query that the driver sends is COMMIT. */
  public void expectCommit() {
    commitExpected = true;
    commitSent = false;
    lastError = Optional.empty();
  }

  /** Whether COMMIT has left for the server. */
  public boolean isCommitSent() {
    return commitSent;
  }

  /** Whether the server has refused the BEGIN of {@link #beginWithNext}. */
  public boolean hasBeginFailed() {
    return beginFailed;
  }

  // --- acting

  /**
   * From now on the connection ends when the server is silent for longer than this while it owes an
   * answer. To be called once.
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

  /** The limit that the server did not keep, if the connection ended for that reason. */
  public Optional<Duration> late() {
    return late;
  }

  /**
   * Sends BEGIN together with what is sent next, so that it costs no round trip. If the server
   * refuses it, nothing behind it is executed, and the connection ends: what the driver would send
   * later does not belong into a transaction any more. The driver learns of the transaction by the
   * status behind its first statement. To be called on the event loop while nothing is under way.
   *
   * @param sql BEGIN, with or without a mode
   */
  public void beginWithNext(String sql) {
    heldBegin = sql;
  }

  /**
   * Sends no BEGIN any more.
   *
   * @return whether it was still to be sent, so that the server knows of no transaction
   */
  public boolean dropBegin() {
    boolean unsent = heldBegin != null;
    heldBegin = null;
    return unsent;
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
    // One turn later: what the driver still has to write, because of an answer that it gets in this
    // turn, is then written.
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
   * be called on the event loop while nothing is under way.
   *
   * @param messages released in any case
   */
  public CompletableFuture<Answer> exchange(ByteBuf messages) {
    CompletableFuture<Answer> answer = new CompletableFuture<>();
    if (closed || !isQuiet() || !inbound.isBetweenMessages()) {
      messages.release();
      answer.completeExceptionally(
          closed
              ? new ClosedChannelException()
              : new IllegalStateException("Statements are under way on the connection"));
      return answer;
    }
    ownFlight = answer;
    noteAsked();
    ownRows = 0;
    ownError = Optional.empty();
    commitSent |= commitExpected;
    String begin = heldBegin;
    if (begin != null) {
      heldBegin = null;
      context.write(ControlMessages.prefix(context.alloc(), begin));
    }
    context.writeAndFlush(messages);
    read(context); // the driver asks for nothing now
    return answer;
  }

  /** Ends the connection now; what it is doing fails. */
  public void abort() {
    ChannelHandlerContext at = context;
    if (at == null) {
      return;
    }
    ChannelHandlerContext tls = at.pipeline().context(SslHandler.class);
    // Below TLS, which would wait until its goodbye is written.
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
      readOwn(ctx, bytes);
    } else if (beginAnswers > 0) {
      readBegin(ctx, bytes);
    } else {
      inbound.scan(bytes, this::note);
      ctx.fireChannelRead(bytes);
      closeIfEnding();
      quiet();
    }
  }

  /** What answers a BEGIN in front of the driver's statement goes no further. */
  private void readBegin(ChannelHandlerContext ctx, ByteBuf bytes) {
    int at = bytes.readerIndex();
    while (beginAnswers > 0 && at < bytes.writerIndex()) {
      at = inbound.scanOne(bytes, at, this::noteBegin);
    }
    if (beginFailed) {
      bytes.release();
      abort();
    } else if (at < bytes.writerIndex()) {
      channelRead(ctx, bytes.readerIndex(at));
    } else {
      bytes.release();
      read(ctx); // the driver has got nothing, and does not ask again
    }
  }

  private void noteBegin(byte type, byte[] body) {
    if (type == ServerMessages.ERROR) {
      noteError(ServerMessages.error(body), /* prepared= */ false);
      beginFailed = true;
      beginAnswers = 0;
    } else if (type == ServerMessages.COMMAND_COMPLETE) {
      noteTag(ServerMessages.tag(body));
      beginAnswers--;
    } else if (type == ServerMessages.PARSE_COMPLETE || type == ServerMessages.BIND_COMPLETE) {
      beginAnswers--;
    }
  }

  private void readOwn(ChannelHandlerContext ctx, ByteBuf bytes) {
    int at = bytes.readerIndex();
    CompletableFuture<Answer> answer = ownFlight;
    while (ownFlight != null && at < bytes.writerIndex()) {
      at = inbound.scanOne(bytes, at, this::noteOwn);
    }
    bytes.readerIndex(at);
    if (bytes.isReadable()) {
      inbound.scan(bytes, this::note);
      ctx.fireChannelRead(bytes);
    } else {
      bytes.release();
    }
    closeIfEnding();
    if (ownFlight == null && answer != null) {
      answer.complete(new Answer(ownRows, ownError));
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

  private void noteOwn(byte type, byte[] body) {
    if (type == ServerMessages.COMMAND_COMPLETE) {
      ownRows += ServerMessages.rows(ServerMessages.tag(body));
      noteTag(ServerMessages.tag(body));
    } else if (type == ServerMessages.PARAMETER_STATUS) {
      setSeen = true;
    } else if (type == ServerMessages.ERROR && ownError.isEmpty()) {
      ownError = Optional.of(ServerMessages.error(body));
      noteError(ownError.get(), /* prepared= */ false);
    } else if (type == ServerMessages.READY_FOR_QUERY) {
      status = (char) body[0];
      ownFlight = null;
    }
  }

  private void note(byte type, byte[] body) {
    if (type == ServerMessages.READY_FOR_QUERY) {
      status = (char) body[0];
      loggedIn = true;
      flights.ready();
    } else if (type == ServerMessages.ERROR) {
      noteError(ServerMessages.error(body), flights.answeredUsesPrepared());
    } else if (type == ServerMessages.COMMAND_COMPLETE) {
      noteTag(ServerMessages.tag(body));
    } else if (type == ServerMessages.PARAMETER_STATUS) {
      setSeen = true; // by whatever statement, in whatever function
    }
  }

  private void noteError(ServerError error, boolean prepared) {
    if (firstError.isEmpty()) {
      firstError = Optional.of(error);
      firstSign = StaleSign.of(error, prepared);
    }
    if (transactionError.isEmpty()) {
      transactionError = Optional.of(error);
    }
    lastError = Optional.of(error);
    ending |= loggedIn && ServerMessages.isEnd(error);
  }

  /** After an announced end nothing more comes, and the server may take its time to hang up. */
  private void closeIfEnding() {
    if (ending) {
      abort();
    }
  }

  @SuppressWarnings("NonAtomicOperationOnVolatileField") // written by the event loop only
  private void noteTag(String tag) {
    switch (tag) {
      case "BEGIN", "START TRANSACTION" -> {
        begins++;
        transactionError = Optional.empty();
        status = IN_TRANSACTION; // which ReadyForQuery will say again
      }
      case "COMMIT", "ROLLBACK" -> {
        lastEndIsCommit = tag.equals("COMMIT");
        ends++;
      }
      case "SET", "RESET", "DISCARD ALL" -> setSeen = true; // or what a hook has set is gone
      default -> {}
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
    } else if (type != TERMINATE && heldBegin != null && !isExtended(type)) {
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
    String begin = String.valueOf(heldBegin);
    heldBegin = null;
    held.add(statement);
    var unused =
        exchange(begin)
            .thenAccept(
                answer -> {
                  if (answer.error().isPresent()) {
                    beginFailed = true;
                    dropHeld();
                    abort();
                  }
                });
  }

  private void send(ChannelHandlerContext ctx, ByteBuf bytes, ChannelPromise promise) {
    String begin = heldBegin;
    if (begin != null) {
      heldBegin = null;
      beginAnswers = BEGIN_ANSWERS;
      ctx.write(ControlMessages.prefix(ctx.alloc(), begin));
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
    if (type == 'Q' && commitExpected) {
      commitSent = true;
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
    CompletableFuture<Answer> answer = ownFlight;
    ownFlight = null;
    dropHeld();
    if (answer != null) {
      answer.completeExceptionally(new ClosedChannelException());
    }
    List<Runnable> tasks = List.copyOf(whenQuiet);
    whenQuiet.clear();
    tasks.forEach(Runnable::run);
  }
}
