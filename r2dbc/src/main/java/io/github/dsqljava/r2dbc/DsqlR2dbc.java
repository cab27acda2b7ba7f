package io.github.dsqljava.r2dbc;

import io.github.dsqljava.DsqlConfig;
import io.github.dsqljava.pool.ConnectRate;
import io.github.dsqljava.pool.PoolHealth;
import io.github.dsqljava.pool.PoolStats;
import io.github.dsqljava.retry.TransactionOptions;
import io.github.dsqljava.spi.pool.AsyncPool;
import io.github.dsqljava.spi.pool.ConflictLane;
import io.github.dsqljava.spi.pool.Lease;
import io.r2dbc.postgresql.api.PostgresqlConnection;
import io.r2dbc.spi.Closeable;
import io.r2dbc.spi.ConnectionFactory;
import io.r2dbc.spi.ConnectionFactoryMetadata;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.MonoSink;

/**
 * A pool of connections to one Aurora DSQL cluster, as one user. It is R2DBC's {@link
 * ConnectionFactory} and adds what Aurora DSQL needs: transactions that run again after a conflict,
 * batches in few flights, and connections that are replaced before the service cuts them.
 *
 * <pre>{@code
 * DsqlR2dbc dsql = DsqlR2dbc.of(DsqlConfig.fromEnvironment());
 * Flux<Long> moved =
 *     dsql.inTransaction(
 *         connection ->
 *             connection
 *                 .createStatement("UPDATE accounts SET balance = balance - 10 WHERE id = $1")
 *                 .bind("$1", from)
 *                 .execute()
 *                 .flatMap(result -> result.getRowsUpdated()));
 * }</pre>
 *
 * <p>Each physical connection gets a login token of its own, direct TLS with a fully verified
 * certificate, and the configured schema as its {@code search_path}. {@link #create()} returns the
 * driver's {@link PostgresqlConnection}. Closing it gives it back to the pool, without an open
 * transaction, changed settings or a running statement.
 *
 * <p><b>Threads.</b> Nothing blocks, and nothing happens before a publisher is subscribed to.
 * Signals come on the event loop of a connection, or on Reactor's parallel scheduler; neither may
 * be blocked. The subscriber's context reaches the publishers of the program's functions. Safe to
 * use from several threads.
 *
 * <p><b>Failures.</b> {@link #create()} fails with R2DBC's exceptions, which frameworks translate;
 * the cause is the connector's own exception, which tells the remedy. The methods that R2DBC does
 * not have fail with the connector's own exceptions. Errors of statements are the driver's.
 */
public final class DsqlR2dbc implements ConnectionFactory, Closeable, Disposable {

  /** The driver's name, by which frameworks choose PostgreSQL's dialect. */
  private static final ConnectionFactoryMetadata POSTGRESQL = () -> "PostgreSQL";

  private static final RandomGenerator RANDOM = () -> ThreadLocalRandom.current().nextLong();

  private final DsqlConfig config;
  private final R2dbcSettings settings;
  private final SessionSource source;
  private final AsyncPool<PhysicalSession> pool;
  private final StaleStatements stale;
  private final Leases leases;
  private final @Nullable ConflictLane lane;
  private final Transactions transactions;
  private volatile boolean closing;

  private DsqlR2dbc(DsqlConfig config, R2dbcSettings settings, SessionSource source) {
    this.config = config;
    this.settings = settings;
    this.source = source;
    String address = config.endpoint().address();
    this.pool =
        new AsyncPool<>(
            address,
            settings.policy(),
            source,
            new ReactorScheduler(),
            settings.connectRate().orElseGet(() -> ConnectRate.shared(address)),
            RANDOM,
            settings.listener());
    this.stale = new StaleStatements(pool::expireConnections, System::nanoTime);
    this.leases =
        new Leases(
            pool,
            stale,
            settings
                .acquireHook()
                .map(hook -> new ConnectionHook("acquire hook", hook, config.connectTimeout()))
                .orElse(null));
    this.lane = settings.conflictLane() ? pool.conflictLane() : null;
    this.transactions = new Transactions(leases, stale, settings, lane);
  }

  /** A pool with {@link R2dbcSettings#defaults()}. */
  public static DsqlR2dbc of(DsqlConfig config) {
    return of(config, R2dbcSettings.defaults());
  }

  /**
   * Makes a pool, which opens connections as it needs them; {@link
   * io.github.dsqljava.pool.PoolPolicy#minSize()} of them at once, without waiting for them. Reads
   * the trusted certificates from disk.
   *
   * @throws io.github.dsqljava.InvalidConfigurationException if the CA file is unusable, or the
   *     driver is older than 1.1
   */
  public static DsqlR2dbc of(DsqlConfig config, R2dbcSettings settings) {
    DriverVersion.check();
    Objects.requireNonNull(config, "config");
    Objects.requireNonNull(settings, "settings");
    DsqlR2dbc made = new DsqlR2dbc(config, settings, new SessionSource(config, settings));
    made.pool.start();
    return made;
  }

  // --- connections

