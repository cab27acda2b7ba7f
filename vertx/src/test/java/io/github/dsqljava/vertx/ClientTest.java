package io.github.dsqljava.vertx;

import static io.github.dsqljava.vertx.LocalCluster.await;
import static io.github.dsqljava.vertx.LocalCluster.config;
import static io.github.dsqljava.vertx.LocalCluster.execute;
import static io.github.dsqljava.vertx.LocalCluster.failure;
import static io.github.dsqljava.vertx.LocalCluster.value;
import static io.github.dsqljava.vertx.LocalCluster.watched;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.dsqljava.ClosedException;
import io.github.dsqljava.InvalidConfigurationException;
import io.github.dsqljava.PoolBusyException;
import io.github.dsqljava.PoolTimeoutException;
import io.github.dsqljava.StatementOutcomeUnknownException;
import io.github.dsqljava.local.DsqlLocal;
import io.github.dsqljava.local.journal.RecordedStatement;
import io.github.dsqljava.pool.PoolListener;
import io.github.dsqljava.pool.PoolPolicy;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.pgclient.PgException;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.SqlClient;
import io.vertx.sqlclient.Tuple;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.stream.Collector;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Single statements of many callers over few connections. */
@SuppressWarnings({"NullAway.Init", "InterruptedExceptionSwallowed"})
class ClientTest {
  private static final String INSERT = "INSERT INTO item VALUES ($1)";
  private static DsqlLocal cluster;
  private static int nextId;
  private DsqlConnector connector;

  @BeforeAll
  static void start() throws Exception {
    cluster = DsqlLocal.start();
    DsqlConnector setup = DsqlConnector.create(config(cluster).build());
    execute(await(setup.connect()), "CREATE TABLE item (id int PRIMARY KEY)");
    await(setup.close());
    cluster.record().start();
  }

  @AfterAll
  static void stop() {
    cluster.close();
  }

  @BeforeEach
  void open() {
    connector = DsqlConnector.create(config(cluster).build());
  }

  @AfterEach
  void close() throws Exception {
    await(connector.close());
    LocalCluster.assertNothingOpen(cluster);
  }

  private DsqlClient client(int maxSize) {
    return connector.client(ClientSettings.builder().maxSize(maxSize).build());
  }

