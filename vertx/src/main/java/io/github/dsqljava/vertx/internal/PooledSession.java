package io.github.dsqljava.vertx.internal;

import io.github.dsqljava.spi.SqlText;
import io.github.dsqljava.spi.StaleSign;
import io.github.dsqljava.spi.pool.Lease;
import io.netty.channel.EventLoop;
import io.vertx.core.Completable;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.internal.ContextInternal;
import io.vertx.core.tracing.TracingPolicy;
import io.vertx.pgclient.impl.PgConnectionFactory;
import io.vertx.pgclient.impl.PgSocketConnection;
import io.vertx.sqlclient.internal.Connection;
import io.vertx.sqlclient.internal.QueryResultHandler;
import io.vertx.sqlclient.internal.command.CommandBase;
import io.vertx.sqlclient.internal.command.CompositeCommand;
import io.vertx.sqlclient.internal.command.QueryCommandBase;
import io.vertx.sqlclient.internal.command.SimpleQueryCommand;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A physical connection of a pool, from login to end, for all of its users. It is the holder of
 * Vert.x's connection, and passes that connection's events to the current user.
 *
 * <p>Safe to use from several threads; the work happens on the connection's event loop.
 */
final class PooledSession implements Connection.Holder {
  /** Prepares a connection for its next user. */
  @FunctionalInterface
  interface Shaping {

    /**
     * Runs one of the two callbacks when it is done; in the second case the connection is given up.
     */
    void run(
        ContextInternal context,
        Lease<PooledSession> lease,
        Runnable granted,
        Consumer<Throwable> refused);
  }

  private static final Logger LOGGER = System.getLogger(PooledSession.class.getName());

  /** The time for the server to close the connection: some round trips over any distance. */
  static final long GOODBYE_MILLIS = 2_000;

  /** The time for the server to answer a trivial query. */
  private static final long ANSWER_MILLIS = 5_000;

  private final PgConnectionFactory factory;
  private final PgSocketConnection connection;
  private final ContextInternal context;
  private final SessionWire wire;

  /** Null without a statement timeout. */
  private final @Nullable AnswerClock clock;

  private final @Nullable Shaping shaping;
  private final Runnable lost;
  private volatile Connection.@Nullable Holder user;
  private volatile boolean closed;

  /** Called when the use of the connection ends. */
  private final AtomicReference<Runnable> use = new AtomicReference<>(() -> {});

  PooledSession(
      PgConnectionFactory factory,
      PgSocketConnection connection,
      ContextInternal context,
      Duration statementTimeout,
      @Nullable Shaping shaping,
      Runnable lost) {
    this.factory = factory;
    this.connection = connection;
    this.context = context;
    this.wire = SessionWire.of(connection);
    this.clock =
        statementTimeout.isZero()
            ? null
            : new AnswerClock(
                context,
                statementTimeout,
                () -> {
                  var unused = abort();
                });
    this.shaping = shaping;
    wire.settingsAreKnown();
    this.lost = lost;
    connection.context().exceptionHandler(this::broken);
  }

  /**
   * Closes the connection after an exception in one of its tasks, in Vert.x's or our own code. No
   * caller hears of such an exception, and those who wait for the task's work would wait for ever.
   */
  private void broken(Throwable failure) {
    LOGGER.log(
        Level.WARNING,
        "A connection to {0} is closed after an unexpected failure: {1}",
        connection.server(),
        failure);
    LOGGER.log(Level.DEBUG, "The unexpected failure", failure);
    var unused = abort();
  }

  PgConnectionFactory factory() {
    return factory;
  }

  PgSocketConnection connection() {
    return connection;
  }

  EventLoop eventLoop() {
    return context.nettyEventLoop();
  }

  /** The transaction status that the server stated last. */
  SessionStatus status() {
    return wire.status();
  }

  /** See {@link SessionWire#hasSeenEnd()}. */
  boolean hasSeenEnd() {
    return wire.hasSeenEnd();
  }

  /** See {@link SessionWire#hasRolledBack()}. */
  boolean hasRolledBack() {
    return wire.hasRolledBack();
  }

  /** See {@link SessionWire#hasSeenSet()}. */
  boolean hasSeenSet() {
    return wire.hasSeenSet();
  }

  /** See {@link SessionWire#settingsAreKnown()}. */
  void settingsAreKnown() {
    wire.settingsAreKnown();
  }

  /** Returns the hook for a connection whose settings were reset; null for none. */
  @Nullable Shaping shaping() {
    return shaping;
  }

  /** See {@link SessionWire#hasSeenBegin()}. */
  boolean hasSeenBegin() {
    return wire.hasSeenBegin();
  }

  /**
   * Whether the connection has ended, on either side. The channel knows it first: the commands in
   * flight fail before the close event comes, and the connection must not count as idle then.
   */
  boolean isClosed() {
    return closed
        || wire.isEnding()
        || !connection.isValid()
        || !connection.socket().channelHandlerContext().channel().isActive();
  }

