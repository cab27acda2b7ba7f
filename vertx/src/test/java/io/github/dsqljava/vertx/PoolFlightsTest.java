package io.github.dsqljava.vertx;

import static io.github.dsqljava.vertx.LocalCluster.await;
import static io.github.dsqljava.vertx.LocalCluster.config;
import static io.github.dsqljava.vertx.LocalCluster.execute;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.dsqljava.local.DsqlLocal;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The round trips of a warm pool, counted and not timed. */
@SuppressWarnings({"NullAway.Init", "InterruptedExceptionSwallowed"})
class PoolFlightsTest {
  private static final String INSERT = "INSERT INTO item VALUES ($1)";
  private static DsqlLocal cluster;
  private static Vertx vertx;
  private Context context;
  private FlightRelay relay;
  private DsqlConnector connector;
  private DsqlPool pool;
  private int nextId;

  @BeforeAll
  static void start() throws Exception {
    cluster = DsqlLocal.start();
    vertx = Vertx.vertx();
    DsqlConnector setup = DsqlConnector.create(vertx, config(cluster).build());
    execute(await(setup.connect()), "CREATE TABLE item (id int PRIMARY KEY)");
    await(setup.close());
  }

  @AfterAll
  static void stop() throws Exception {
    await(vertx.close());
    cluster.close();
  }

  @BeforeEach
  void open() throws Exception {
    context = vertx.getOrCreateContext();
    relay = await(FlightRelay.start(vertx, cluster.port()));
    connector = DsqlConnector.create(vertx, config(cluster).port(relay.port()).build());
    pool = connector.pool(PoolSettings.builder().maxSize(1).build());
    flights(() -> pool.query("DELETE FROM item").execute());
    flights(() -> pool.preparedQuery(INSERT).execute(Tuple.of(nextId++)));
  }

  @AfterEach
  void close() throws Exception {
    await(connector.close());
  }

  /** How many flights something takes that is called on a Vert.x context, as services do. */
  private int flights(Supplier<Future<?>> work) throws Exception {
    int before = relay.flights();
    Promise<Object> done = Promise.promise();
    context.runOnContext(v -> work.get().<Object>map(r -> "done").onComplete(done));
    await(done.future());
    return relay.flights() - before;
  }

  /** As {@link #flights}, but records of TLS, each of which costs a system call. */
  private int records(Supplier<Future<?>> work) throws Exception {
    int before = relay.records();
    flights(work);
    return relay.records() - before;
  }

  private Future<?> insert(SqlConnection connection) {
    return connection.preparedQuery(INSERT).execute(Tuple.of(nextId++));
  }

  @Test
  void acquireAndGiveBack_none() throws Exception {
    assertThat(flights(() -> pool.getConnection().compose(SqlConnection::close))).isZero();
    assertThat(flights(() -> pool.withConnection(connection -> Future.succeededFuture()))).isZero();
  }

  @Test
  void autocommitStatement_one() throws Exception {
    assertThat(flights(() -> pool.preparedQuery(INSERT).execute(Tuple.of(nextId++)))).isEqualTo(1);
    assertThat(flights(() -> pool.query("SELECT 1").execute())).isEqualTo(1);
  }

  @Test
  void transactionWithOneStatement_two() throws Exception {
    assertThat(flights(() -> pool.inTransaction(this::insert))).isEqualTo(2);
    assertThat(flights(() -> pool.inTransaction(c -> c.query("SELECT 1").execute())))
        .as("simple protocol")
        .isEqualTo(2);
  }

