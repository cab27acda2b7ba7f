package io.github.dsqljava.vertx.internal;

import io.github.dsqljava.vertx.internal.MessageFrames.Verdict;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.util.AttributeKey;
import io.vertx.pgclient.impl.PgSocketConnection;
import java.net.ProtocolException;
import org.jspecify.annotations.Nullable;

/**
 * Stands between TLS and Vert.x's codec, from the login to the end of a connection. It knows the
 * transaction status, and it makes a BEGIN safe to pipeline.
 *
 * <p>Vert.x writes BEGIN as a Query, which is a unit of its own: statements that are pipelined
 * after it run even if BEGIN fails, and then each commits on its own. A guarded BEGIN goes as
 * Parse, Bind and Execute together with the next commands and one Sync for all, so that the server
 * skips everything after an error. Later commands wait here until BEGIN has succeeded. The codec
 * does not notice: it gets the answers it would have had (see {@link GroupReplies}).
 *
 * <p>Not thread-safe: everything but {@link #status()} belongs to the connection's event loop.
 */
// A failed write is an exception in the pipeline, as the codec wants it.
@SuppressWarnings("FutureReturnValueIgnored")
final class SessionWire extends ChannelDuplexHandler {
  private static final System.Logger LOGGER = System.getLogger(SessionWire.class.getName());

  static final String NAME = "session-wire";

  private static final AttributeKey<SessionWire> OF_CHANNEL =
      AttributeKey.valueOf(SessionWire.class, "OF_CHANNEL");

  private volatile SessionStatus status = SessionStatus.IDLE;

  /** Whether the first ReadyForQuery has come; messages of the login before it are not examined. */
  private boolean loggedIn;

  /** The number of ReadyForQuery that have yet to come from the server. */
  private int awaited;

  /** The number of guarded BEGIN that have yet to be written. */
  private int guards;

  private @Nullable BeginGroup group;

  /** Commands written while a group was in flight, and not taken into it. */
  private final HeldCommands held = new HeldCommands();

  /** Command tags seen since the last guarded BEGIN, for any statement. */
  private boolean endSeen;

  private boolean beginSeen;

  /**
   * Whether the last end of a transaction was a rollback; the answer to a COMMIT may be one, too.
   */
  private boolean rolledBack;

  /** Whether the session has changed settings that were not reset. */
  private volatile boolean setSeen;

  /**
   * Whether the server has announced the end of the session, with or without closing the
   * connection.
   */
  private volatile boolean ending;

  /** Whether a guarded BEGIN has failed and no rollback has followed. */
  private boolean refusing;

  @SuppressWarnings("NullAway.Init") // set when added, before anything else happens
  private ChannelHandlerContext ctx;

  @SuppressWarnings("NullAway.Init")
  private RefusedCommands refused;

  @SuppressWarnings("NullAway.Init")
  private MessageFrames frames;

  /**
   * The handler of a connection, open or closed.
   *
   * @throws IllegalStateException for a connection that another transport opened
   */
  static SessionWire of(PgSocketConnection connection) {
    // Not taken from the pipeline, which is empty once the channel is closed.
    SessionWire wire = connection.socket().channelHandlerContext().channel().attr(OF_CHANNEL).get();
    if (wire == null) {
      throw new IllegalStateException(
          "The connection to "
              + connection.server()
              + " has no SessionWire; use one that Vertx50ConnectionFactory opened");
    }
    return wire;
  }

  /**
   * The status of the session; callable from any thread. The codec hears of a change after this
   * method shows it.
   */
  SessionStatus status() {
    return status;
  }

  /**
   * Guards the next BEGIN: a Query with nothing but a BEGIN or START TRANSACTION. To be called on
   * the event loop, right before the command is scheduled. Commands scheduled in the same turn of
   * the event loop travel with BEGIN; later ones wait for its answer.
   *
   * <p>If BEGIN fails, no command after it is executed. Those that were sent, those that wait and
   * all later ones fail with SQLSTATE 25P01, and {@link #status()} is {@link SessionStatus#FAILED},
   * until a ROLLBACK or another guarded BEGIN is written. Later ones have to fail because Vert.x
   * itself delays commands, after a statement that is being prepared and beyond its pipelining
   * limit.
   *
   * <p>A COMMIT or ROLLBACK never travels with its BEGIN. Terminate does not wait; commands that
   * wait here at that time are not executed.
   *
   * @throws IllegalStateException on another thread than the event loop's
   */
  void guardNextBegin() {
    if (!ctx.executor().inEventLoop()) {
      throw new IllegalStateException(
          "guardNextBegin was called on thread "
              + Thread.currentThread().getName()
              + "; call it on the event loop of the connection");
    }
    guards++;
  }

