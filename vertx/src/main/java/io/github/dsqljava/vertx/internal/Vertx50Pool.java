package io.github.dsqljava.vertx.internal;

import io.github.dsqljava.NestedTransactionException;
import io.github.dsqljava.RetryKind;
import io.github.dsqljava.StatementOutcomeUnknownException;
import io.github.dsqljava.pool.ConnectRate;
import io.github.dsqljava.pool.PoolHealth;
import io.github.dsqljava.pool.PoolListener;
import io.github.dsqljava.pool.PoolPolicy;
import io.github.dsqljava.pool.PoolStats;
import io.github.dsqljava.spi.pool.AsyncPool;
import io.github.dsqljava.spi.pool.Lease;
import io.vertx.core.Closeable;
import io.vertx.core.Completable;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.internal.ContextInternal;
import io.vertx.core.internal.PromiseInternal;
import io.vertx.core.internal.VertxInternal;
import io.vertx.pgclient.spi.PgDriver;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.PrepareOptions;
import io.vertx.sqlclient.PreparedQuery;
import io.vertx.sqlclient.Query;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.internal.SqlClientBase;
import io.vertx.sqlclient.internal.command.CommandBase;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Vert.x's {@link Pool} on our own {@link AsyncPool}. Queries, prepared queries, batches and what
 * other libraries reach for inside a client are inherited from Vert.x.
 */
public abstract class Vertx50Pool extends SqlClientBase implements Pool, TransactionAttempts {

  private final VertxInternal vertx;
  private final AsyncPool<PooledSession> pool;
  private final Duration acquireTimeout;
  private final Duration closeGrace;
  private final @Nullable ConnectionHook acquireHook;
  private final PoolReports reports;
  private final Spans spans;

  /** A caller must not wait for a timer that never comes. */
  private final Closeable whenVertxCloses;

  private volatile boolean closed;

  /**
   * Makes the pool and opens what it keeps open.
   *
   * @param statementTimeout how long the server may take to answer a statement; zero for ever
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
    super(PgDriver.INSTANCE);
    ConnectionPlan plan = transport.plan();
    this.vertx = (VertxInternal) plan.vertx();
    this.acquireHook =
        acquireHook == null
            ? null
            : new ConnectionHook(
                vertx, "acquire hook", acquireHook, plan.config().connectTimeout());
    this.reports = new PoolReports(vertx, plan.config().endpoint().address(), policy.maxSize());
    this.spans = new Spans(plan);
    this.acquireTimeout = policy.acquireTimeout();
    this.closeGrace = closeGrace;
    this.pool =
        new AsyncPool<>(
            plan.config().endpoint().address(),
            policy,
            new SessionSource(plan, transport.factory(), statementTimeout, initHook),
            new VertxScheduler(vertx),
            rate,
            new SplittableRandom(),
            listener);
    this.whenVertxCloses =
        completion -> {
          close(Duration.ZERO).onComplete(done -> completion.succeed());
        };
    vertx.addCloseHook(whenVertxCloses);
    pool.start();
  }

  /** See {@link AsyncPool#stats()}. */
  public PoolStats stats() {
    return pool.stats();
  }

  /** See {@link AsyncPool#health()}. */
  public PoolHealth health() {
    return pool.health();
  }

  /** See {@link AsyncPool#ready()}. */
  public Future<Void> ready() {
    Promise<Void> promise = promise(vertx.getOrCreateContext());
    var unused =
        pool.ready()
            .whenComplete(
                (done, failure) -> {
                  if (failure == null) {
                    promise.tryComplete();
                  } else {
                    promise.tryFail(failure);
                  }
                });
    return promise.future();
  }

  /** See {@link AsyncPool#expireConnections()}. */
  public int expireConnections() {
    return pool.expireConnections();
  }

  @Override
  protected ContextInternal context() {
    return vertx.getOrCreateContext();
  }

  @Override
  protected <T> PromiseInternal<T> promise() {
    return closed ? (PromiseInternal<T>) Promise.<T>promise() : vertx.promise();
  }