  private static void eventually(String what, BooleanSupplier condition) {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).as(what).isLessThan(end);
      LockSupport.parkNanos(1_000_000);
    }
  }

  private static List<Future<RowSet<Row>>> inserts(DsqlClient client, int count) {
    return IntStream.range(0, count)
        .mapToObj(i -> client.preparedQuery(INSERT).execute(Tuple.of(nextId++)))
        .toList();
  }

  private static Set<Integer> backends(DsqlClient client, int statements) throws Exception {
    Set<Integer> pids = ConcurrentHashMap.newKeySet();
    List<Future<?>> all = new ArrayList<>();
    for (int i = 0; i < statements; i++) {
      all.add(
          client
              .query("SELECT pg_backend_pid()")
              .execute()
              .onSuccess(rows -> pids.add(rows.iterator().next().getInteger(0))));
    }
    await(Future.all(all));
    return pids;
  }

  @Test
  void queriesOfManyCallers_overFewConnections() throws Exception {
    DsqlClient client = client(3);
    await(Future.all(inserts(client, 300)));
    assertThat(backends(client, 300)).hasSizeLessThanOrEqualTo(3);
    assertThat(client.stats().opened()).isLessThanOrEqualTo(3);
    assertThat(client.stats().acquired()).isEqualTo(600);
    eventually("nothing leased", () -> client.stats().leased() == 0);
  }

  @Test
  void batch_andQueriesOfBothKinds() throws Exception {
    DsqlClient client = client(2);
    List<Tuple> rows = IntStream.range(0, 50).mapToObj(i -> Tuple.of(nextId++)).toList();
    RowSet<Row> first = await(client.preparedQuery(INSERT).executeBatch(rows));
    assertThat(first.rowCount()).isEqualTo(1);
    assertThat(value(client, "SELECT count(*) FROM item WHERE id >= " + rows.get(0).getInteger(0)))
        .isEqualTo("50");
    assertThat(await(client.preparedQuery("SELECT $1::int + 1").execute(Tuple.of(4))).size())
        .isEqualTo(1);
    assertThat(failure(client.query("SELECT 1/0").execute())).isInstanceOf(PgException.class);
    assertThat(failure(client.preparedQuery(INSERT).executeBatch(rows)))
        .isInstanceOf(PgException.class);
  }

  @Test
  void error_concernsNobodyElseOnTheConnection() throws Exception {
    DsqlClient client = client(1);
    await(client.query("SELECT 1").execute());
    Future<?> before = client.query("SELECT 1").execute();
    Future<?> wrong = client.query("SELECT 1/0").execute();
    Future<?> behind = client.query("SELECT 2").execute();
    await(before);
    assertThat(failure(wrong)).hasMessageContaining("division");
    await(behind);
    assertThat(client.stats().opened()).isEqualTo(1);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "BEGIN",
        "  start transaction",
        "COMMIT;",
        "end",
        "ROLLBACK",
        "/* a /* b */ c */ -- d\n Begin",
        "abort",
        "SAVEPOINT a"
      })
  void transactionControl_isRefused_andNotSent(String sql) throws Exception {
    DsqlClient client = client(1);
    int before = cluster.record().statements().size();
    assertThat(failure(client.query(sql).execute()))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("inTransaction");
    assertThat(failure(client.preparedQuery(sql).execute()))
        .isInstanceOf(IllegalStateException.class);
    assertThat(cluster.record().statements()).hasSize(before);
    assertThat(client.stats().opened()).isZero();
  }

  @ParameterizedTest
  @ValueSource(strings = {"SET timezone = 'Asia/Tokyo'", "RESET ALL", "-- x\nset local a = 1"})
  void settings_areRefused_andNotSent(String sql) throws Exception {
    DsqlClient client = client(1);
    assertThat(failure(client.query(sql).execute()))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("initHook");
    assertThat(client.stats().opened()).isZero();
  }

  @Test
  void transactionInDisguise_takesNobodyElseWithIt_isRolledBackAndTold() throws Exception {
    DsqlClient client = client(1);
    int id = nextId++;
    List<Future<RowSet<Row>>> others = new ArrayList<>(inserts(client, 20));
    Future<?> open =
        client.query("SELECT 1; BEGIN; INSERT INTO item VALUES (" + id + ")").execute();
    others.addAll(inserts(client, 20));
    Throwable told = failure(open);
    assertThat(told).isInstanceOf(IllegalStateException.class);
    assertThat(told).hasMessageContaining("rolled back");
    await(Future.all(others));
    assertThat(value(client, "SELECT count(*) FROM item WHERE id = " + id)).isEqualTo("0");
    assertThat(value(client, "SELECT count(*) FROM item WHERE id > " + id)).isEqualTo("40");
  }

  @Test
  void transactionInOneText_thatEndsInIt_isFine() throws Exception {
    DsqlClient client = client(1);
    int id = nextId++;
    execute(client, "SELECT 1; BEGIN; INSERT INTO item VALUES (" + id + "); COMMIT");
    assertThat(value(client, "SELECT count(*) FROM item WHERE id = " + id)).isEqualTo("1");
  }

  @Test
  void settingsInDisguise_reachNobodyElse() throws Exception {
    DsqlClient client = client(1);
    String before = value(client, "SHOW timezone");
    String path = value(client, "SHOW search_path");
    List<Future<?>> all = new ArrayList<>();
    List<String> seen = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      all.add(client.query("SELECT 1; SET timezone = 'Asia/Tokyo'").execute());
      all.add(client.query("SELECT SET_config('search_path', 'nowhere', false)").execute());
      all.add(
          client
              .preparedQuery("SELECT U&\"set\\005fconfig\"($1, 'nowhere', false)")
              .execute(Tuple.of("search_path")));
      all.add(
          client
              .query("SELECT current_setting('timezone') || current_setting('search_path')")
              .execute()
              .onSuccess(rows -> seen.add(rows.iterator().next().getString(0))));
    }
    await(Future.all(all));
    assertThat(seen).hasSize(20).containsOnly(before + path);
    assertThat(client.stats().opened()).isEqualTo(1);
  }

  @Test
  void statementsThatAreNotOfRows_work() throws Exception {
    DsqlClient client = client(1);
    execute(client, "CREATE TABLE other (id int PRIMARY KEY)");
    execute(client, "EXPLAIN SELECT * FROM other");
    execute(client, "DROP TABLE other");
  }

  @Test
  void underLoad_connectionsAreReplaced_andNobodyNotices() throws Exception {
    DsqlClient client =
        connector.client(
            ClientSettings.builder().maxSize(2).maxLifetime(Duration.ofSeconds(2)).build());
    AtomicInteger failed = new AtomicInteger();
    AtomicBoolean enough = new AtomicBoolean();
    List<Future<Void>> callers =
        IntStream.range(0, 16).mapToObj(i -> loop(client, enough, failed)).toList();
    try {
      eventually("replaced " + client, () -> client.stats().opened() >= 4);
    } finally {
      enough.set(true);
    }
    await(Future.all(callers));
    assertThat(failed).hasValue(0);
    assertThat(client.stats().size()).isLessThanOrEqualTo(3);
  }

  private static Future<Void> loop(DsqlClient client, AtomicBoolean enough, AtomicInteger failed) {
    if (enough.get()) {
      return Future.succeededFuture();
    }
    return client
        .preparedQuery("SELECT $1::int")
        .execute(Tuple.of(1))
        .onFailure(failure -> failed.incrementAndGet())
        .transform(any -> loop(client, enough, failed));
  }

  @Test
  void lostConnection_allUnderWayMayHaveHappened_noneTwice_nextOnesWork() throws Exception {
    DsqlClient client = client(1);
    await(client.query("SELECT 1").execute());
    int first = nextId;
    List<Future<RowSet<Row>>> before = inserts(client, 10);
    Future<?> killer = client.query("SELECT pg_terminate_backend(pg_backend_pid())").execute();
    List<Future<RowSet<Row>>> behind = inserts(client, 10);
    Future.join(before).await(30, TimeUnit.SECONDS);
    assertThat(failure(killer)).isInstanceOf(StatementOutcomeUnknownException.class);
    for (Future<RowSet<Row>> statement : behind) {
      try {
        await(statement); // over a new connection, if it was not sent yet
      } catch (ExecutionException e) {
        assertThat(e).hasCauseInstanceOf(StatementOutcomeUnknownException.class);
      }
    }
    await(client.query("SELECT 1").execute());
    long there = Long.parseLong(value(client, "SELECT count(*) FROM item WHERE id >= " + first));
    assertThat(there)
        .isBetween(
            before.stream().filter(Future::succeeded).count(),
            (long) before.size() + behind.size());
    List<String> sent = cluster.record().statements().stream().map(RecordedStatement::sql).toList();
    assertThat(sent.stream().filter(sql -> sql.contains("pg_terminate_backend"))).hasSize(1);
  }

  @Test
  void full_callersWaitTheirTurn_orAreRefused() throws Exception {
    DsqlClient client =
        connector.client(
            ClientSettings.builder()
                .minSize(1)
                .maxSize(1)
                .maxInFlight(1)
                .maxWaiting(2)
                .acquireTimeout(Duration.ofMillis(200))
                .build());
    await(client.ready());
    Future<?> slow = client.query("SELECT pg_sleep(3)").execute();
    eventually("the slow one is under way", () -> client.stats().leased() == 1);
    Future<?> waits = client.query("SELECT 1").execute();
    Future<?> waitsToo = client.query("SELECT 1").execute();
    assertThat(failure(client.query("SELECT 1").execute()))
        .isInstanceOf(PoolBusyException.class)
        .hasMessageContaining("maxWaiting");
    assertThat(failure(waits)).isInstanceOf(PoolTimeoutException.class);
    assertThat(failure(waitsToo)).isInstanceOf(PoolTimeoutException.class);
    assertThat(client.stats().timeouts()).isEqualTo(2);
    await(slow);
    await(client.query("SELECT 1").execute());
  }

  @Test
  void statementTimeout_endsTheConnection_andSaysSo() throws Exception {
    DsqlClient client =
        connector.client(
            ClientSettings.builder().maxSize(1).statementTimeout(Duration.ofMillis(300)).build());
    assertThat(failure(client.query("SELECT pg_sleep(20)").execute()))
        .isInstanceOf(StatementOutcomeUnknownException.class)
        .hasStackTraceContaining("statementTimeout");
    await(client.query("SELECT 1").execute());
  }

  @Test
  void statementTimeout_countsFromTheTurn_notWhatIsAhead() throws Exception {
    DsqlClient client =
        connector.client(
            ClientSettings.builder()
                .minSize(1)
                .maxSize(1)
                .statementTimeout(Duration.ofSeconds(1))
                .build());
    await(client.ready());
    List<Future<?>> all = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      all.add(client.query("SELECT pg_sleep(0.4)").execute());
      all.add(client.query("SELECT 1/0").execute().otherwiseEmpty());
    }
    await(Future.all(all));
    Future<?> before = client.query("SELECT pg_sleep(0.4)").execute();
    Future<?> slow = client.query("SELECT pg_sleep(20)").execute();
    Future<?> behind = client.query("SELECT 1").execute();
    await(before);
    assertThat(failure(slow)).hasStackTraceContaining("statementTimeout");
    Throwable other = failure(behind);
    assertThat(other).isInstanceOf(StatementOutcomeUnknownException.class);
    StringWriter trace = new StringWriter();
    other.printStackTrace(new PrintWriter(trace));
    assertThat(trace.toString()).as("it was not its turn").doesNotContain("No answer");
  }

  @Test
  void initHook_readiness_health_expiry() throws Exception {
    DsqlClient client =
        connector.client(
            ClientSettings.builder()
                .minSize(2)
                .maxSize(2)
                .initHook(c -> c.query("SET timezone = 'Europe/Paris'").execute().mapEmpty())
                .build());
    await(client.ready());
    assertThat(client.health().isReady()).isTrue();
    assertThat(client.stats().idle()).isEqualTo(2);
    assertThat(value(client, "SHOW timezone")).isEqualTo("Europe/Paris");
    Set<Integer> before = backends(client, 10);
    assertThat(client.expireConnections()).isEqualTo(2);
    assertThat(backends(client, 10)).doesNotContainAnyElementsOf(before);
  }

  @Test
  void listener_hearsOfConnectionsAndCallers() throws Exception {
    AtomicInteger opened = new AtomicInteger();
    AtomicInteger acquired = new AtomicInteger();
    DsqlClient client =
        connector.client(
            ClientSettings.builder()
                .maxSize(1)
                .listener(
                    new PoolListener() {
                      @Override
                      public void opened(Duration took) {
                        opened.incrementAndGet();
                      }

                      @Override
                      public void acquired(Duration waited) {
                        acquired.incrementAndGet();
                      }
                    })
                .build());
    await(Future.all(inserts(client, 20)));
    execute(client, "CREATE TABLE heard (id int PRIMARY KEY)");
    execute(client, "DROP TABLE heard");
    assertThat(opened).hasValue(1);
    assertThat(acquired).hasValue(22);
  }

  static List<Named<Function<SqlClient, Future<?>>>> badCallers() {
    Collector<Row, ?, Object> supplier =
        Collector.of(
            () -> {
              throw new AssertionError("of the program");
            },
            (all, row) -> {},
            (one, other) -> one);
    Collector<Row, ?, Object> accumulator =
        Collector.of(
            ArrayList::new,
            (all, row) -> {
              throw new AssertionError("of the program");
            },
            (one, other) -> one,
            all -> all);
    Collector<Row, ?, Object> finisher =
        Collector.of(
            ArrayList::new,
            (all, row) -> {},
            (one, other) -> one,
            all -> {
              throw new AssertionError("of the program");
            });
    return List.of(
        Named.of(
            "mapping",
            c ->
                c.query("SELECT 1")
                    .mapping(
                        row -> {
                          throw new AssertionError("of the program");
                        })
                    .execute()),
        Named.of("supplier", c -> c.query("SELECT 1").collecting(supplier).execute()),
        Named.of("accumulator", c -> c.query("SELECT 1").collecting(accumulator).execute()),
        Named.of("finisher", c -> c.query("SELECT 1").collecting(finisher).execute()),
        Named.of(
            "finisher, without rows",
            c -> c.query("UPDATE item SET id = id").collecting(finisher).execute()),
        Named.of(
            "prepared",
            c -> c.preparedQuery("SELECT $1::int").collecting(accumulator).execute(Tuple.of(1))));
  }

  @ParameterizedTest
  @MethodSource("badCallers")
  void callerWhoseCodeThrowsWhileRowsAreRead_harmsNobodyElse(Function<SqlClient, Future<?>> bad)
      throws Exception {
    DsqlClient client = client(1);
    await(client.query("SELECT 1").execute());
    List<Future<?>> others = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      others.add(client.query("SELECT 1").execute());
    }
    Future<?> told = bad.apply(client);
    for (int i = 0; i < 5; i++) {
      others.add(client.preparedQuery("SELECT $1::int").execute(Tuple.of(i)));
    }
    assertThat(failure(told)).isInstanceOf(AssertionError.class).hasMessage("of the program");
    await(Future.all(others));
    assertThat(client.stats().opened()).isEqualTo(1);
    DsqlPool pool = connector.pool(PoolSettings.builder().maxSize(1).build());
    AtomicInteger attempts = new AtomicInteger();
    Future<?> transaction =
        pool.inTransaction(
            c -> {
              attempts.incrementAndGet();
              return bad.apply(c).mapEmpty();
            });
    assertThat(failure(transaction)).isInstanceOf(AssertionError.class);
    assertThat(attempts).as("a mistake of the program, not a lost connection").hasValue(1);
    assertThat(pool.stats().opened()).isEqualTo(1);
  }

  /** Vert.x cannot send its data. */
  @Test
  void copyFromStdin_fails_andTheNextStatementWorks() throws Exception {
    DsqlClient client = client(1);
    assertThat(failure(client.query("COPY item FROM STDIN").execute())).isNotNull();
    assertThat(value(client, "SELECT 1")).isEqualTo("1");
  }

  @Test
  void nulls_areRefusedAtTheCall_byName() throws Exception {
    DsqlClient client = client(1);
    assertThatThrownBy(() -> client.query(null)).hasMessage("sql");
    assertThatThrownBy(() -> client.preparedQuery(null)).hasMessage("sql");
    assertThatThrownBy(() -> client.preparedQuery(INSERT).execute(null)).hasMessage("tuple");
    assertThatThrownBy(() -> client.close(null)).hasMessage("grace");
    assertThatThrownBy(() -> connector.client(null)).hasMessage("settings");
  }

  @Test
  void close_statementsUnderWayEnd_thenNoneIsTaken() throws Exception {
    DsqlClient client = client(1);
    await(client.query("SELECT 1").execute());
    Future<?> slow = client.query("SELECT pg_sleep(0.3)").execute();
    Future<?> behind = client.query("SELECT 1").execute();
    await(client.close());
    await(slow);
    await(behind);
    assertThat(failure(client.query("SELECT 1").execute())).isInstanceOf(ClosedException.class);
    // One that would have a connection to itself.
    assertThat(failure(client.query("CREATE TABLE no (id int)").execute()))
        .isInstanceOf(ClosedException.class);
    assertThat(failure(client.ready())).isInstanceOf(ClosedException.class);
    assertThat(client.health().isReady()).isFalse();
    assertThat(client.health().reason()).contains("is closed");
  }

  @Test
  void closeWithoutGrace_statementsUnderWayFail_allComplete() throws Exception {
    DsqlClient client = client(1);
    await(client.query("SELECT 1").execute());
    List<Future<?>> all = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      all.add(client.query("SELECT pg_sleep(5)").execute());
    }
    await(client.close(Duration.ZERO));
    for (Future<?> statement : all) {
      assertThat(failure(statement))
          .isInstanceOfAny(StatementOutcomeUnknownException.class, ClosedException.class);
    }
  }

  @Test
  void connectorOrVertxIsClosed_allComplete() throws Exception {
    DsqlClient client = client(1);
    await(client.query("SELECT 1").execute());
    CompletableFuture<?> slow = watched(client.query("SELECT 1").execute());
    await(connector.close());
    await(slow);
    assertThat(failure(client.query("SELECT 1").execute())).isInstanceOf(ClosedException.class);
    assertThatThrownBy(() -> connector.client()).isInstanceOf(ClosedException.class);

    Vertx vertx = Vertx.vertx();
    DsqlConnector other = DsqlConnector.create(vertx, config(cluster).build());
    DsqlClient orphan = other.client();
    await(orphan.query("SELECT 1").execute());
    CompletableFuture<?> lost =
        orphan.query("SELECT pg_sleep(30)").execute().toCompletionStage().toCompletableFuture();
    await(vertx.close());
    assertThat(lost).failsWithin(Duration.ofSeconds(30));
    assertThat(failure(orphan.query("SELECT 1").execute())).isInstanceOf(ClosedException.class);
    await(other.close());
  }

  @Test
  void settings_thatMakeNoSense_areRefused() {
    PoolPolicy leaks = PoolPolicy.builder().leakThreshold(Duration.ofSeconds(1)).build();
    assertThatThrownBy(() -> ClientSettings.builder().policy(leaks))
        .isInstanceOf(InvalidConfigurationException.class)
        .hasMessageContaining("leakThreshold");
    assertThatThrownBy(() -> ClientSettings.builder().maxInFlight(257))
        .isInstanceOf(InvalidConfigurationException.class)
        .hasMessageContaining("maxInFlight");
  }

  @Test
  void toString_saysWhereItLeads() {
    assertThat(client(1).toString()).startsWith("DsqlClient[" + cluster.host());
  }
}