  /**
   * Whether the server has said that a transaction was committed or rolled back since the last
   * guarded BEGIN. To be called on the event loop.
   */
  boolean hasSeenEnd() {
    return endSeen;
  }

  /**
   * Whether the last transaction that ended was rolled back: a COMMIT in a failed transaction is
   * answered without an error, with the tag ROLLBACK. To be called on the event loop.
   */
  boolean hasRolledBack() {
    return rolledBack;
  }

  /** Whether the server has said BEGIN once more since the last guarded one. */
  boolean hasSeenBegin() {
    return beginSeen;
  }

  /** Whether the server has announced the end of the session; callable from any thread. */
  boolean isEnding() {
    return ending;
  }

  /**
   * Whether settings were changed since {@link #settingsAreKnown()}, as command tags and
   * ParameterStatus tell; callable from any thread.
   */
  boolean hasSeenSet() {
    return setSeen;
  }

  /** The next command may change settings without a SET in the server's command tag. */
  void settingsMayChange() {
    setSeen = true;
  }

  /** The settings are those that the next user expects. */
  void settingsAreKnown() {
    setSeen = false;
  }

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) {
    this.ctx = ctx;
    ctx.channel().attr(OF_CHANNEL).set(this);
    refused = new RefusedCommands(ctx);
    frames = new MessageFrames(ctx.alloc(), new Inbound());
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    if (!(message instanceof ByteBuf bytes)) {
      ctx.fireChannelRead(message);
      return;
    }
    refused.answer();
    try {
      frames.feed(bytes);
    } catch (ProtocolException e) {
      giveUp(e);
    }
  }

  @Override
  public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
    if (!loggedIn || !(message instanceof ByteBuf bytes) || !bytes.isReadable()) {
      ctx.write(message, promise);
      return;
    }
    try {
      if (group == null && guards == 0 && !refusing) {
        awaited += OutboundCommands.count(bytes);
        ctx.write(bytes.retain(), promise);
      } else {
        while (bytes.isReadable()) {
          ByteBuf command = bytes.readRetainedSlice(OutboundCommands.length(bytes));
          send(command, bytes.isReadable() ? ctx.voidPromise() : promise);
        }
      }
    } catch (ProtocolException e) {
      promise.tryFailure(e);
      giveUp(e);
    } finally {
      bytes.release();
    }
  }

  /** Sends, groups, holds or refuses a command, depending on the state. */
  private void send(ByteBuf command, ChannelPromise promise) {
    byte type = command.getByte(command.readerIndex());
    if (type == PgMessages.TERMINATE) {
      sendGroup(group);
      held.drop();
      ctx.write(command, promise);
    } else if (group != null) {
      addOrHold(group, command, promise);
    } else if (guards > 0 && QueryText.isBegin(command)) {
      begin(command, promise);
    } else if (refusing && !QueryText.isRollback(command)) {
      refused.add(command, promise);
    } else {
      refusing = false;
      awaited++;
      ctx.write(command, promise);
    }
  }

  private void begin(ByteBuf command, ChannelPromise promise) {
    guards--;
    refusing = false;
    endSeen = false;
    beginSeen = false;
    BeginGroup begun = new BeginGroup(ctx, command, promise);
    command.release();
    group = begun;
    // At the end of the turn: the event loop's queued tasks come before this one.
    ctx.executor().execute(() -> sendGroup(begun));
  }

  private void addOrHold(BeginGroup group, ByteBuf command, ChannelPromise promise) {
    // After the first held command all are held, to keep their order.
    if (held.isEmpty() && group.add(command, promise)) {
      command.release();
    } else {
      held.add(command, promise);
    }
  }

  private void sendGroup(@Nullable BeginGroup group) {
    if (group != null && !group.isSent()) {
      group.send(ctx, awaited);
      awaited++;
    }
  }

  /** Handles the server's messages. */
  private final class Inbound implements MessageFrames.Sink {
    private byte groupStatus;

    @Override
    public boolean isNoted(byte type, byte detail) {
      return switch (type) {
        case PgMessages.READY_FOR_QUERY -> SessionStatus.of(detail) != status;
        case PgMessages.COMMAND_COMPLETE, PgMessages.ERROR_RESPONSE -> detail != 0;
        default -> false;
      };
    }

    @Override
    public Verdict begins(byte type, byte detail) throws ProtocolException {
      if (type == PgMessages.COMMAND_COMPLETE) {
        tag(detail);
      }
      if (type == PgMessages.PARAMETER_STATUS && loggedIn) {
        setSeen = true; // by whatever statement, in whatever function
      }
      if (type == PgMessages.ERROR_RESPONSE && detail == PgMessages.FATAL && loggedIn) {
        ending = true;
        HardClose.of(ctx.pipeline()); // the message itself is still handed on
      }
      if (type == PgMessages.COPY_IN_RESPONSE) {
        // Vert.x cannot send data, so the server and the caller would wait for ever.
        LOGGER.log(
            System.Logger.Level.WARNING,
            "COPY FROM STDIN cannot be used here; its connection is closed");
        ctx.close();
      }
      boolean ready = type == PgMessages.READY_FOR_QUERY;
      if (ready) {
        awaited -= loggedIn && awaited > 0 ? 1 : 0;
        loggedIn = true;
      }
      BeginGroup current = group;
      if (current != null && current.isAnswered()) {
        groupStatus = detail;
        return current.replies().next(type);
      }
      if (ready) {
        status = SessionStatus.of(detail);
        if (current != null && current.isSent()) {
          current.oneBeforeIsReady();
        }
      }
      return Verdict.PASS;
    }

    private void tag(byte control) {
      if (control == PgMessages.SET) {
        setSeen = true;
      }
      if (control == PgMessages.COMMITTED || control == PgMessages.ROLLED_BACK) {
        rolledBack = control == PgMessages.ROLLED_BACK;
      }
      boolean own = group != null && !(group.isAnswered() && group.replies().begun());
      if (!own) {
        endSeen |= control == PgMessages.COMMITTED || control == PgMessages.ROLLED_BACK;
        beginSeen |= control == PgMessages.BEGUN;
      }
    }

    @Override
    public void cut() {
      BeginGroup current = group;
      if (current == null) {
        return; // closed in the meantime
      }
      ByteBuf answers = ctx.alloc().buffer();
      if (current.replies().ended()) {
        current.replies().writeRest(answers, groupStatus);
        end(current, groupStatus);
      } else {
        status = SessionStatus.IN_TRANSACTION;
        PgMessages.writeReadyForQuery(answers, (byte) 'T');
      }
      ctx.fireChannelRead(answers);
      refused.answer();
    }

    @Override
    public void bytes(ByteBuf run) {
      ctx.fireChannelRead(run);
    }
  }

  /** Sends the held commands, before the codec hears of the end and writes new ones. */
  private void end(BeginGroup ended, byte statusCode) {
    group = null;
    refusing = !ended.replies().begun();
    status = refusing ? SessionStatus.FAILED : SessionStatus.of(statusCode);
    if (!held.isEmpty()) {
      held.sendTo(this::send);
      ctx.flush();
    }
  }

  /** Closes the connection after a protocol violation: its state is unknown. */
  private void giveUp(ProtocolException e) {
    drop();
    ctx.fireExceptionCaught(e);
    ctx.close();
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    drop(); // the codec fails its commands itself
    ctx.fireChannelInactive();
  }

  @Override
  public void handlerRemoved(ChannelHandlerContext ctx) {
    drop();
  }

  private void drop() {
    frames.release();
    refused.drop();
    if (group != null) {
      group.release();
      group = null;
    }
    held.drop();
  }
}
