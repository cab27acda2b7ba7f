package io.github.dsqljava.vertx.internal;

import io.github.dsqljava.pool.ConnectRate;
import io.github.dsqljava.pool.PoolListener;
import io.github.dsqljava.pool.PoolPolicy;
import io.github.dsqljava.pool.PoolStats;
import io.github.dsqljava.spi.pool.Lease;
import io.github.dsqljava.spi.pool.Share;
import io.github.dsqljava.spi.pool.SharedPool;
import io.vertx.core.Completable;
import io.vertx.core.Future;
import io.vertx.core.internal.ContextInternal;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.internal.command.CommandBase;
import io.vertx.sqlclient.internal.command.CompositeCommand;
import io.vertx.sqlclient.internal.command.ExtendedQueryCommand;
import io.vertx.sqlclient.internal.command.QueryCommandBase;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Vert.x's {@code SqlClient} on a {@link SharedPool}: the statements of many callers go over the
 * same connections, without waiting for each other's answers.
 *
 * <p>A statement that surely leaves no state in the session is sent so. Any other statement gets a
 * connection for itself, which is reset afterwards like one of a pool. In both cases the server's
 * report on the session's state counts, not the text.
 */
public abstract class Vertx50Client extends PooledClient {
  private final SharedPool<PooledSession> shared;
  private final Spans spans;

  /**
   * Makes the client and opens its minimum of connections.
   *
   * @param maxInFlight the largest number of statements in flight on a connection
   * @param statementTimeout the server's time limit for a statement; zero for none
   */
  protected Vertx50Client(
      Vertx50Transport transport,
      PoolPolicy policy,
      int maxInFlight,
      ConnectRate rate,
      PoolListener listener,
      Duration closeGrace,
      Duration statementTimeout,
      @Nullable Function<SqlConnection, Future<Void>> initHook) {
    super(
        transport,
        new SessionSource(transport.plan(), transport.factory(), statementTimeout, initHook)
            .pool(policy, rate, SharedPool.quiet(listener)),
        closeGrace);
    this.spans = new Spans(transport.plan());
    this.shared =
        new SharedPool<>(
            pool,
            new VertxScheduler(vertx),
            (session, loop) -> session.eventLoop() == loop,
            maxInFlight,
            new Reported(),
            listener);
    start();
  }

  /** Reports the connections in use to Vert.x's metrics. */
  private final class Reported implements SharedPool.Usage<PooledSession> {
    @Override
    public void begins(PooledSession session) {
      session.useBegins(reports.uses());
    }

    @Override
    public void ends(PooledSession session) {
      session.useEnds();
    }
  }

  @Override
  public PoolStats stats() {
    return shared.stats();
  }

  @Override
  public <R> void schedule(CommandBase<R> command, Completable<R> handler) {
    Arguments.check(command);
    if (anyPart(command, SharedText::controlsTransactions)) {
      LeasedConnection.fail(command, handler, refusal());
    } else if (anyPart(command, SharedText::changesSettings)) {
      LeasedConnection.fail(command, handler, refusalOfSettings());
    } else if (command instanceof QueryCommandBase<?> query
        && SharedText.isShareable(query.sql(), query instanceof ExtendedQueryCommand<?>)) {
      share(vertx.getOrCreateContext(), command, handler);
    } else {
      runAlone(vertx.getOrCreateContext(), command, handler);
    }
  }

  private static boolean anyPart(CommandBase<?> command, Predicate<String> kind) {
    if (command instanceof CompositeCommand composite) {
      return composite.commands().stream().anyMatch(part -> anyPart(part, kind));
    }
    return command instanceof QueryCommandBase<?> query && kind.test(query.sql());
  }

  private <R> void share(ContextInternal caller, CommandBase<R> command, Completable<R> handler) {
    whenAcquired(
        caller,
        shared.acquire(caller.nettyEventLoop(), acquireTimeout),
        share -> send(share, caller, command, handler),
        failure -> LeasedConnection.fail(command, handler, failure));
  }