  @Override
  public Query<RowSet<Row>> query(String sql) {
    return super.query(Objects.requireNonNull(sql, "sql"));
  }

  @Override
  public PreparedQuery<RowSet<Row>> preparedQuery(String sql) {
    return super.preparedQuery(Objects.requireNonNull(sql, "sql"));
  }

  @Override
  public PreparedQuery<RowSet<Row>> preparedQuery(String sql, @Nullable PrepareOptions options) {
    return super.preparedQuery(Objects.requireNonNull(sql, "sql"), options);
  }

  @Override
  public Future<SqlConnection> getConnection() {
    return getConnection(acquireTimeout);
  }

  /** A connection for a caller that waits no longer than this. */
  public Future<SqlConnection> getConnection(Duration timeout) {
    return connection(timeout, /* givenUp= */ null);
  }

  /** A connection for a caller that waits until something happens. */
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
    var unused =
        acquire(
            vertx.getOrCreateContext(),
            acquireTimeout,
            lease -> {
              LeasedConnection leased = new LeasedConnection(vertx, lease);
              leased.schedule(command, handler);
              leased.whenQuiet(() -> leased.giveBack((ok, problem) -> {}));
            },
            failure -> LeasedConnection.fail(command, handler, failure));
  }

  @Override
  public <T extends @Nullable Object> Future<AttemptOutcome<T>> run(
      boolean readOnly,
      Duration acquireTimeout,
      @Nullable Deadline deadline,
      Function<SqlConnection, Future<T>> work) {
    ContextInternal context = vertx.getOrCreateContext();
    if (PooledTransaction.isInside(context, this)) {
      return context.succeededFuture(
          new AttemptOutcome.NotStarted<>(new NestedTransactionException("inTransaction")));
    }
    Promise<AttemptOutcome<T>> outcome = promise(context);
    Spans.Span attempt = spans.begin("dsql.transaction.attempt");
    var unusedSpan = outcome.future().onSuccess(how -> attempt.end(AttemptOutcome.failureOf(how)));
    var unused =
        acquire(
            context,
            acquireTimeout,
            lease ->
                new PooledTransaction<>(vertx, this, context, lease, readOnly, deadline, outcome)
                    .run(work),
            failure -> outcome.tryComplete(notStarted(failure)));
    return outcome.future();
  }

  /** A conflict or a loss in the acquire hook is as good as one in the transaction. */
  private static <T extends @Nullable Object> AttemptOutcome<T> notStarted(Throwable failure) {
    Optional<RetryKind> kind =
        failure instanceof StatementOutcomeUnknownException
                || DriverErrors.isConnectionLost(failure)
            ? Optional.of(RetryKind.CONNECTION)
            : DriverErrors.retryKind(failure);
    return kind.isPresent()
        ? new AttemptOutcome.Failed<>(failure, kind.get())
        : new AttemptOutcome.NotStarted<>(failure);
  }

  /** Gets a lease; what goes wrong with it, too, reaches the caller, and the place is free. */
  private CompletableFuture<?> acquire(
      ContextInternal context,
      Duration timeout,
      Consumer<Lease<PooledSession>> granted,
      Consumer<Throwable> refused) {
    Runnable queued = reports.waits();
    CompletableFuture<Lease<PooledSession>> acquired =
        pool.acquire(context.nettyEventLoop(), timeout);
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

  /** What fails because the pool is closed fails at once: Vert.x may be closed, and tell nobody. */
  private <T extends @Nullable Object> Promise<T> promise(ContextInternal context) {
    return closed ? Promise.promise() : context.promise();
  }

  @Override
  public int size() {
    return pool.stats().size();
  }

  @Override
  public Future<Void> close() {
    return close(closeGrace);
  }

  /** Closes the pool; see {@link AsyncPool#close(Duration)}. */
  public Future<Void> close(Duration grace) {
    Objects.requireNonNull(grace, "grace");
    closed = true;
    vertx.removeCloseHook(whenVertxCloses);
    reports.close();
    return Future.fromCompletionStage(pool.close(grace));
  }
}
