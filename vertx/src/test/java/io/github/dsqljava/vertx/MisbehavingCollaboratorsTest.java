package io.github.dsqljava.vertx;

import static io.github.dsqljava.vertx.LocalCluster.await;
import static io.github.dsqljava.vertx.LocalCluster.config;
import static io.github.dsqljava.vertx.LocalCluster.failure;
import static io.github.dsqljava.vertx.LocalCluster.value;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.dsqljava.ClosedException;
import io.github.dsqljava.DsqlConfig;
import io.github.dsqljava.local.DsqlLocal;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.spi.tracing.SpanKind;
import io.vertx.core.spi.tracing.TagExtractor;
import io.vertx.core.spi.tracing.VertxTracer;
import io.vertx.core.tracing.TracingOptions;
import io.vertx.core.tracing.TracingPolicy;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeoutException;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.stream.Collector;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.identity.spi.AwsCredentialsIdentity;
import software.amazon.awssdk.identity.spi.IdentityProvider;
import software.amazon.awssdk.identity.spi.ResolveIdentityRequest;

/** Tracers, result functions, hooks and a Vert.x that do what they must not do. */
@SuppressWarnings({"NullAway", "InterruptedExceptionSwallowed"})
class MisbehavingCollaboratorsTest {
  private static DsqlLocal cluster;

  @BeforeAll
  static void start() throws Exception {
    cluster = DsqlLocal.start();
  }

  @AfterAll
  static void stop() {
    cluster.close();
  }

  private static PoolSettings single() {
    return PoolSettings.builder().maxSize(1).build();
  }

  // --- tracers

  /** Throws before or after each query. */
  private static final class OddTracer implements VertxTracer<Object, Object> {
    private final boolean before;

    OddTracer(boolean before) {
      this.before = before;
    }

    @Override
    public <R> Object sendRequest(
        Context context,
        SpanKind kind,
        TracingPolicy policy,
        R request,
        String operation,
        BiConsumer<String, String> headers,
        TagExtractor<R> tagExtractor) {
      if (before) {
        throw new AssertionError("odd tracer");
      }
      return "span";
    }

    @Override
    public <R> void receiveResponse(
        Context context, R response, Object span, Throwable failure, TagExtractor<R> extractor) {
      throw new AssertionError("odd tracer");
    }
  }

  @Test
  void tracerThatThrows_queriesWorkAllTheSame() throws Exception {
    for (boolean before : List.of(true, false)) {
      Vertx traced =
          Vertx.builder()
              .with(new VertxOptions().setTracingOptions(new TracingOptions()))
              .withTracer(options -> new OddTracer(before))
              .build();
      DsqlConnector connector = DsqlConnector.create(traced, config(cluster).build());
      DsqlPool pool = connector.pool(single());
      assertThat(value(pool, "SELECT 1")).isEqualTo("1");
      SqlConnection connection = await(pool.getConnection());
      assertThat(value(connection, "SELECT 2")).isEqualTo("2");
      await(connection.close());
      await(pool.inTransaction(c -> c.preparedQuery("SELECT $1::int").execute(Tuple.of(3))));
      assertThat(pool.stats().leased()).isZero();
      await(connector.close());
      await(traced.close());
    }
  }

  // --- result functions

  @Test
  void resultFunctionThatThrows_statementFailsAndTheConnectionServesOn() throws Exception {
    DsqlConnector connector = DsqlConnector.create(config(cluster).build());
    DsqlPool pool = connector.pool(single());
    AssertionError odd = new AssertionError("odd");
    List<Function<SqlConnection, Future<?>>> statements =
        List.of(
            c ->
                c.query("SELECT 1")
                    .mapping(
                        row -> {
                          throw odd;
                        })
                    .execute(),
            c ->
                c.preparedQuery("SELECT 1")
                    .mapping(
                        row -> {
                          throw odd;
                        })
                    .execute(),
            c ->
                c.query("SELECT 1")
                    .collecting(
                        Collector.of(
                            () -> {
                              throw odd;
                            },
                            (a, b) -> {},
                            (a, b) -> a))
                    .execute(),
            c ->
                c.query("SELECT 1")
                    .collecting(
                        Collector.of(
                            () -> "",
                            (a, b) -> {
                              throw odd;
                            },
                            (a, b) -> a))
                    .execute(),
            c ->
                c.query("SELECT 1")
                    .collecting(
                        Collector.of(
                            () -> "",
                            (a, b) -> {},
                            (a, b) -> a,
                            a -> {
                              throw odd;
                            }))
                    .execute());
    for (Function<SqlConnection, Future<?>> statement : statements) {
      assertThat(failure(pool.withConnection(c -> statement.apply(c).mapEmpty()))).isNotNull();
      assertThat(failure(pool.inTransaction(c -> statement.apply(c)))).isNotNull();
      assertThat(value(pool, "SELECT 1")).isEqualTo("1");
    }
    await(connector.close());
  }