  private <A> void whenAcquired(
      ContextInternal caller,
      CompletableFuture<A> acquired,
      Consumer<A> granted,
      Consumer<Throwable> refused) {
    Runnable queued = reports.waits();
    Spans.Span wait =
        acquired.isDone() ? failure -> {} : spans.begin(caller, "dsql.connection.wait");
    var unused =
        acquired.whenComplete(
            (place, failure) -> {
              queued.run();
              wait.end(failure);
              if (failure != null) {
                refused.accept(failure);
              } else {
                granted.accept(place);
              }
            });
  }

  private <R> void send(
      Share<PooledSession> share,
      ContextInternal caller,
      CommandBase<R> command,
      Completable<R> handler) {
    PooledSession session = share.connection();
    if (session.isClosed()) { // and nothing was sent
      share.discard();
      share(caller, command, handler);
      return;
    }
    try {
      session.schedule(command, answered(share, caller, command, handler));
    } catch (RuntimeException | Error e) { // of a Vert.x that is closed
      share.discard();
      LeasedConnection.fail(command, handler, e);
    }
  }

  private <R> Completable<R> answered(
      Share<PooledSession> share,
      ContextInternal caller,
      CommandBase<R> command,
      Completable<R> handler) {
    PooledSession session = share.connection();
    Completable<R> told =
        StatementAnswers.explained(
            session,
            session::isClosed,
            command,
            StatementAnswers.reported(caller, session, command, handler));
    return (result, failure) -> {
      boolean lost =
          session.isClosed() || failure != null && DriverErrors.isConnectionLost(failure);
      boolean leftOpen = !lost && session.status() != SessionStatus.IDLE;
      if (lost || leftOpen) {
        share.discard();
      } else {
        share.release();
      }
      told.complete(result, leftOpen ? leftOpen(failure) : failure);
    };
  }

  private <R> void runAlone(
      ContextInternal caller, CommandBase<R> command, Completable<R> handler) {
    whenAcquired(
        caller,
        shared.acquireAlone(caller.nettyEventLoop(), acquireTimeout),
        lease -> runAlone(lease, caller, command, handler),
        failure -> LeasedConnection.fail(command, handler, failure));
  }

  private <R> void runAlone(
      Lease<PooledSession> lease,
      ContextInternal caller,
      CommandBase<R> command,
      Completable<R> handler) {
    PooledSession session = lease.connection();
    session.useBegins(reports.uses());
    try {
      LeasedConnection leased = new LeasedConnection(vertx, lease);
      leased.schedule(caller, command, closed(session, command, handler));
      leased.whenQuiet(() -> leased.giveBack((ok, problem) -> {}));
    } catch (RuntimeException | Error e) { // of a Vert.x that is being closed
      lease.discard();
      LeasedConnection.fail(command, handler, e);
    }
  }

  /** Fails a statement that has left a transaction open, which is being rolled back. */
  private static <R> Completable<R> closed(
      PooledSession session, CommandBase<R> command, Completable<R> handler) {
    if (command instanceof CompositeCommand composite) {
      composite.commands().forEach(part -> closePart(session, part));
      return handler;
    }
    return (result, failure) ->
        handler.complete(
            result,
            !session.isClosed() && session.status() != SessionStatus.IDLE
                ? leftOpen(failure)
                : failure);
  }

  private static <R> void closePart(PooledSession session, CommandBase<R> part) {
    part.handler = closed(session, part, part.handler);
  }

  private static IllegalStateException leftOpen(@Nullable Throwable cause) {
    return new IllegalStateException(
        "The statement left its connection in a transaction, which is rolled back, so the changes"
            + " in that transaction are not in the database. A client executes statements that"
            + " commit on their own; use inTransaction of a pool",
        cause);
  }

  private static IllegalStateException refusal() {
    return new IllegalStateException(
        "A client executes statements that commit on their own, on connections that many callers"
            + " share, and none that begins or ends a transaction: use inTransaction of a pool."
            + " Nothing was sent");
  }

  private static IllegalStateException refusalOfSettings() {
    return new IllegalStateException(
        "SET or RESET was given to a client, whose next statement may go over another connection:"
            + " use the client's initHook for settings of all statements, or a pool. Nothing was"
            + " sent");
  }
}
