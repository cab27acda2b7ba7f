package io.github.dsqljava.vertx;

import io.github.dsqljava.ClosedException;
import io.github.dsqljava.DsqlConfig;
import io.github.dsqljava.spi.TokenSource;
import io.github.dsqljava.spi.TrustedCertificates;
import io.github.dsqljava.vertx.internal.ConnectionPlan;
import io.github.dsqljava.vertx.internal.Transport;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.sqlclient.SqlClient;
import io.vertx.sqlclient.SqlConnection;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.WeakHashMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import java.util.function.Supplier;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/**
 * Opens connections, pools and clients to one Aurora DSQL cluster, as one user.
 *
 * <pre>{@code
 * DsqlConnector connector = DsqlConnector.create(DsqlConfig.fromEnvironment());
 * connector.connect()
 *     .compose(connection -> connection.query("SELECT 1").execute()
 *         .eventually(connection::close))
 *     .eventually(connector::close);
 * }</pre>
 *
 * <p>Each physical connection gets a login token of its own, TLS with a fully verified certificate,
 * and the configured schema as its {@code search_path}. Prepared statements are cached ({@link
 * DsqlConfig#statementCacheSize()} a connection) until the schema changes, and statements are
 * pipelined (256 deep).
 *
 * <p><b>Threads.</b> Nothing blocks. A future completes as usual in Vert.x: on the Vert.x context
 * of the caller, or, if the caller is no Vert.x thread, on an event loop. Callbacks there must not
 * block. Safe to use from several threads.
 *
 * <p><b>Failures</b> to connect are a {@link io.github.dsqljava.DsqlException} of the matching
 * type; failures of statements are Vert.x's {@code PgException}.
 */
public final class DsqlConnector {

  private static final Logger LOGGER = System.getLogger(DsqlConnector.class.getName());

  private static final long GOODBYE_SECONDS = 2;

  private final DsqlConfig config;
  private final TokenSource tokens;
  private final Transport transport;
  private final TlsMode tlsMode;
  private final Function<PoolSettings, DsqlPool> newPool;
  private final Function<ClientSettings, DsqlClient> newClient;
  private final @Nullable Vertx ownVertx;

  /** Pools and clients, with their grace periods for closing. */
  private final Map<SqlClient, Duration> pools = new ConcurrentHashMap<>();

  /**
   * Weak, because the connector does not hear when a user closes one. Its channel holds an open
   * connection, so it stays here exactly as long as it is open.
   */
  private final Set<SqlConnection> connections =
      Collections.synchronizedSet(Collections.newSetFromMap(new WeakHashMap<>()));

  private final AtomicReference<@Nullable Future<Void>> closing = new AtomicReference<>();

  private DsqlConnector(
      DsqlConfig config,
      TokenSource tokens,
      TransportChoice.Opened opened,
      @Nullable Vertx ownVertx) {
    this.config = config;
    this.tokens = tokens;
    this.transport = opened.transport();
    this.tlsMode = opened.tlsMode();
    this.newPool = opened.pools();
    this.newClient = opened.clients();
    this.ownVertx = ownVertx;
  }

  /**
   * A connector with a Vert.x of its own, which {@link #close()} closes. Its threads keep the JVM
   * alive until then. Opens no connection, but reads the trusted certificates from disk.
   *
   * @throws io.github.dsqljava.InvalidConfigurationException if the CA file is unusable, or Vert.x
   *     is not 5.0.10 or a later 5.0
   */
  public static DsqlConnector create(DsqlConfig config) {
    VertxVersion.check();
    Objects.requireNonNull(config, "config");
    TrustManagerFactory trust = TrustedCertificates.of(config);
    Vertx vertx = Vertx.vertx();
    try {
      return open(vertx, config, trust, vertx);
    } catch (RuntimeException | Error e) {
      logFailure("closing Vert.x", vertx.close());
      throw e;
    }
  }

