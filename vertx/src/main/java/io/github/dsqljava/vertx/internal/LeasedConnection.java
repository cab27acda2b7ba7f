package io.github.dsqljava.vertx.internal;

import io.github.dsqljava.spi.pool.Lease;
import io.vertx.core.Completable;
import io.vertx.core.internal.ContextInternal;
import io.vertx.core.internal.VertxInternal;
import io.vertx.core.net.SocketAddress;
import io.vertx.core.spi.metrics.ClientMetrics;
import io.vertx.core.tracing.TracingPolicy;
import io.vertx.sqlclient.internal.Connection;
import io.vertx.sqlclient.internal.command.CommandBase;
import io.vertx.sqlclient.internal.command.CompositeCommand;
import io.vertx.sqlclient.spi.DatabaseMetadata;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * A pooled connection while one caller has it. It counts the commands in flight, so that the
 * connection comes back in a known state. After that it executes nothing.
 *
 * <p>Safe to use from several threads.
 */
class LeasedConnection implements Connection {
  private static final Logger LOGGER = System.getLogger(LeasedConnection.class.getName());

  private final VertxInternal vertx;
  private final Lease<PooledSession> lease;
  final PooledSession session;
  private final AtomicInteger pending = new AtomicInteger();
  private final AtomicReference<@Nullable Runnable> whenQuiet = new AtomicReference<>();
  private final AtomicBoolean over = new AtomicBoolean();
  private volatile @Nullable Holder holder;

  /**
   * Whether a statement failed because of a lost connection, which the connection itself may not
   * know yet.
   */
  private volatile boolean lost;

  LeasedConnection(VertxInternal vertx, Lease<PooledSession> lease) {
    this.vertx = vertx;
    this.lease = lease;
    this.session = lease.connection();
  }

  @Override
  public void init(Holder user) {
    holder = user;
    session.user(user);
  }

  @Override
  public <R> void schedule(CommandBase<R> command, Completable<R> handler) {
    schedule(vertx.getOrCreateContext(), command, handler);
  }

  /**
   * Executes a command of a caller who may have waited for the connection, so that its answer may
   * come on another thread than the caller's.
   */
  final <R> void schedule(ContextInternal caller, CommandBase<R> command, Completable<R> handler) {
    Completable<R> counted =
        counted(
            command,
            StatementAnswers.explained(
                session,
                this::isLost,
                command,
                StatementAnswers.reported(caller, session, command, handler)));
    // Checked after the command counts: a concurrent return of the connection waits for it.
    if (over.get()) {
      fail(
          command,
          counted,
          new IllegalStateException(
              "The connection was given back to its pool; get one from the pool again"));
    } else {
      try {
        session.schedule(command, counted);
      } catch (RuntimeException e) { // of a Vert.x that is closed
        fail(command, counted, e);
      }
    }
  }

  /** Fails a command that is not sent, with all its parts. */
  static <R> void fail(CommandBase<R> command, Completable<R> handler, Throwable reason) {
    if (command instanceof CompositeCommand composite) {
      composite.commands().forEach(part -> part.fail(reason));
    }
    handler.fail(reason);
  }

  /** Counts a command as in flight until its answer has come. */
  final <R> Completable<R> counted(CommandBase<R> command, Completable<R> handler) {
    if (command instanceof CompositeCommand composite) {
      composite.commands().forEach(this::countPart);
      return handler;
    }
    underWay();
    return (result, failure) -> {
      if (failure != null && DriverErrors.isConnectionLost(failure)) {
        lost = true;
      }
      answered();
      handler.complete(result, failure);
    };
  }

  final void underWay() {
    pending.incrementAndGet();
  }

  final void answered() {
    if (pending.decrementAndGet() == 0) {
      quiet();
    }
  }

  private <R> void countPart(CommandBase<R> part) {
    part.handler = counted(part, part.handler);
  }

  /** See {@link StatementAnswers#reported}. */
  final <R> Completable<R> reported(CommandBase<R> command, Completable<R> handler) {
    return StatementAnswers.reported(vertx.getOrCreateContext(), session, command, handler);
  }

  /** Whether commands are in flight. */
  final boolean isBusy() {
    return pending.get() > 0;
  }

  /** Whether the connection is lost. */
  final boolean isLost() {
    return lost || session.isClosed();
  }

  /** Runs a task, once, as soon as no command is in flight: at once if none is now. */
  final void whenQuiet(Runnable task) {
    whenQuiet.set(task);
    if (!isBusy()) {
      quiet();
    }
  }

