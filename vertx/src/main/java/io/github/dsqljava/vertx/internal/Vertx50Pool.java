package io.github.dsqljava.vertx.internal;

import io.github.dsqljava.NestedTransactionException;
import io.github.dsqljava.RetryKind;
import io.github.dsqljava.StatementOutcomeUnknownException;
import io.github.dsqljava.pool.ConnectRate;
import io.github.dsqljava.pool.PoolListener;
import io.github.dsqljava.pool.PoolPolicy;
import io.github.dsqljava.spi.AttemptOutcome;
import io.github.dsqljava.spi.pool.AsyncPool;
import io.github.dsqljava.spi.pool.ConflictLane;
import io.github.dsqljava.spi.pool.Lease;
import io.vertx.core.Completable;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.internal.ContextInternal;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.internal.command.CommandBase;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Vert.x's {@link Pool} on our own {@link AsyncPool}. Queries, prepared queries, batches and the
 * internals that other libraries use are inherited from Vert.x.
 */
public abstract class Vertx50Pool extends PooledClient implements Pool, TransactionAttempts {

  private final @Nullable ConnectionHook acquireHook;
  private final Spans spans;

  /**
   * Makes the pool and opens its minimum of connections.
   *
   * @param statementTimeout the server's time limit for a statement; zero for none
   */
  protected Vertx50Pool(
      Vertx50Transport transport,
      PoolPolicy policy,
      ConnectRate rate,
      PoolListener listener,
      Duration closeGrace,
      Duration statementTimeout,
      @Nullable Function<SqlConnection, Future<Void>> initHook,
      @Nullable Function<SqlConnection, Future<Void>> acquireHook) {
    super(
        transport,
        new SessionSource(transport.plan(), transport.factory(), statementTimeout, initHook)
            .pool(policy, rate, listener),
        closeGrace);
    ConnectionPlan plan = transport.plan();
    this.acquireHook =
        acquireHook == null
            ? null
            : new ConnectionHook(
                vertx, "acquire hook", acquireHook, plan.config().connectTimeout());
    this.spans = new Spans(plan);
    start();
  }

  /** Makes a lane for the transactions of this pool. */
  protected final ConflictLane conflictLane() {
    return pool.conflictLane();
  }

  @Override
  public Future<SqlConnection> getConnection() {
    return getConnection(acquireTimeout);
  }

  /** Gets a connection within this time. */
  public Future<SqlConnection> getConnection(Duration timeout) {
    return connection(timeout, /* givenUp= */ null);
  }

  /** Gets a connection for a caller that may give up. */
  public Future<SqlConnection> getConnection(Duration timeout, Future<?> givenUp) {
    return connection(timeout, Objects.requireNonNull(givenUp, "givenUp"));
  }

  private Future<SqlConnection> connection(Duration timeout, @Nullable Future<?> givenUp) {
    Objects.requireNonNull(timeout, "timeout");
    ContextInternal context = vertx.getOrCreateContext();
    Promise<SqlConnection> promise = promise(context);
    CompletableFuture<?> waiting =
        acquire(
            context,
            timeout,
            /* ahead= */ false,
            lease -> {
              LeasedConnection leased = new LeasedConnection(vertx, lease);
              PooledConnection connection = new PooledConnection(context, leased);
              leased.init(connection);
              promise.complete(connection);
            },
            promise::tryFail);
    if (givenUp != null) {
      givenUp.onComplete(done -> waiting.cancel(/* mayInterruptIfRunning= */ false));
    }
    return promise.future();
  }

  @Override
  public <R> void schedule(CommandBase<R> command, Completable<R> handler) {
    Arguments.check(command);
    ContextInternal context = vertx.getOrCreateContext();
    var unused =
        acquire(
            context,
            acquireTimeout,
            /* ahead= */ false,
            lease -> {
              LeasedConnection leased = new LeasedConnection(vertx, lease);
              leased.schedule(context, command, handler);
              leased.whenQuiet(() -> leased.giveBack((ok, problem) -> {}));
            },
            failure -> LeasedConnection.fail(command, handler, failure));
  }

  @Override
  public <T extends @Nullable Object> Future<EndedAttempt<T>> run(
      boolean readOnly,
      Duration acquireTimeout,
      boolean ahead,
      Deadline deadline,
      Function<SqlConnection, Future<T>> work) {
    ContextInternal context = vertx.getOrCreateContext();
    if (PooledTransaction.isInside(context, this)) {
      return context.succeededFuture(
          EndedAttempt.without(
              new AttemptOutcome.NotStarted(new NestedTransactionException("inTransaction"))));
    }
    Promise<EndedAttempt<T>> outcome = promise(context);
    Spans.Span attempt = spans.begin("dsql.transaction.attempt");
    var unusedSpan = outcome.future().onSuccess(how -> attempt.end(how.outcome().failure()));
    var unused =
        acquire(
            context,
            acquireTimeout,
            ahead,
            lease ->
                new PooledTransaction<>(vertx, this, context, lease, readOnly, deadline, outcome)
                    .run(work),
            failure -> outcome.tryComplete(EndedAttempt.without(notStarted(failure))));
    return outcome.future();
  }

  /** Treats a conflict or a lost connection in the acquire hook as one in the transaction. */
  private static AttemptOutcome notStarted(Throwable failure) {
    Optional<RetryKind> kind =
        failure instanceof StatementOutcomeUnknownException
                || DriverErrors.isConnectionLost(failure)
            ? Optional.of(RetryKind.CONNECTION)
            : DriverErrors.retryKind(failure);
    return kind.isPresent()
        ? new AttemptOutcome.Failed(failure, kind.get())
        : new AttemptOutcome.NotStarted(failure);
  }

  /**
   * Gets a lease. If it cannot be handed on, the caller gets that failure, too, and the connection
   * is discarded.
   */
  private CompletableFuture<?> acquire(
      ContextInternal context,
      Duration timeout,
      boolean ahead,
      Consumer<Lease<PooledSession>> granted,
      Consumer<Throwable> refused) {
    Runnable queued = reports.waits();
    CompletableFuture<Lease<PooledSession>> acquired =
        pool.acquire(context.nettyEventLoop(), timeout, ahead);
    Spans.Span wait = acquired.isDone() ? failure -> {} : spans.begin("dsql.connection.wait");
    var unused =
        acquired.whenComplete(
            (lease, failure) -> {
              queued.run();
              wait.end(failure);
              if (failure == null) {
                lease.connection().useBegins(reports.uses());
              }
              if (failure != null) {
                refused.accept(failure);
                return;
              }
              if (acquireHook == null) {
                grant(lease, granted, refused);
                return;
              }
              try {
                acquireHook.run(context, lease, () -> grant(lease, granted, refused), refused);
              } catch (RuntimeException | Error e) { // of a Vert.x that is being closed
                lease.discard();
                refused.accept(e);
              }
            });
    return acquired;
  }

  private static void grant(
      Lease<PooledSession> lease,
      Consumer<Lease<PooledSession>> granted,
      Consumer<Throwable> refused) {
    try {
      granted.accept(lease);
    } catch (RuntimeException | Error e) { // of a Vert.x that is being closed
      lease.discard();
      refused.accept(e);
    }
  }

  @Override
  public int size() {
    return pool.stats().size();
  }
}