  /**
   * A connector on the caller's Vert.x, which stays open. Opens no connection, but reads the
   * trusted certificates from disk, so do not call it on a busy event loop.
   *
   * @throws io.github.dsqljava.InvalidConfigurationException if the CA file is unusable, or Vert.x
   *     is not 5.0.10 or a later 5.0
   */
  public static DsqlConnector create(Vertx vertx, DsqlConfig config) {
    VertxVersion.check();
    Objects.requireNonNull(vertx, "vertx");
    Objects.requireNonNull(config, "config");
    return open(vertx, config, TrustedCertificates.of(config), null);
  }

  private static DsqlConnector open(
      Vertx vertx, DsqlConfig config, TrustManagerFactory trust, @Nullable Vertx ownVertx) {
    TokenSource tokens = TokenSource.of(config);
    try {
      ConnectionPlan plan = new ConnectionPlan(vertx, config, tokens, trust);
      ClassLoader classes = DsqlConnector.class.getClassLoader();
      TransportChoice choice = TransportChoice.of(classes);
      return new DsqlConnector(config, tokens, choice.open(plan), ownVertx);
    } catch (RuntimeException | Error e) {
      tokens.close();
      throw e;
    }
  }

  /**
   * Opens one connection, which the caller closes.
   *
   * @return Vert.x's own connection, or a {@link io.github.dsqljava.DsqlException}; after {@link
   *     #close()} that is a {@link ClosedException}
   */
  public Future<SqlConnection> connect() {
    if (closing.get() != null) {
      return Future.failedFuture(closed());
    }
    return transport.connect().compose(this::track);
  }

  private Future<SqlConnection> track(SqlConnection connection) {
    connections.add(connection);
    if (closing.get() == null) {
      return Future.succeededFuture(connection);
    }
    // Closed while this one was being opened: close() may not have seen it in the set.
    return connection.close().transform(done -> Future.failedFuture(closed()));
  }

  /** A pool with {@link PoolSettings#defaults()}. */
  public DsqlPool pool() {
    return pool(PoolSettings.defaults());
  }

  /**
   * Makes a pool, which opens connections as it needs them; {@link
   * io.github.dsqljava.pool.PoolPolicy#minSize()} of them at once, without waiting for them.
   *
   * @return a pool that is closed with this connector at the latest
   * @throws ClosedException if this connector is closed
   * @throws io.github.dsqljava.InvalidConfigurationException if this Vert.x does not support a
   *     pool: it needs 5.0.10 or a later 5.0, on the class path
   */
  public DsqlPool pool(PoolSettings settings) {
    Objects.requireNonNull(settings, "settings");
    return keep(() -> newPool.apply(settings), settings.closeGrace());
  }

  /** A client with {@link ClientSettings#defaults()}. */
  public DsqlClient client() {
    return client(ClientSettings.defaults());
  }

  /**
   * Makes a client for single statements of many callers, with connections of its own, which it
   * opens as a pool does.
   *
   * @return a client that is closed with this connector at the latest
   * @throws ClosedException if this connector is closed
   * @throws io.github.dsqljava.InvalidConfigurationException if this Vert.x does not support a
   *     client: it needs 5.0.10 or a later 5.0, on the class path
   */
  public DsqlClient client(ClientSettings settings) {
    Objects.requireNonNull(settings, "settings");
    return keep(() -> newClient.apply(settings), settings.closeGrace());
  }

  /** Makes a pool or client that is closed with this connector. */
  private <T extends SqlClient> T keep(Supplier<T> maker, Duration grace) {
    if (closing.get() != null) {
      throw closed();
    }
    T made = maker.get();
    pools.put(made, grace);
    if (closing.get() != null) {
      logFailure("closing a pool", made.close());
      throw closed();
    }
    return made;
  }

  /** The way in which this connector's connections begin TLS. */
  public TlsMode tlsMode() {
    return tlsMode;
  }

  /** The configuration this connector was made with. */
  public DsqlConfig config() {
    return config;
  }

