package io.github.dsqljava.vertx;

import static io.github.dsqljava.vertx.LocalCluster.await;
import static io.github.dsqljava.vertx.LocalCluster.config;
import static io.github.dsqljava.vertx.LocalCluster.execute;
import static io.github.dsqljava.vertx.LocalCluster.failure;
import static io.github.dsqljava.vertx.LocalCluster.value;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.dsqljava.ClosedException;
import io.github.dsqljava.PoolBusyException;
import io.github.dsqljava.PoolTimeoutException;
import io.github.dsqljava.local.DsqlLocal;
import io.github.dsqljava.pool.CloseReason;
import io.github.dsqljava.pool.PoolListener;
import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.nio.NioChannelOption;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.pgclient.PgConnection;
import io.vertx.pgclient.PgException;
import io.vertx.pgclient.impl.PgSocketConnection;
import io.vertx.sqlclient.PreparedStatement;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.TransactionPropagation;
import io.vertx.sqlclient.Tuple;
import io.vertx.sqlclient.internal.SqlConnectionInternal;
import io.vertx.sqlclient.templates.SqlTemplate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import jdk.net.ExtendedSocketOptions;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What our pool does with real connections, beyond what it decides without them. */
@SuppressWarnings({"NullAway.Init", "InterruptedExceptionSwallowed"})
class PoolBehaviourTest {
  private static DsqlLocal cluster;
  private DsqlConnector connector;

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
  void open() throws Exception {
    connector = DsqlConnector.create(config(cluster).build());
  }

  @AfterEach
  void close() throws Exception {
    await(connector.pool().query("DELETE FROM item").execute());
    await(connector.close());
    LocalCluster.assertNothingOpen(cluster);
  }

  private DsqlPool pool(int maxSize) {
    return connector.pool(PoolSettings.builder().maxSize(maxSize).build());
  }

