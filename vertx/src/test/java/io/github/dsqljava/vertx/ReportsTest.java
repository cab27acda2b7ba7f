package io.github.dsqljava.vertx;

import static io.github.dsqljava.vertx.LocalCluster.await;
import static io.github.dsqljava.vertx.LocalCluster.config;
import static io.github.dsqljava.vertx.LocalCluster.execute;
import static io.github.dsqljava.vertx.LocalCluster.failure;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.dsqljava.PoolTimeoutException;
import io.github.dsqljava.local.CommitConflict;
import io.github.dsqljava.local.DsqlLocal;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.internal.ContextInternal;
import io.vertx.core.metrics.MetricsOptions;
import io.vertx.core.spi.metrics.PoolMetrics;
import io.vertx.core.spi.metrics.VertxMetrics;
import io.vertx.core.spi.tracing.SpanKind;
import io.vertx.core.spi.tracing.TagExtractor;
import io.vertx.core.spi.tracing.VertxTracer;
import io.vertx.core.tracing.TracingOptions;
import io.vertx.core.tracing.TracingPolicy;
import io.vertx.sqlclient.SqlConnection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BiConsumer;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What Vert.x's metrics and tracer are told of a pool and its transactions. */
@SuppressWarnings({"NullAway.Init", "InterruptedExceptionSwallowed"})
class ReportsTest {
  private static DsqlLocal cluster;
  private final PoolFigures figures = new PoolFigures();
  private final Tracer tracer = new Tracer();
  private Vertx vertx;
  private DsqlConnector connector;
  private DsqlPool pool;
  private int poolsAndClients = 1;

  /** Counts of what is waiting and in use. */
  private static final class PoolFigures implements PoolMetrics<Object, Object> {
    private final AtomicInteger enqueued = new AtomicInteger();
    private final AtomicInteger waiting = new AtomicInteger();
    private final AtomicInteger begun = new AtomicInteger();
    private final AtomicInteger using = new AtomicInteger();
    private final AtomicInteger closed = new AtomicInteger();

    @Override
    public Object enqueue() {
      enqueued.incrementAndGet();
      waiting.incrementAndGet();
      return this;
    }

    @Override
    public void dequeue(Object queued) {
      assertThat(queued).isSameAs(this);
      waiting.decrementAndGet();
    }

    @Override
    public Object begin() {
      begun.incrementAndGet();
      using.incrementAndGet();
      return this;
    }

    @Override
    public void end(Object used) {
      assertThat(used).isSameAs(this);
      using.decrementAndGet();
    }

    @Override
    public void close() {
      closed.incrementAndGet();
    }
  }

  private final class Metrics implements VertxMetrics {
    @Override
    public PoolMetrics<?, ?> createPoolMetrics(String type, String name, int maxSize) {
      if (!type.equals("sql")) {
        return null;
      }
      assertThat(name).isEqualTo(cluster.host() + ":" + cluster.port());
      assertThat(maxSize).isEqualTo(1);
      return figures;
    }
  }

  /**
   * @param around what the context says of its caller
   */
  private record Span(String operation, Map<String, String> tags, Object around) {}

  /** Remembers spans in the order of their ends. */
  private static final class Tracer implements VertxTracer<Object, Span> {
    private final List<Span> ended = new CopyOnWriteArrayList<>();
    private final AtomicInteger open = new AtomicInteger();

    @Override
    public <R> Span sendRequest(
        Context context,
        SpanKind kind,
        TracingPolicy policy,
        R request,
        String operation,
        BiConsumer<String, String> headers,
        TagExtractor<R> tagExtractor) {
      open.incrementAndGet();
      Object around =
          ContextInternal.LOCAL_MAP
              .get(context, ConcurrentHashMap::new)
              .getOrDefault("caller", "nobody");
      return new Span(operation, new ConcurrentHashMap<>(tagExtractor.extract(request)), around);
    }