  /**
   * The time that {@link #close()} waits for connections in use: the longest {@link
   * PoolSettings#closeGrace()} or {@link ClientSettings#closeGrace()} of the pools and clients that
   * were made here; zero if there are none. Closing the connections takes at most some seconds
   * more.
   */
  public Duration closeGrace() {
    return pools.values().stream().max(Comparator.naturalOrder()).orElse(Duration.ZERO);
  }

  /**
   * Closes in this order: connections that are being opened, with the source of their tokens; pools
   * and clients with their connections, for which they wait up to {@link
   * PoolSettings#closeGrace()}; connections from {@link #connect()} that are still open; and Vert.x
   * if the connector made it. Callers that wait for a connection, from the connector or from a
   * pool, and callers that ask for one later, get a {@link ClosedException}. Statements that are
   * still in flight then fail. Calls after the first return the same future.
   *
   * @return completes when every connection is closed, so that it can end a chain of futures; the
   *     threads of the connector's own Vert.x end right after, and a listener that is added to one
   *     of its futures later gets a {@link java.util.concurrent.RejectedExecutionException} from
   *     Vert.x. The future does not fail; failures of closing are logged
   */
  public Future<Void> close() {
    Promise<Void> done = Promise.promise();
    if (!closing.compareAndSet(null, done.future())) {
      Future<Void> earlier = closing.get();
      return earlier == null ? done.future() : earlier;
    }
    // First the connections that are being opened, because closing pools wait for them.
    step("what is being opened", () -> run(() -> transport.abort(closed())))
        .compose(v -> step("the source of tokens", () -> run(tokens::close)))
        .compose(v -> closeAll("a pool", pools.keySet(), SqlClient::close))
        .compose(v -> closeAll("a connection", openConnections(), c -> bounded(c.close())))
        .compose(v -> step("the network client", () -> bounded(transport.close())))
        .onComplete(
            v -> {
              // Before Vert.x is closed: that ends threads on which a future of the caller's may
              // wait for this one, and it would wait for ever.
              done.complete();
              if (ownVertx != null) {
                logFailure("closing Vert.x", ownVertx.close());
              }
            });
    return done.future();
  }

  private List<SqlConnection> openConnections() {
    synchronized (connections) { // as the set demands for iterating over it
      return new ArrayList<>(connections);
    }
  }

  private static <T> Future<Void> closeAll(
      String what, Collection<T> things, Function<T, Future<Void>> close) {
    List<Future<Void>> closed =
        things.stream().map(thing -> step(what, () -> close.apply(thing))).toList();
    return Future.join(closed).mapEmpty();
  }

  /**
   * Bounds the wait for the server's end of a connection, as Vert.x waits for it even on a dead
   * network. Uses no timer of Vert.x, which may be closed already and would never fire.
   */
  private static Future<Void> bounded(Future<Void> closed) {
    Promise<Void> result = Promise.promise();
    closed.onComplete(done -> result.tryComplete(), result::tryFail);
    CompletableFuture.delayedExecutor(GOODBYE_SECONDS, TimeUnit.SECONDS)
        .execute(
            () ->
                result.tryFail(
                    new TimeoutException("No end within " + GOODBYE_SECONDS + " seconds")));
    return result.future();
  }

  /** Runs one step of closing; the next one follows even if it fails. */
  private static Future<Void> step(String what, Supplier<Future<Void>> close) {
    Future<Void> closed;
    try {
      closed = close.get();
    } catch (RuntimeException e) {
      closed = Future.failedFuture(e);
    }
    logFailure("closing " + what, closed);
    return closed.otherwiseEmpty();
  }

  private static Future<Void> run(Runnable task) {
    task.run();
    return Future.succeededFuture();
  }

  private static void logFailure(String what, Future<Void> future) {
    future.onFailure(failure -> LOGGER.log(Level.WARNING, "Failure while " + what, failure));
  }

  private ClosedException closed() {
    return new ClosedException("The connector to " + config.endpoint().address());
  }

  /** Endpoint, user and TLS mode. */
  @Override
  public String toString() {
    return "DsqlConnector["
        + config.endpoint().address()
        + ", user="
        + config.user()
        + ", "
        + tlsMode
        + ", verify-full]";
  }
}