  /**
   * Gets a connection of the pool; closing it gives it back. Cancelling the wait frees the place in
   * the queue. Use it in {@code Mono.usingWhen} or {@code Flux.usingWhen}, which close it in every
   * case: another subscriber that cancels at the moment of the hand-over loses the connection, and
   * nobody closes it.
   *
   * @return the driver's connection ({@code Wrapped} returns the one without the pool's checks); or
   *     an R2DBC exception whose cause is a {@link io.github.dsqljava.DsqlException}
   */
  @Override
  public Mono<PostgresqlConnection> create() {
    return Mono.<PostgresqlConnection>create(sink -> new Acquire(sink).start())
        .doOnDiscard(
            LeasedConnection.class,
            connection -> {
              var unused = connection.giveBack();
            });
  }

  /**
   * Opens one connection beside the pool, which the caller closes.
   *
   * @return the driver's own connection, or an R2DBC exception as for {@link #create()}
   */
  public Mono<PostgresqlConnection> connect() {
    return source
        .open(/* shaped= */ false)
        .map(PhysicalSession::connection)
        .onErrorMap(R2dbcFailures::ofConnecting);
  }

  /** One wait for a connection. */
  private final class Acquire {
    private final MonoSink<PostgresqlConnection> sink;

    // Guarded by this.
    private boolean cancelled;
    private @Nullable LeasedConnection handed;

    Acquire(MonoSink<PostgresqlConnection> sink) {
      this.sink = sink;
    }

    void start() {
      CompletableFuture<Lease<PhysicalSession>> acquired =
          leases.acquire(
              settings.policy().acquireTimeout(), /* ahead= */ false, sink.contextView());
      sink.onCancel(() -> cancel(acquired));
      var unused =
          acquired.whenComplete(
              (lease, failure) -> {
                if (failure != null) {
                  sink.error(R2dbcFailures.ofConnecting(Transactions.inner(failure)));
                } else {
                  hand(lease);
                }
              });
    }

    private void hand(Lease<PhysicalSession> lease) {
      lease.connection().wire().useBegins();
      LeasedConnection connection =
          new LeasedConnection(lease.connection(), () -> GiveBack.start(lease, stale));
      boolean late;
      synchronized (this) {
        late = cancelled;
        handed = connection;
      }
      if (late) {
        var unused = connection.giveBack();
      } else {
        sink.success(connection);
      }
    }

    /** Called only if the sink has not handed on the connection. */
    private void cancel(CompletableFuture<?> acquired) {
      LeasedConnection connection;
      synchronized (this) {
        cancelled = true;
        connection = handed;
      }
      if (connection != null) {
        var unused = connection.giveBack();
      } else {
        acquired.cancel(/* mayInterruptIfRunning= */ false);
      }
    }
  }

  @Override
  public ConnectionFactoryMetadata getMetadata() {
    return POSTGRESQL;
  }

  // --- work

  /**
   * {@link #inTransaction(TransactionOptions, Function)} with {@link
   * TransactionOptions#defaults()}.
   */
  public <T> Flux<T> inTransaction(
      Function<? super PostgresqlConnection, ? extends Publisher<? extends T>> work) {
    return inTransaction(TransactionOptions.defaults(), work);
  }

  /**
   * Runs a function in a transaction: commits when its publisher completes, and rolls back when it
   * fails. Runs all of it again, on another connection, after a lost conflict with another
   * transaction (40001: OC000, OC001) or the loss of its connection before COMMIT was sent. The
   * function's effects outside the database then happen again, too. After a conflict it waits for
   * its turn, see {@link R2dbcSettings#conflictLane()}.
   *
   * <p>The elements of the publisher are kept until COMMIT has succeeded, and then emitted on
   * demand; those of failed attempts are dropped. The function's connection is valid only inside;
   * the function must not close it, nor begin a transaction on it. COMMIT waits for statements that
   * are still in flight when the publisher completes.
   *
   * <p>Cancelling rolls back, without another attempt. After COMMIT was sent it is too late. If its
   * answer is lost then, the {@link io.github.dsqljava.CommitOutcomeUnknownException} goes to
   * {@code Operators.onErrorDropped}, because no subscriber is left; if it commits, that is logged.
   *
   * @param work gets the connection, and may be called several times
   * @return the elements of the function's publisher in the committed attempt; or
   *     <ul>
   *       <li>a {@link io.github.dsqljava.RetriesExhaustedException} when the retry policy allows
   *           no more attempts;
   *       <li>a {@link io.github.dsqljava.CommitOutcomeUnknownException} when the answer to COMMIT
   *           was lost, which is never tried again unless the options say idempotent;
   *       <li>a {@link io.github.dsqljava.TransactionTimeoutException} when the options' deadline
   *           passed before COMMIT was sent;
   *       <li>a {@link io.github.dsqljava.TransactionRolledBackException} when the function went on
   *           after the error of a statement;
   *       <li>a {@link io.github.dsqljava.NestedTransactionException} when subscribed to inside the
   *           function of another one on this pool;
   *       <li>the reason why there was no connection, such as a {@link
   *           io.github.dsqljava.PoolTimeoutException};
   *       <li>the failure of the function, unchanged, when it is none of the above: then the
   *           transaction is rolled back. So also a server's error at COMMIT that is no conflict.
   *     </ul>
   */
  public <T> Flux<T> inTransaction(
      TransactionOptions options,
      Function<? super PostgresqlConnection, ? extends Publisher<? extends T>> work) {
    return transactions.run(options, work);
  }