  /** A future of somebody else's that cannot even be listened to. */
  /** Vert.x names the value in its message, and forgets the statement when that fails. */
  @Test
  void valueWhoseTextThrows_everythingCompletes_andNoPlaceIsLost() throws Exception {
    Object odd =
        new Object() {
          @Override
          public String toString() {
            throw new AssertionError("odd value");
          }
        };
    DsqlConnector connector = DsqlConnector.create(config(cluster).build());
    DsqlPool pool = connector.pool(single());
    String sql = "SELECT $1::int";
    for (int i = 0; i < 3; i++) { // prepared by it, and prepared before
      assertThat(failure(pool.preparedQuery(sql).execute(Tuple.of(odd)))).isNotNull();
      await(pool.preparedQuery(sql).execute(Tuple.of(i)));
    }
    SqlConnection held = await(pool.getConnection());
    await(held.preparedQuery(sql).execute(Tuple.of(1)));
    Future<?> first = held.preparedQuery("SELECT $1::int + 1").execute(Tuple.of(1));
    Future<?> waits = held.preparedQuery(sql).execute(Tuple.of(odd));
    Future<?> behind = held.preparedQuery(sql).execute(Tuple.of(2));
    assertThat(failure(waits)).isNotNull();
    await(Future.join(first, behind).otherwiseEmpty());
    await(held.close());
    SqlConnection single = await(connector.connect());
    assertThat(failure(single.preparedQuery(sql).execute(Tuple.of(odd)))).isNotNull();
    assertThat(value(pool, "SELECT 1")).isEqualTo("1");
    assertThat(pool.stats().leased()).isZero();
    await(connector.close());
  }

  @Test
  void functionWhoseFutureThrows_rollsBack() throws Exception {
    DsqlConnector connector = DsqlConnector.create(config(cluster).build());
    DsqlPool pool = connector.pool(single());
    Future<Void> odd =
        (Future<Void>)
            java.lang.reflect.Proxy.newProxyInstance(
                getClass().getClassLoader(),
                new Class<?>[] {Future.class},
                (proxy, method, arguments) -> {
                  throw new IllegalStateException("odd future");
                });
    assertThat(failure(pool.inTransaction(c -> odd))).hasMessage("odd future");
    assertThat(value(pool, "SELECT 1")).isEqualTo("1");
    await(connector.close());
  }

  // --- init hooks

  @Test
  void initHookThatNeverCompletes_failsTheCallerAndLeavesThePlace() throws Exception {
    DsqlConnector connector =
        DsqlConnector.create(config(cluster).connectTimeout(Duration.ofMillis(300)).build());
    DsqlPool pool =
        connector.pool(
            single().toBuilder().initHook(c -> Promise.<Void>promise().future()).build());
    assertThat(failure(pool.query("SELECT 1").execute()))
        .hasMessageContaining("init hook")
        .hasMessageContaining("connectTimeout");
    await(pool.close());
    LocalCluster.assertNothingOpen(cluster);
    await(connector.close());
  }

  // --- Vert.x is closed first