    @Override
    public <R> void receiveResponse(
        Context context, R response, Span span, Throwable failure, TagExtractor<R> tagExtractor) {
      open.decrementAndGet();
      span.tags().putAll(tagExtractor.extract(response));
      ended.add(span);
    }

    private List<String> operations() {
      List<String> all = new ArrayList<>();
      ended.forEach(span -> all.add(span.operation()));
      return all;
    }
  }

  @BeforeAll
  static void start() throws Exception {
    cluster = DsqlLocal.start();
    DsqlConnector setup = DsqlConnector.create(config(cluster).build());
    execute(await(setup.connect()), "CREATE TABLE item (id int PRIMARY KEY)");
    await(setup.close());
  }

  @AfterAll
  static void stop() {
    cluster.close();
  }

  @BeforeEach
  void open() {
    vertx =
        Vertx.builder()
            .with(
                new VertxOptions()
                    .setTracingOptions(new TracingOptions())
                    .setMetricsOptions(new MetricsOptions().setEnabled(true)))
            .withTracer(options -> tracer)
            .withMetrics(options -> new Metrics())
            .build();
    connector = DsqlConnector.create(vertx, config(cluster).build());
    pool = connector.pool(PoolSettings.builder().maxSize(1).build());
  }

  @AfterEach
  void close() throws Exception {
    await(connector.close());
    assertThat(figures.closed).hasValue(poolsAndClients);
    assertThat(figures.using).hasValue(0);
    assertThat(figures.waiting).hasValue(0);
    assertThat(tracer.open).hasValue(0);
    await(vertx.close());
    LocalCluster.assertNothingOpen(cluster);
  }

  @Test
  void metrics_countWaitingAndUse() throws Exception {
    SqlConnection first = await(pool.getConnection());
    assertThat(figures.using).hasValue(1);
    var second = pool.getConnection();
    assertThat(figures.waiting).hasValue(1);
    Throwable late = failure(pool.getConnection(Duration.ZERO));
    assertThat(late).isInstanceOf(PoolTimeoutException.class);
    assertThat(figures.waiting).hasValue(1);
    await(first.close());
    await(await(second).close());
    execute(pool, "SELECT 1");
    assertThat(figures.enqueued).hasValue(4);
    assertThat(figures.begun).hasValue(3);
  }

  @Test
  void metrics_lostConnection_isInUseNoMore() throws Exception {
    SqlConnection connection = await(pool.getConnection());
    failure(connection.query("SELECT pg_terminate_backend(pg_backend_pid())").execute());
    long end = System.nanoTime() + Duration.ofSeconds(30).toNanos();
    while (figures.using.get() > 0 && System.nanoTime() < end) {
      LockSupport.parkNanos(1_000_000); // the statement fails before the connection is closed
    }
    assertThat(figures.using).hasValue(0);
    await(connection.close());
  }

  /** The connector closes it once more behind this. */
  @Test
  void metrics_poolThatIsClosedTwice_endOnce() throws Exception {
    execute(pool, "SELECT 1");
    await(pool.close());
    assertThat(figures.closed).hasValue(1);
  }

  @Test
  void metrics_ofAClient_waitingStatements_andConnectionsInUse() throws Exception {
    poolsAndClients = 2;
    DsqlClient client = connector.client(ClientSettings.builder().minSize(1).maxSize(1).build());
    await(client.ready());
    tracer.ended.clear();
    Future<?> first = client.query("SELECT pg_sleep(0.3)").execute();
    Future<?> second = client.query("SELECT 1").execute();
    assertThat(figures.enqueued).hasValue(2);
    assertThat(figures.using).as("both on one connection").hasValue(1);
    await(first);
    await(second);
    assertThat(figures.begun).hasValue(1);
    execute(client, "EXPLAIN SELECT 1");
    assertThat(figures.begun).hasValue(2);
    assertThat(figures.enqueued).hasValue(3);
    assertThat(tracer.operations()).containsExactly("Query", "Query", "Query");
  }