  /** {@link #executeMany(String, List, TransactionOptions)} with the default options. */
  public Mono<Long> executeMany(String sql, List<? extends List<? extends @Nullable Object>> rows) {
    return executeMany(sql, rows, TransactionOptions.defaults());
  }

  /**
   * Executes a statement for many rows, in chunks that Aurora DSQL accepts as a transaction each:
   * 1,000 rows or 4 MiB, which leaves room for index entries. The chunks run one after the other;
   * each is a transaction as {@link #inTransaction} runs it, all of its rows sent in one flight,
   * whereas the driver's own {@code Statement.add()} takes a round trip for each row.
   *
   * @param sql with {@code $1} to {@code $n}
   * @param rows the values, one list for each execution, of types that the driver has codecs for;
   *     null is allowed. Not to be changed before the end
   * @param options for the transaction of each chunk
   * @return the number of changed rows; or a {@link io.github.dsqljava.BatchFailedException}, which
   *     says for each chunk whether it is in the database, when one failed for good; or a {@link
   *     io.github.dsqljava.RowTooLargeException}, with nothing written, when a single row is larger
   *     than a chunk may be
   */
  public Mono<Long> executeMany(
      String sql,
      List<? extends List<? extends @Nullable Object>> rows,
      TransactionOptions options) {
    Objects.requireNonNull(sql, "sql");
    Objects.requireNonNull(rows, "rows");
    Objects.requireNonNull(options, "options");
    return Mono.defer(() -> new BatchRun(transactions, sql, options).run(rows));
  }

  /**
   * As {@link #executeMany(String, List, TransactionOptions)}, with rows that are requested on
   * demand, so that any number of them takes the memory of a chunk or two.
   *
   * @return the number of changed rows; or a {@link io.github.dsqljava.BatchFailedException}, also
   *     if the publisher fails or a row is too large: earlier chunks stay
   */
  public Mono<Long> executeMany(
      String sql,
      Publisher<? extends List<? extends @Nullable Object>> rows,
      TransactionOptions options) {
    Objects.requireNonNull(sql, "sql");
    Objects.requireNonNull(rows, "rows");
    Objects.requireNonNull(options, "options");
    return Mono.defer(() -> new BatchRun(transactions, sql, options).run(Flux.from(rows)));
  }

  // --- the pool

  /**
   * Waits without a limit until the minimum of connections is open; {@code .timeout(..)} sets one,
   * and {@link #health()} then tells the reason.
   *
   * @return completes at once if the minimum is 0; fails with a {@link
   *     io.github.dsqljava.ClosedException} when the pool is closed before
   */
  public Mono<Void> ready() {
    return Mono.fromFuture(pool::ready, /* suppressCancel= */ true);
  }

  /** Returns the pool's health with its reason, without contacting the server. */
  public PoolHealth health() {
    return pool.health();
  }

  /** For tests. */
  @Nullable ConflictLane lane() {
    return lane;
  }

  /** Returns the state of the pool at this moment, and its counters. */
  public PoolStats stats() {
    PoolStats stats = pool.stats();
    return lane == null ? stats : lane.addTo(stats);
  }

  /** The configuration that connections are opened with. */
  public DsqlConfig config() {
    return config;
  }

  /**
   * Gives up all current connections: idle ones now, others when they are given back. For use when
   * the data they were opened with has changed.
   *
   * @return the number of connections given up
   */
  public int expireConnections() {
    return pool.expireConnections();
  }

  /** {@link #close(Duration)} with {@link R2dbcSettings#closeGrace()}. */
  @Override
  public Mono<Void> close() {
    return close(settings.closeGrace());
  }

  /**
   * Closes the pool. Waiting callers fail, and connections that are being opened are given up.
   * Others are closed when they are given back, or when the grace period is over; then their
   * statements fail.
   *
   * @param grace zero or more
   * @return completes when all connections are closed
   */
  public Mono<Void> close(Duration grace) {
    return Mono.defer(
        () -> {
          closing = true;
          CompletableFuture<Void> closed = pool.close(grace);
          if (lane != null) {
            lane.close(); // callers that wait for their turn get it now, and find the pool closed
          }
          source.shutDown();
          return Mono.fromFuture(closed, /* suppressCancel= */ true);
        });
  }

  /** Begins to {@link #close()}, and does not wait for the end. */
  @Override
  public void dispose() {
    var unused = close().subscribe();
  }

  @Override
  public boolean isDisposed() {
    return closing;
  }

  /** Its endpoint and figures. */
  @Override
  public String toString() {
    return "DsqlR2dbc[" + config.endpoint().address() + ", " + stats() + "]";
  }
}