  @Test
  void vertxClosedFirst_everyCallCompletes() throws Exception {
    Vertx vertx = Vertx.vertx();
    DsqlConnector connector = DsqlConnector.create(vertx, config(cluster).build());
    DsqlPool pool = connector.pool(single());
    DsqlPool unused = connector.pool(single());
    assertThat(value(pool, "SELECT 1")).isEqualTo("1");
    SqlConnection alone = await(connector.connect());
    SqlConnection pooled = await(pool.getConnection());
    CompletionStage<SqlConnection> waiting = pool.getConnection().toCompletionStage();
    await(vertx.close());
    assertThat(failure(Future.fromCompletionStage(waiting))).isInstanceOf(ClosedException.class);
    assertThat(failure(pool.getConnection())).isInstanceOf(ClosedException.class);
    assertThat(failure(pool.query("SELECT 1").execute())).isInstanceOf(ClosedException.class);
    assertThat(failure(pool.preparedQuery("SELECT 1").execute()))
        .isInstanceOf(ClosedException.class);
    assertThat(failure(pool.inTransaction(c -> Future.succeededFuture())))
        .isInstanceOf(ClosedException.class);
    assertThat(failure(pool.executeMany("SELECT $1::int", List.of(Tuple.of(1)))))
        .hasCauseInstanceOf(ClosedException.class);
    assertThat(failure(pool.withTransaction(c -> Future.succeededFuture())))
        .isInstanceOf(ClosedException.class);
    assertThat(failure(pool.withConnection(c -> Future.succeededFuture())))
        .isInstanceOf(ClosedException.class);
    assertThat(failure(connector.connect())).isNotNull();
    // What belongs to a context that is gone says so at the call, or when it is listened to.
    assertThatThrownBy(() -> await(pooled.query("SELECT 1").execute()))
        .isNotInstanceOf(TimeoutException.class);
    assertThatThrownBy(() -> await(pooled.close())).isNotInstanceOf(TimeoutException.class);
    assertThatThrownBy(() -> await(alone.query("SELECT 1").execute()))
        .isNotInstanceOf(TimeoutException.class);
    await(pool.close());
    await(unused.close());
    await(connector.close());
    LocalCluster.assertNothingOpen(cluster);
  }

  @Test
  void vertxClosedDuringATransaction_itEnds() throws Exception {
    Vertx vertx = Vertx.vertx();
    DsqlConnector connector = DsqlConnector.create(vertx, config(cluster).build());
    DsqlPool pool = connector.pool(single());
    CompletableFuture<Void> inside = new CompletableFuture<>();
    CompletionStage<?> work =
        pool.inTransaction(
                c ->
                    c.query("SELECT 1")
                        .execute()
                        .compose(
                            rows -> {
                              inside.complete(null);
                              return c.query("SELECT pg_sleep(20)").execute();
                            }))
            .toCompletionStage();
    inside.get();
    await(vertx.close());
    assertThat(failure(Future.fromCompletionStage(work))).isInstanceOf(ClosedException.class);
    await(connector.close());
    LocalCluster.assertNothingOpen(cluster);
  }

  @Test
  void closedFromInsideACallback_everythingCompletes() throws Exception {
    DsqlConnector connector = DsqlConnector.create(config(cluster).build());
    DsqlPool pool = connector.pool(single().toBuilder().closeGrace(Duration.ofMillis(50)).build());
    CompletableFuture<Object> work =
        LocalCluster.watched(
            pool.inTransaction(
                c ->
                    c.query("SELECT 1")
                        .execute()
                        .compose(rows -> connector.close())
                        .map("closed")));
    assertThat(failure(work)).isInstanceOf(ClosedException.class);
    await(connector.close());
    LocalCluster.assertNothingOpen(cluster);
  }

  // --- staying alive

  /** Credentials that come when the test says so. */
  private static final class LateCredentials implements IdentityProvider<AwsCredentialsIdentity> {
    final CompletableFuture<AwsCredentialsIdentity> pending = new CompletableFuture<>();

    @Override
    public Class<AwsCredentialsIdentity> identityType() {
      return AwsCredentialsIdentity.class;
    }

    @Override
    public CompletableFuture<AwsCredentialsIdentity> resolveIdentity(
        ResolveIdentityRequest request) {
      return pending;
    }
  }

  @Test
  void pendingConnect_keepsTheJvmAlive() throws Exception {
    LateCredentials credentials = new LateCredentials();
    DsqlConfig config = config(cluster).credentialsProvider(credentials).build();
    List<Thread> before = List.copyOf(Thread.getAllStackTraces().keySet());
    DsqlConnector connector = DsqlConnector.create(config);
    Future<SqlConnection> connecting = connector.connect();
    assertThat(Thread.getAllStackTraces().keySet())
        .filteredOn(thread -> !before.contains(thread))
        .anyMatch(thread -> !thread.isDaemon() && thread.getName().contains("eventloop"));
    credentials.pending.complete(AwsCredentialsIdentity.create("AKID", "secret"));
    assertThat(failure(connecting)).isNotNull();
    await(connector.close());
  }
}