  private void quiet() {
    Runnable task = whenQuiet.getAndSet(null);
    if (task != null) {
      task.run();
    }
  }

  @Override
  public void close(Holder user, Completable<Void> promise) {
    if (user != holder) {
      promise.fail(new IllegalStateException("The connection was given back twice"));
      return;
    }
    giveBack(promise);
  }

  /**
   * Gives the connection back as soon as no command is in flight, by the server's last status: an
   * open transaction is rolled back first. In a failed transaction the connection is closed
   * instead.
   */
  final void giveBack(Completable<Void> done) {
    if (!over.compareAndSet(false, true)) {
      done.fail(new IllegalStateException("The connection was given back twice"));
    } else if (isLost()) {
      end(/* reusable= */ false);
      done.succeed();
    } else {
      whenQuiet(() -> giveBackQuiet(done));
    }
  }

  private void giveBackQuiet(Completable<Void> done) {
    if (isLost() || session.status() == SessionStatus.FAILED) {
      end(/* reusable= */ false);
      done.succeed();
    } else if (session.status() == SessionStatus.IDLE) {
      giveBackIdle(done);
    } else {
      session.execute("ROLLBACK", (result, failure) -> giveBackIdle(failure, done));
    }
  }

  private void giveBackIdle(@Nullable Throwable failure, Completable<Void> done) {
    if (failure == null && session.status() == SessionStatus.IDLE) {
      giveBackIdle(done);
    } else {
      end(/* reusable= */ false);
      done.succeed();
    }
  }

  /** Resets the settings of its user, and then gives the connection back. */
  private void giveBackIdle(Completable<Void> done) {
    if (session.hasSeenSet()) {
      session.execute("RESET ALL", (result, failure) -> giveBackReset(failure, done));
    } else {
      end(/* reusable= */ true);
      done.succeed();
    }
  }

  private void giveBackReset(@Nullable Throwable failure, Completable<Void> done) {
    PooledSession.Shaping hook = session.shaping();
    boolean reset = failure == null && session.status() == SessionStatus.IDLE;
    if (!reset || hook == null) {
      session.settingsAreKnown();
      end(reset);
      done.succeed();
      return;
    }
    hook.run(
        vertx.getOrCreateContext(),
        lease,
        () -> {
          end(/* reusable= */ true);
          done.succeed();
        },
        problem -> {
          LOGGER.log(
              Level.WARNING, "The init hook failed on a connection that was reset: {0}", problem);
          done.succeed(); // and the connection is given up
        });
  }

  /**
   * Ends the use by its user; the lease goes on for another one.
   *
   * @return false if it had ended before
   */
  final boolean handOn() {
    boolean first = over.compareAndSet(false, true);
    if (first) {
      holder = null;
      session.user(null);
    }
    return first;
  }

  /** Gives the connection up: the pool closes it after the commands in flight. */
  final void discard() {
    if (over.compareAndSet(false, true)) {
      end(/* reusable= */ false);
    }
  }

  private void end(boolean reusable) {
    holder = null;
    session.user(null);
    session.useEnds();
    if (reusable) {
      lease.release();
    } else {
      lease.discard();
    }
  }

  @Override
  public Connection unwrap() {
    return session.connection();
  }

  @Override
  public boolean isIndeterminatePreparedStatementError(Throwable error) {
    return session.connection().isIndeterminatePreparedStatementError(error);
  }

  @Override
  public TracingPolicy tracingPolicy() {
    return session.tracingPolicy();
  }

  @Override
  public SocketAddress server() {
    return session.connection().server();
  }

  @Override
  public String system() {
    return session.connection().system();
  }

  @Override
  public String database() {
    return session.connection().database();
  }

  @Override
  public String user() {
    return session.connection().user();
  }

  @Override
  public ClientMetrics<?, ?, ?> metrics() {
    return session.connection().metrics();
  }

  @Override
  public boolean isSsl() {
    return session.connection().isSsl();
  }

  @Override
  public boolean isValid() {
    return !over.get() && session.connection().isValid();
  }

  @Override
  public int pipeliningLimit() {
    return session.connection().pipeliningLimit();
  }

  @Override
  public DatabaseMetadata getDatabaseMetaData() {
    return session.connection().getDatabaseMetaData();
  }

  @Override
  public int getProcessId() {
    return session.connection().getProcessId();
  }

  @Override
  public int getSecretKey() {
    return session.connection().getSecretKey();
  }
}