  @Test
  void statementsAndTransactions_oneRecordForEachFlight() throws Exception {
    assertThat(records(() -> pool.preparedQuery(INSERT).execute(Tuple.of(nextId++)))).isEqualTo(1);
    assertThat(records(() -> pool.query("SELECT 1").execute())).isEqualTo(1);
    assertThat(records(() -> pool.inTransaction(this::insert)))
        .as("BEGIN and INSERT, COMMIT")
        .isEqualTo(2);
    assertThat(
            records(
                () ->
                    pool.inTransaction(
                        connection ->
                            Future.all(
                                IntStream.range(0, 5)
                                    .<Future<?>>mapToObj(i -> insert(connection))
                                    .toList()))))
        .as("BEGIN and five INSERT, COMMIT")
        .isEqualTo(2);
  }

  @Test
  void transactionWithPipelinedStatements_two() throws Exception {
    assertThat(
            flights(
                () ->
                    pool.inTransaction(
                        connection ->
                            Future.all(
                                IntStream.range(0, 10)
                                    .<Future<?>>mapToObj(i -> insert(connection))
                                    .toList()))))
        .isEqualTo(2);
  }

  @Test
  void transactionWithDependentStatements_oneForEachAndOneForCommit() throws Exception {
    assertThat(
            flights(
                () ->
                    pool.inTransaction(
                        connection ->
                            insert(connection)
                                .compose(done -> insert(connection))
                                .compose(done -> insert(connection)))))
        .isEqualTo(4);
  }

  @Test
  void transactionThatSendsNothing_none() throws Exception {
    assertThat(flights(() -> pool.inTransaction(connection -> Future.succeededFuture()))).isZero();
  }

  @Test
  void batchOf100Rows_one() throws Exception {
    List<Tuple> rows = IntStream.range(1_000, 1_100).mapToObj(Tuple::of).toList();
    assertThat(flights(() -> pool.preparedQuery(INSERT).executeBatch(rows))).isEqualTo(1);
  }

  @Test
  void executeManyInOneChunk_two() throws Exception {
    List<Tuple> rows = IntStream.range(2_000, 2_100).mapToObj(Tuple::of).toList();
    assertThat(flights(() -> pool.executeMany(INSERT, rows))).isEqualTo(2);
  }

  /** The pool would take ten, one behind the other. */
  @Test
  void clientWithManyStatementsAtOnce_oneForAll() throws Exception {
    DsqlClient client = connector.client(ClientSettings.builder().maxSize(1).build());
    flights(() -> client.preparedQuery(INSERT).execute(Tuple.of(nextId++)));
    assertThat(
            flights(
                () ->
                    Future.all(
                        IntStream.range(0, 50)
                            .<Future<?>>mapToObj(
                                i -> client.preparedQuery(INSERT).execute(Tuple.of(nextId++)))
                            .toList())))
        .isEqualTo(1);
    assertThat(
            flights(
                () ->
                    Future.all(
                        client.query("SELECT 1").execute(),
                        client.query("SELECT 2").execute(),
                        client.preparedQuery(INSERT).executeBatch(batch(3_000)))))
        .isEqualTo(1);
  }

  @Test
  void clientWithOneStatement_one_andSettingsCostAReset() throws Exception {
    DsqlClient client = connector.client(ClientSettings.builder().maxSize(1).build());
    flights(() -> client.query("SELECT 1").execute());
    assertThat(flights(() -> client.query("SELECT 1").execute())).isEqualTo(1);
    assertThat(
            flights(
                () ->
                    Future.all(
                        client.query("SELECT set_config('timezone', 'UTC', false)").execute(),
                        client.query("SELECT 1").execute())))
        .as("the call, its reset, and the statement of another caller")
        .isEqualTo(3);
  }

  private static List<Tuple> batch(int firstId) {
    return IntStream.range(firstId, firstId + 100).mapToObj(Tuple::of).toList();
  }

  @Test
  void openTransactionGivenBack_oneForItsRollback() throws Exception {
    assertThat(
            flights(
                () ->
                    pool.getConnection()
                        .compose(
                            connection ->
                                connection
                                    .query("BEGIN")
                                    .execute()
                                    .compose(begun -> connection.close()))))
        .isEqualTo(2);
  }
}