  TracingPolicy tracingPolicy() {
    return connection.tracingPolicy();
  }

  /** See {@link SchemaAwareConnection#signOf}. */
  Optional<StaleSign> signOf(Throwable failure) {
    return connection instanceof SchemaAwareConnection aware
        ? aware.signOf(failure)
        : Optional.empty();
  }

  /** Sets the receiver of the connection's events; null for none. */
  void user(Connection.@Nullable Holder holder) {
    user = holder;
  }

  /**
   * A use of the connection begins.
   *
   * @param ends runs when the use ends, or the connection is lost
   */
  void useBegins(Runnable ends) {
    use.set(ends);
  }

  void useEnds() {
    use.getAndSet(() -> {}).run();
  }

  /** Runs a task on the connection's event loop: at once when this is it. */
  void execute(Runnable task) {
    context.emit(v -> task.run());
  }

  <R> void schedule(CommandBase<R> command, Completable<R> handler) {
    if (command instanceof QueryCommandBase<?> query && SqlText.mayChangeSettings(query.sql())) {
      wire.settingsMayChange();
    }
    if (command instanceof QueryCommandBase<?> query
        && query.collector() != QueryCommandBase.NULL_COLLECTOR) {
      guard(query, handler);
    } else {
      send(command, handler);
    }
  }

  /**
   * Keeps exceptions of a caller's code, thrown while rows are read, from ending the connection.
   */
  private <R, T> void guard(QueryCommandBase<T> query, Completable<R> handler) {
    GuardedCollector<?, T> guarded = new GuardedCollector<>(query.collector());
    send(QueryCopies.of(query, guarded.collector()), guarded.told(handler));
  }

  private <R> void send(CommandBase<R> command, Completable<R> handler) {
    AnswerClock watch = clock;
    if (watch == null) {
      connection.schedule(command, handler);
    } else {
      // On the event loop, in the order in which the connection takes the commands.
      context.emit(v -> connection.schedule(command, watched(watch, command, handler)));
    }
  }

  private static <R> Completable<R> watched(
      AnswerClock watch, CommandBase<R> command, Completable<R> handler) {
    if (command instanceof CompositeCommand composite) {
      composite.commands().forEach(part -> watchPart(watch, part));
      return handler;
    }
    return watch.watched(handler);
  }

  private static <R> void watchPart(AnswerClock watch, CommandBase<R> part) {
    part.handler = watch.watched(part.handler);
  }

  /** Executes a statement of the pool itself that returns no rows. */
  void execute(String sql, Completable<Boolean> handler) {
    schedule(
        new SimpleQueryCommand<>(
            sql,
            /* singleton= */ false,
            /* autoCommit= */ false,
            QueryCommandBase.NULL_COLLECTOR,
            QueryResultHandler.NOOP_HANDLER),
        handler);
  }

  /**
   * As {@link #execute(String, Completable)}, for a BEGIN: the commands sent with it depend on its
   * success.
   */
  void begin(String sql, Completable<Boolean> handler) {
    wire.guardNextBegin();
    execute(sql, handler);
  }

  /** Whether the server still answers; fails when it does not, within a few seconds. */
  Future<Void> check() {
    Promise<Void> answered = context.promise();
    long timer =
        context.setTimer(
            ANSWER_MILLIS,
            id ->
                answered.tryFail(
                    new TimeoutException("No answer within " + ANSWER_MILLIS + " milliseconds")));
    execute(
        "SELECT 1",
        (result, failure) -> {
          if (failure == null) {
            answered.tryComplete();
          } else {
            answered.tryFail(failure);
          }
        });
    return answered.future().onComplete(done -> context.owner().cancelTimer(timer));
  }

  /**
   * Ends the connection with a Terminate, after which the server closes it. If it does not, because
   * the network is dead, the connection is cut.
   */
  Future<Void> close() {
    Promise<Void> done = context.promise();
    long timer = context.setTimer(GOODBYE_MILLIS, id -> abort());
    connection.close(this, done);
    return done.future().onComplete(closed -> context.owner().cancelTimer(timer));
  }

  /** Cuts the connection now; the commands in flight fail. */
  Future<Void> abort() {
    Promise<Void> done = context.promise();
    HardClose.of(connection.socket()).addListener(closed -> done.complete());
    return done.future();
  }

  @Override
  public void handleEvent(Object event) {
    Connection.Holder holder = user;
    if (holder != null) {
      holder.handleEvent(event);
    }
  }

  @Override
  public void handleClosed() {
    closed = true;
    useEnds();
    Connection.Holder holder = user;
    if (holder != null) {
      holder.handleClosed();
    }
    lost.run();
  }

  @Override
  public void handleException(Throwable failure) {
    Connection.Holder holder = user;
    if (holder != null) {
      holder.handleException(failure);
    } else {
      LOGGER.log(Level.DEBUG, "An idle connection failed", failure);
    }
  }
}