  private static void eventually(String what, BooleanSupplier condition) {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).as(what).isLessThan(end);
      LockSupport.parkNanos(1_000_000);
    }
  }

  @Test
  void minSize_connectionsAreOpenBeforeAnybodyAsks() {
    DsqlPool pool = connector.pool(PoolSettings.builder().minSize(3).maxSize(5).build());
    eventually("three warm connections", () -> pool.stats().idle() == 3);
    assertThat(pool.size()).isEqualTo(3);
    assertThat(pool.stats().acquired()).isZero();
  }

  @Test
  void connection_hasTcpKeepAlive() throws Exception {
    DsqlPool pool = pool(1);
    for (SqlConnection connection :
        List.of(await(connector.connect()), await(pool.getConnection()))) {
      Channel channel =
          ((PgSocketConnection) ((SqlConnectionInternal) connection).unwrap().unwrap())
              .socket()
              .channelHandlerContext()
              .channel();
      assertThat(channel.config().getOption(ChannelOption.SO_KEEPALIVE)).isTrue();
      assertThat(
              channel.config().getOption(NioChannelOption.of(ExtendedSocketOptions.TCP_KEEPIDLE)))
          .isEqualTo(60);
      await(connection.close());
    }
  }

  @Test
  void idleConnection_isAskedWhetherItIsThere() throws Exception {
    cluster.record().start();
    DsqlPool pool =
        connector.pool(PoolSettings.builder().minSize(1).idleCheck(Duration.ofMillis(50)).build());
    assertThat(cluster.record().awaitStatements(2, Duration.ofSeconds(10)))
        .allMatch(statement -> statement.sql().equals("SELECT 1"));
    assertThat(pool.stats().opened()).isEqualTo(1);
    cluster.record().stop();
  }

  @Test
  void getConnection_withATimeoutOfItsOwn_givesItsPlaceBack() throws Exception {
    DsqlPool pool = pool(1);
    SqlConnection holder = await(pool.getConnection());
    assertThat(failure(pool.getConnection(Duration.ofMillis(20))))
        .isInstanceOf(PoolTimeoutException.class)
        .hasMessageContaining("PT0.02S");
    assertThat(failure(pool.withConnection(Duration.ZERO, c -> Future.succeededFuture())))
        .isInstanceOf(PoolTimeoutException.class);
    assertThat(pool.stats().waiting()).isZero();
    await(holder.close());
    assertThat(await(pool.withConnection(Duration.ZERO, c -> c.query("SELECT 1").execute())).size())
        .isEqualTo(1);
    assertThat(pool.stats().idle()).isEqualTo(1);
  }

  @Test
  void getConnection_givenUp_losesNoConnection() throws Exception {
    DsqlPool pool = pool(1);
    SqlConnection holder = await(pool.getConnection());
    Promise<String> given = Promise.promise();
    Future<SqlConnection> waiting = pool.getConnection(Duration.ofMinutes(1), given.future());
    assertThat(pool.stats().waiting()).isEqualTo(1);
    given.fail("the browser is gone");
    assertThatThrownBy(() -> await(waiting)).isInstanceOf(CancellationException.class);
    assertThat(pool.stats().waiting()).isZero();
    await(holder.close());
    assertThat(pool.stats().idle()).isEqualTo(1);
    await(pool.getConnection(Duration.ofSeconds(1), given.future()).compose(SqlConnection::close));
  }

  /** Giving up and getting a connection at the same time, many times. */
  @Test
  void getConnection_givenUpAtTheSameTime_losesNoConnection() throws Exception {
    DsqlPool pool = pool(1);
    for (int i = 0; i < 500; i++) {
      SqlConnection holder = await(pool.getConnection());
      Promise<Void> given = Promise.promise();
      Future<SqlConnection> waiting = pool.getConnection(Duration.ofMinutes(1), given.future());
      Thread impatient = new Thread(given::complete);
      impatient.start();
      await(holder.close());
      impatient.join();
      await(waiting.compose(SqlConnection::close).otherwiseEmpty());
      assertThat(value(pool, "SELECT 1")).isEqualTo("1");
    }
    assertThat(pool.stats().opened()).isEqualTo(1);
  }

  @Test
  void rawBeginLeftOpen_isRolledBackBeforeTheNextUser() throws Exception {
    DsqlPool pool = pool(1);
    SqlConnection careless = await(pool.getConnection());
    execute(careless, "BEGIN");
    execute(careless, "INSERT INTO item VALUES (1)");
    String pid = value(careless, "SELECT pg_backend_pid()");
    await(careless.close());
    assertThat(value(pool, "SELECT count(*) FROM item")).isEqualTo("0");
    assertThat(value(pool, "SELECT pg_backend_pid()")).as("the same connection").isEqualTo(pid);
    await(pool.query("BEGIN").execute());
    assertThat(value(pool, "SELECT now() = statement_timestamp()"))
        .as("a statement by itself, not in a transaction")
        .isEqualTo("true");
  }

  @Test
  void failedTransactionLeftOpen_connectionIsDropped() throws Exception {
    DsqlPool pool = pool(1);
    SqlConnection careless = await(pool.getConnection());
    String pid = value(careless, "SELECT pg_backend_pid()");
    execute(careless, "BEGIN");
    assertThat(failure(careless.query("SELECT 1/0").execute())).isInstanceOf(PgException.class);
    await(careless.close());
    assertThat(value(pool, "SELECT pg_backend_pid()")).isNotEqualTo(pid);
  }

  @Test
  void givenBackWhileAStatementRuns_answerComesFirst() throws Exception {
    DsqlPool pool = pool(1);
    SqlConnection hasty = await(pool.getConnection());
    String pid = value(hasty, "SELECT pg_backend_pid()");
    Future<RowSet<Row>> slow = hasty.query("SELECT 7 FROM pg_sleep(0.05)").execute();
    Future<Void> back = hasty.close();
    assertThat(await(slow).iterator().next().getInteger(0)).isEqualTo(7);
    await(back);
    assertThat(value(pool, "SELECT pg_backend_pid()")).as("the same connection").isEqualTo(pid);
  }

  @Test
  void usedAfterGivingBack_refused() throws Exception {
    DsqlPool pool = pool(1);
    SqlConnection connection = await(pool.getConnection());
    PreparedStatement statement = await(connection.prepare("SELECT 1"));
    await(connection.close());
    assertThat(failure(connection.query("SELECT 1").execute()))
        .hasMessageContaining("given back to its pool");
    assertThat(failure(statement.query().execute())).hasMessageContaining("given back to its pool");
    assertThat(failure(connection.close())).hasMessageContaining("given back twice");
    assertThat(pool.stats().idle()).isEqualTo(1);
  }

  /** Statements and give-back from two threads at once. */
  @Test
  void statementWhileGivingBack_isExecutedAloneOrRefused() throws Exception {
    DsqlPool pool = pool(1);
    List<Future<Object>> all = new ArrayList<>();
    Set<Integer> acknowledged = ConcurrentHashMap.newKeySet();
    for (int i = 0; i < 500; i++) {
      int id = i;
      SqlConnection connection = await(pool.getConnection());
      Thread late =
          new Thread(
              () -> {
                Promise<Object> done = Promise.promise();
                synchronized (all) {
                  all.add(done.future());
                }
                connection
                    .preparedQuery("INSERT INTO item VALUES ($1)")
                    .execute(Tuple.of(id))
                    .onSuccess(rows -> acknowledged.add(id))
                    .onComplete(end -> done.complete());
              });
      late.start();
      var back = connection.close();
      Future<?> next =
          pool.withTransaction(
              other ->
                  other
                      .query("SELECT 1")
                      .execute()
                      .compose(rows -> Future.failedFuture("rolled back on purpose")));
      late.join();
      await(back);
      assertThat(failure(next)).hasMessage("rolled back on purpose");
    }
    await(Future.all(all));
    assertThat(LocalCluster.values(pool, "SELECT id FROM item"))
        .containsExactlyInAnyOrderElementsOf(acknowledged.stream().map(String::valueOf).toList());
  }

  @Test
  void initHookThatLeavesARawBeginOpen_isRefused() throws Exception {
    DsqlPool pool =
        connector.pool(
            PoolSettings.builder()
                .maxSize(1)
                .initHook(c -> c.query("BEGIN").execute().mapEmpty())
                .build());
    assertThat(failure(pool.query("INSERT INTO item VALUES (1)").execute()))
        .hasMessageContaining("left a transaction open");
  }

  @Test
  void vertxClosedFirst_waitingCallersFailAndClosingEnds() throws Exception {
    Vertx vertx = Vertx.vertx();
    DsqlConnector shared = DsqlConnector.create(vertx, config(cluster).build());
    DsqlPool pool = shared.pool(PoolSettings.builder().maxSize(1).build());
    await(pool.getConnection());
    // Asked for now: nothing can be added to a future whose event loop has ended.
    var waiting = pool.query("SELECT 1").execute().toCompletionStage().toCompletableFuture();
    await(vertx.close());
    assertThat(waiting)
        .failsWithin(Duration.ofSeconds(30))
        .withThrowableThat()
        .withCauseInstanceOf(ClosedException.class);
    await(shared.close());
  }

  @Test
  void cutWhileIdle_noticedAtOnceAndReplaced() throws Exception {
    DsqlPool pool = connector.pool(PoolSettings.builder().minSize(2).maxSize(2).build());
    eventually("two warm connections", () -> pool.stats().idle() == 2);
    SqlConnection one = await(pool.getConnection());
    SqlConnection two = await(pool.getConnection());
    List<String> pids =
        List.of(value(one, "SELECT pg_backend_pid()"), value(two, "SELECT pg_backend_pid()"));
    await(Future.join(one.close(), two.close()));
    SqlConnection other = await(connector.connect());
    for (String pid : pids) {
      execute(other, "SELECT pg_terminate_backend(" + pid + ")");
    }
    eventually("two new ones", () -> pool.stats().opened() == 4 && pool.stats().idle() == 2);
    for (int i = 0; i < 10; i++) {
      assertThat(value(pool, "SELECT pg_backend_pid()")).isNotIn(pids);
    }
  }

  @Test
  void lifetime_underConstantLoad_connectionsAreReplacedAndNobodyNotices() throws Exception {
    Set<CloseReason> reasons = ConcurrentHashMap.newKeySet();
    DsqlPool pool =
        connector.pool(
            PoolSettings.builder()
                .maxSize(2)
                .maxLifetime(Duration.ofSeconds(1))
                .listener(
                    new PoolListener() {
                      @Override
                      public void closed(CloseReason reason, Duration age) {
                        reasons.add(reason);
                      }
                    })
                .build());
    Set<String> pids = ConcurrentHashMap.newKeySet();
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
    // The Vert.x pool stays with its two connections for ever here.
    while (pids.size() < 6 && System.nanoTime() < end) {
      List<Future<String>> load =
          IntStream.range(0, 4)
              .mapToObj(
                  i ->
                      pool.query("SELECT pg_backend_pid()")
                          .execute()
                          .map(rows -> String.valueOf(rows.iterator().next().getValue(0))))
              .toList();
      pids.addAll(await(Future.all(load)).list());
    }
    assertThat(pids).hasSizeGreaterThanOrEqualTo(6);
    assertThat(reasons).containsExactly(CloseReason.LIFETIME);
  }

  @Test
  void idleTimeout_closesDownToTheMinimum() throws Exception {
    DsqlPool pool =
        connector.pool(
            PoolSettings.builder()
                .minSize(1)
                .maxSize(4)
                .idleTimeout(Duration.ofMillis(100))
                .build());
    List<SqlConnection> all = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      all.add(await(pool.getConnection()));
    }
    for (SqlConnection each : all) {
      await(each.close());
    }
    eventually("one is left", () -> pool.size() == 1);
    assertThat(value(pool, "SELECT 1")).isEqualTo("1");
  }

  @Test
  void expireConnections_nextUserGetsANewOne() throws Exception {
    DsqlPool pool = pool(2);
    SqlConnection used = await(pool.getConnection());
    String usedPid = value(used, "SELECT pg_backend_pid()");
    String idlePid = value(pool, "SELECT pg_backend_pid()");
    assertThat(pool.expireConnections()).isEqualTo(2);
    assertThat(value(used, "SELECT 1")).as("in use, it goes on").isEqualTo("1");
    await(used.close());
    assertThat(value(pool, "SELECT pg_backend_pid()")).isNotIn(usedPid, idlePid);
  }

  @Test
  void queueFull_nextCallerFailsAtOnce() throws Exception {
    DsqlPool pool = connector.pool(PoolSettings.builder().maxSize(1).maxWaiting(1).build());
    SqlConnection only = await(pool.getConnection());
    Future<SqlConnection> first = pool.getConnection();
    assertThat(failure(pool.query("SELECT 1").execute())).isInstanceOf(PoolBusyException.class);
    await(only.close());
    await(await(first).close());
  }

  @Test
  void close_waitsForConnectionsInUse_thenRefuses() throws Exception {
    DsqlPool pool = pool(2);
    SqlConnection used = await(pool.getConnection());
    Future<Void> closed = pool.close(Duration.ofSeconds(30));
    assertThat(failure(pool.getConnection())).isInstanceOf(ClosedException.class);
    assertThat(value(used, "SELECT 1")).isEqualTo("1");
    assertThat(closed.isComplete()).isFalse();
    await(used.close());
    await(closed);
  }

  @Test
  void close_graceOver_endsWhatIsInUse() throws Exception {
    DsqlPool pool = pool(1);
    SqlConnection used = await(pool.getConnection());
    Future<?> endless = used.query("SELECT pg_sleep(20)").execute();
    await(pool.close(Duration.ofMillis(50)));
    assertThat(failure(endless)).isNotNull();
  }

  @Test
  void results_completeOnTheCallersContext() throws Exception {
    Vertx vertx = Vertx.vertx();
    DsqlConnector shared = DsqlConnector.create(vertx, config(cluster).build());
    try {
      DsqlPool pool = shared.pool(PoolSettings.builder().maxSize(1).build());
      Set<Context> seen = ConcurrentHashMap.newKeySet();
      ConcurrentLinkedQueue<String> wrong = new ConcurrentLinkedQueue<>();
      List<Future<Void>> all = new ArrayList<>();
      // More contexts than event loops, and one connection: most callers are not on its loop.
      for (int i = 0; i < 12; i++) {
        Promise<Void> done = Promise.promise();
        all.add(done.future());
        Context context = ((io.vertx.core.internal.VertxInternal) vertx).createEventLoopContext();
        seen.add(context);
        context.runOnContext(
            v ->
                pool.withTransaction(
                        connection -> {
                          check(context, "function", wrong);
                          return connection
                              .preparedQuery("SELECT $1::int")
                              .execute(Tuple.of(1))
                              .onComplete(r -> check(context, "prepared query", wrong));
                        })
                    .onComplete(r -> check(context, "withTransaction", wrong))
                    .compose(r -> pool.query("SELECT 1").execute())
                    .onComplete(r -> check(context, "pool query", wrong))
                    .compose(
                        r ->
                            pool.inTransaction(
                                connection ->
                                    connection
                                        .query("SELECT 1")
                                        .execute()
                                        .onComplete(x -> checkLoop(context, "in it", wrong))))
                    .onComplete(r -> check(context, "inTransaction", wrong))
                    .<Void>mapEmpty()
                    .onComplete(done));
      }
      await(Future.all(all));
      assertThat(wrong).isEmpty();
      assertThat(seen).hasSize(12);
    } finally {
      await(shared.close());
      await(vertx.close());
    }
  }

  private static void check(Context expected, String where, ConcurrentLinkedQueue<String> wrong) {
    if (Vertx.currentContext() != expected) {
      wrong.add(where + ": " + Vertx.currentContext());
    }
  }

  /** Inside inTransaction it is a duplicate of the caller's context. */
  private static void checkLoop(
      Context expected, String where, ConcurrentLinkedQueue<String> wrong) {
    var now = (io.vertx.core.internal.ContextInternal) Vertx.currentContext();
    if (now == null || now.unwrap() != expected) {
      wrong.add(where + ": " + now);
    }
  }

  @Test
  void nativeObjects_andEverythingInThem() throws Exception {
    DsqlPool pool = pool(2);
    SqlConnection connection = await(pool.getConnection());
    PgConnection postgres = PgConnection.cast(connection);
    assertThat(String.valueOf(postgres.processId()))
        .isEqualTo(value(connection, "SELECT pg_backend_pid()"));
    assertThat(connection.isSSL()).isTrue();
    assertThat(connection.databaseMetadata().productName()).isEqualTo("PostgreSQL");
    PreparedStatement statement =
        await(connection.prepare("SELECT generate_series(1, $1::int) AS n"));
    assertThat(await(statement.query().execute(Tuple.of(3))).size()).isEqualTo(3);
    var transaction = await(connection.begin());
    var cursor = statement.cursor(Tuple.of(5));
    assertThat(await(cursor.read(2)).size()).isEqualTo(2);
    assertThat(cursor.hasMore()).isTrue();
    await(cursor.close());
    await(transaction.commit());
    await(connection.close());
  }

  @Test
  void sqlTemplate_ofAnotherLibrary_worksOnThePool() throws Exception {
    DsqlPool pool = pool(2);
    var written =
        SqlTemplate.forUpdate(pool, "INSERT INTO item VALUES (#{id})").execute(Map.of("id", 42));
    assertThat(await(written).rowCount()).isEqualTo(1);
    RowSet<Row> found =
        await(
            SqlTemplate.forQuery(pool, "SELECT id FROM item WHERE id = #{id}")
                .execute(Map.of("id", 42)));
    assertThat(found.iterator().next().getInteger("id")).isEqualTo(42);
    Integer inside =
        await(
            pool.inTransaction(
                connection ->
                    SqlTemplate.forQuery(connection, "SELECT id FROM item WHERE id = #{id}")
                        .execute(Map.of("id", 42))
                        .map(rows -> rows.iterator().next().getInteger(0))));
    assertThat(inside).isEqualTo(42);
  }

  @Test
  void withTransaction_keepsItsMeaning() throws Exception {
    DsqlPool pool = pool(1);
    await(
        pool.withTransaction(
            connection -> connection.query("INSERT INTO item VALUES (1)").execute()));
    Future<?> failing =
        pool.withTransaction(
            connection ->
                connection
                    .query("INSERT INTO item VALUES (2)")
                    .execute()
                    .compose(done -> Future.failedFuture("on purpose")));
    assertThat(failure(failing)).hasMessage("on purpose");
    Promise<Void> propagated = Promise.promise();
    Vertx vertx = Vertx.vertx();
    DsqlConnector shared = DsqlConnector.create(vertx, config(cluster).build());
    DsqlPool other = shared.pool(PoolSettings.builder().maxSize(1).build());
    vertx.runOnContext(
        v ->
            other
                .withTransaction(
                    TransactionPropagation.CONTEXT,
                    outer ->
                        other.withTransaction(
                            TransactionPropagation.CONTEXT,
                            inner -> inner.query("INSERT INTO item VALUES (3)").execute()))
                .<Void>mapEmpty()
                .onComplete(propagated));
    await(propagated.future());
    await(shared.close());
    await(vertx.close());
    assertThat(LocalCluster.values(pool, "SELECT id FROM item ORDER BY id"))
        .containsExactly("1", "3");
  }

  @Test
  void batch_onThePool_isOneStatementForAllRows() throws Exception {
    DsqlPool pool = pool(1);
    List<Tuple> rows = IntStream.range(0, 100).mapToObj(Tuple::of).toList();
    await(pool.preparedQuery("INSERT INTO item VALUES ($1)").executeBatch(rows));
    assertThat(value(pool, "SELECT count(*) FROM item")).isEqualTo("100");
    rows = IntStream.of(200, 201, 50).mapToObj(Tuple::of).toList();
    assertThat(failure(pool.preparedQuery("INSERT INTO item VALUES ($1)").executeBatch(rows)))
        .isInstanceOf(PgException.class);
    assertThat(value(pool, "SELECT count(*) FROM item")).as("all or nothing").isEqualTo("100");
  }
}