  @Test
  void spans_ofATransactionThatLosesAConflict() throws Exception {
    execute(pool, "SELECT 1"); // the connection is there
    tracer.ended.clear();
    cluster.faults().conflictCommits(1, CommitConflict.DATA);
    await(pool.inTransaction(c -> c.query("INSERT INTO item VALUES (1)").execute()));
    assertThat(tracer.operations())
        .containsExactly(
            "Query",
            "dsql.transaction.attempt",
            "Query",
            "dsql.transaction.attempt",
            "dsql.transaction");
    Span lost = tracer.ended.get(1);
    assertThat(lost.tags())
        .containsEntry("db.system.name", "postgresql")
        .containsEntry("db.namespace", "postgres")
        .containsEntry("server.address", cluster.host())
        .containsEntry("server.port", Integer.toString(cluster.port()))
        .containsEntry("db.response.status_code", "40001")
        .containsKey("error.type");
    assertThat(tracer.ended.get(4).tags())
        .doesNotContainKeys("db.response.status_code", "error.type");
  }

  @Test
  void spans_ofWaitingForAConnection() throws Exception {
    SqlConnection first = await(pool.getConnection());
    tracer.ended.clear();
    assertThat(failure(pool.getConnection(Duration.ZERO))).isInstanceOf(PoolTimeoutException.class);
    assertThat(tracer.operations()).containsExactly("dsql.connection.wait");
    assertThat(tracer.ended.get(0).tags())
        .containsEntry("error.type", PoolTimeoutException.class.getName());
    await(first.close());
  }

  /** On a context that a tracer tells from others, as an HTTP server's are. */
  private <T> Future<T> asCaller(String name, Supplier<Future<T>> call) {
    Promise<T> result = Promise.promise();
    ContextInternal context = ((ContextInternal) vertx.getOrCreateContext()).duplicate();
    ContextInternal.LOCAL_MAP.get(context, ConcurrentHashMap::new).put("caller", name);
    context.runOnContext(v -> call.get().onComplete(result));
    return result.future();
  }

  private Set<String> spansOf(String caller) {
    Set<String> all = new TreeSet<>();
    tracer.ended.stream()
        .filter(span -> span.around().equals(caller))
        .forEach(span -> all.add(span.operation()));
    return all;
  }

  @Test
  void spans_ofOnesWhoWaited_areTheirs() throws Exception {
    SqlConnection held = await(pool.getConnection());
    Future<?> query = asCaller("query", () -> pool.query("SELECT 1").execute());
    Future<?> transaction =
        asCaller(
            "transaction", () -> pool.inTransaction(c -> c.query("SELECT 2").execute().mapEmpty()));
    eventually("both wait", () -> figures.waiting.get() == 2);
    await(held.close());
    await(query);
    await(transaction);
    assertThat(spansOf("query")).containsExactly("Query", "dsql.connection.wait");
    assertThat(spansOf("transaction"))
        .containsExactly(
            "Query", "dsql.connection.wait", "dsql.transaction", "dsql.transaction.attempt");
  }

  @Test
  void spans_ofOnesWhoWaitedForAClient_areTheirs() throws Exception {
    poolsAndClients = 2;
    DsqlClient client =
        connector.client(ClientSettings.builder().minSize(1).maxSize(1).maxInFlight(1).build());
    await(client.ready());
    Future<?> first = client.query("SELECT pg_sleep(0.3)").execute();
    Future<?> second = asCaller("shares", () -> client.query("SELECT 1").execute());
    Future<?> third = asCaller("alone", () -> client.query("EXPLAIN SELECT 1").execute());
    await(first);
    await(second);
    await(third);
    assertThat(spansOf("shares")).containsExactly("Query", "dsql.connection.wait");
    assertThat(spansOf("alone")).containsExactly("Query", "dsql.connection.wait");
  }

  private static void eventually(String what, BooleanSupplier condition) {
    long end = System.nanoTime() + Duration.ofSeconds(30).toNanos();
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).as(what).isLessThan(end);
      LockSupport.parkNanos(1_000_000);
    }
  }
}
