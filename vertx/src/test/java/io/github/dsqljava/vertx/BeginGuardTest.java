package io.github.dsqljava.vertx;

import static io.github.dsqljava.vertx.LocalCluster.await;
import static io.github.dsqljava.vertx.LocalCluster.config;
import static io.github.dsqljava.vertx.LocalCluster.execute;
import static io.github.dsqljava.vertx.LocalCluster.failure;
import static io.github.dsqljava.vertx.LocalCluster.value;
import static io.github.dsqljava.vertx.LocalCluster.values;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.dsqljava.local.DsqlLocal;
import io.github.dsqljava.vertx.internal.WireAccess;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.pgclient.PgException;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Guarded BEGINs against PostgreSQL behind a local cluster, through the real driver. */
@SuppressWarnings({"NullAway.Init", "InterruptedExceptionSwallowed"})
class BeginGuardTest {
  private static final AtomicInteger TABLES = new AtomicInteger();

  /** The local cluster refuses this one with SQLSTATE 0A000. */
  private static final String REFUSED_BEGIN = "BEGIN ISOLATION LEVEL SERIALIZABLE";

  private static DsqlLocal cluster;
  private static Vertx vertx;

  /** One for each test, so that none waits for what another has left behind. */
  private static String notes;

  private FlightRelay relay;
  private DsqlConnector connector;
  private SqlConnection connection;

  @BeforeAll
  static void start() throws Exception {
    cluster = DsqlLocal.start();
    vertx = Vertx.vertx();
  }

  @AfterAll
  static void stop() throws Exception {
    await(vertx.close());
    cluster.close();
  }

  @BeforeEach
  void connect() throws Exception {
    relay = await(FlightRelay.start(vertx, cluster.port()));
    connector = DsqlConnector.create(vertx, config(cluster).port(relay.port()).build());
    connection = await(connector.connect());
    notes = "notes" + TABLES.incrementAndGet();
    execute(connection, "CREATE TABLE " + notes + " (id int PRIMARY KEY)");
  }

  @AfterEach
  void close() throws Exception {
    await(connector.close());
  }

  private static String insert(Object value) {
    return "INSERT INTO " + notes + " VALUES (" + value + ")";
  }

  /** A way to send an INSERT. */
  enum Way {
    SIMPLE((connection, id) -> connection.query(insert(id)).execute()),
    /** Not surely one statement, so that it waits for BEGIN. */
    SIMPLE_WITH_SEMICOLON(
        (connection, id) -> connection.query("SELECT ';'; " + insert(id)).execute()),
    PREPARED((connection, id) -> connection.preparedQuery(insert("$1")).execute(Tuple.of(id))),
    /** One that the connection has to prepare first. */
    PREPARED_COLD(
        (connection, id) ->
            connection.preparedQuery("/* " + id + " */ " + insert("$1")).execute(Tuple.of(id))),
    BATCH(
        (connection, id) ->
            connection
                .preparedQuery(insert("$1"))
                .executeBatch(
                    IntStream.range(0, 3).mapToObj(i -> Tuple.of(100 * id + i)).toList()));

    private interface Insert {
      Future<RowSet<Row>> send(SqlConnection connection, int id);
    }

    private final Insert insert;

    Way(Insert insert) {
      this.insert = insert;
    }

    Future<?> send(SqlConnection connection, int id) {
      return insert.send(connection, id);
    }
  }

  /** Begins a transaction and sends what belongs to it in the same turn. */
  private List<Future<?>> begin(
      String begin, boolean guarded, Function<SqlConnection, List<Future<?>>> statements)
      throws Exception {
    return await(
        WireAccess.inOneTurn(
            connection,
            () -> {
              List<Future<?>> all = new ArrayList<>();
              if (guarded) {
                WireAccess.guard(connection);
              }
              all.add(WireAccess.schedule(connection, begin));
              all.addAll(statements.apply(connection));
              return Future.succeededFuture(all);
            }));
  }

  private static Function<SqlConnection, List<Future<?>>> inserts(Way way, int count) {
    return connection -> {
      List<Future<?>> sent = new ArrayList<>();
      for (int id = 1; id <= count; id++) {
        sent.add(way.send(connection, id));
      }
      return sent;
    };
  }

  private void commit() throws Exception {
    execute(connection, "COMMIT");
  }

  /** Makes the connection know the statement. */
  private void warm() throws Exception {
    await(connection.preparedQuery(insert("$1")).execute(Tuple.of(-1)));
    execute(connection, "DELETE FROM " + notes);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 20})
  void preparedStatements_inTheTurnOfBegin_areOneFlightAndCommitAnother(int count)
      throws Exception {
    warm();
    int before = relay.flights();
    for (Future<?> done : begin("BEGIN", /* guarded= */ true, inserts(Way.PREPARED, count))) {
      await(done);
    }
    assertThat(relay.flights() - before).isEqualTo(1);
    assertThat(WireAccess.status(connection)).isEqualTo("IN_TRANSACTION");
    commit();
    assertThat(relay.flights() - before).isEqualTo(2);
    assertThat(WireAccess.status(connection)).isEqualTo("IDLE");
    assertThat(value(connection, "SELECT count(*) FROM " + notes)).isEqualTo("" + count);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 20})
  void simpleStatements_inTheTurnOfBegin_areOneFlightAndCommitAnother(int count) throws Exception {
    int before = relay.flights();
    for (Future<?> done : begin("BEGIN", /* guarded= */ true, inserts(Way.SIMPLE, count))) {
      await(done);
    }
    commit();
    assertThat(relay.flights() - before).isEqualTo(2);
    assertThat(value(connection, "SELECT count(*) FROM " + notes)).isEqualTo("" + count);
  }

  @Test
  void batch_inTheTurnOfBegin_isOneFlight() throws Exception {
    warm();
    int before = relay.flights();
    for (Future<?> done : begin("BEGIN", /* guarded= */ true, inserts(Way.BATCH, 2))) {
      await(done);
    }
    assertThat(relay.flights() - before).isEqualTo(1);
    commit();
    assertThat(value(connection, "SELECT count(*) FROM " + notes)).isEqualTo("6");
  }

  @Test
  void coldStatement_isPreparedInTheFlightOfBegin() throws Exception {
    int before = relay.flights();
    for (Future<?> done : begin("BEGIN", /* guarded= */ true, inserts(Way.PREPARED_COLD, 1))) {
      await(done);
    }
    assertThat(relay.flights() - before).isEqualTo(2);
    commit();
    assertThat(value(connection, "SELECT count(*) FROM " + notes)).isEqualTo("1");
  }

  @Test
  void commit_inTheTurnOfBegin_waitsForTheAnswer() throws Exception {
    int before = relay.flights();
    for (Future<?> done :
        begin(
            "BEGIN",
            /* guarded= */ true,
            connection ->
                List.of(
                    Way.SIMPLE.send(connection, 1), WireAccess.schedule(connection, "COMMIT")))) {
      await(done);
    }
    assertThat(relay.flights() - before).isEqualTo(2);
    assertThat(WireAccess.status(connection)).isEqualTo("IDLE");
  }

  @Test
  void rows_ofEveryKindOfQuery_areAsWithoutTheGuard() throws Exception {
    String simple =
        "SELECT id, 1.5::numeric AS n, NULL::text AS t, now() > '2020-01-01' FROM " + notes;
    String prepared =
        "SELECT id, $1::text, '2026-01-02'::date FROM " + notes + " WHERE id > $2 ORDER BY id";
    execute(connection, insert("1), (2), (3"));
    Function<SqlConnection, List<Future<?>>> queries =
        connection ->
            List.of(
                connection.query(simple + " ORDER BY id;").execute().map(BeginGuardTest::shown),
                connection
                    .preparedQuery(prepared)
                    .execute(Tuple.of("x", 1))
                    .map(BeginGuardTest::shown),
                connection.query(simple + " WHERE id = 9").execute().map(BeginGuardTest::shown),
                connection.query("SELECT 1; SELECT 2").execute().map(BeginGuardTest::shown),
                connection
                    .query("UPDATE " + notes + " SET id = id + 10 WHERE id > 1")
                    .execute()
                    .map(BeginGuardTest::shown));
    List<String> plain = results(begin("BEGIN READ WRITE", /* guarded= */ false, queries));
    execute(connection, "ROLLBACK");
    assertThat(results(begin("BEGIN READ WRITE", /* guarded= */ true, queries)))
        .isEqualTo(plain)
        .anySatisfy(rows -> assertThat(rows).contains("1.5").contains("true"))
        .anySatisfy(rows -> assertThat(rows).contains("2026-01-02").contains("[2, x, "))
        .contains("[] of 2");
  }

  private static List<String> results(List<Future<?>> futures) throws Exception {
    List<String> results = new ArrayList<>();
    for (Future<?> future : futures) {
      results.add(String.valueOf(await(future)));
    }
    return results;
  }

  private static String shown(RowSet<Row> rows) {
    List<String> shown = new ArrayList<>();
    for (Row row : rows) {
      List<Object> columns = new ArrayList<>();
      for (int i = 0; i < row.size(); i++) {
        columns.add(row.getValue(i));
      }
      shown.add(String.valueOf(columns));
    }
    return shown + " of " + rows.rowCount();
  }

  @ParameterizedTest
  @EnumSource(Way.class)
  void failedBegin_nothingBehindItIsExecuted(Way way) throws Exception {
    warm();
    List<Future<?>> sent = begin(REFUSED_BEGIN, /* guarded= */ true, inserts(way, 3));
    assertSqlState(failure(sent.get(0)), "0A000");
    for (Future<?> statement : sent.subList(1, sent.size())) {
      assertSqlState(failure(statement), "25P01");
    }
    assertThat(WireAccess.status(connection)).isEqualTo("FAILED");
    assertSqlState(failure(way.send(connection, 7)), "25P01");
    assertSqlState(failure(WireAccess.schedule(connection, "COMMIT")), "25P01");
    assertThat(otherConnection("SELECT count(*) FROM " + notes)).isEqualTo("0");

    execute(connection, "ROLLBACK");
    assertThat(WireAccess.status(connection)).isEqualTo("IDLE");
    await(way.send(connection, 8));
  }

  /** The control: this is what the guard prevents. */
  @ParameterizedTest
  @EnumSource(Way.class)
  void failedBegin_withoutTheGuard_executesWhatIsBehindIt(Way way) throws Exception {
    warm();
    List<Future<?>> sent = begin(REFUSED_BEGIN, /* guarded= */ false, inserts(way, 3));
    assertSqlState(failure(sent.get(0)), "0A000");
    for (Future<?> statement : sent.subList(1, sent.size())) {
      await(statement);
    }
    assertThat(otherConnection("SELECT count(*) FROM " + notes))
        .isEqualTo(way == Way.BATCH ? "9" : "3");
  }

  @Test
  void failedBegin_moreStatementsThanThePipelineTakes_noneIsExecuted() throws Exception {
    warm();
    List<Future<?>> sent = begin(REFUSED_BEGIN, /* guarded= */ true, inserts(Way.PREPARED, 600));
    for (Future<?> statement : sent.subList(1, sent.size())) {
      assertSqlState(failure(statement), "25P01");
    }
    assertThat(otherConnection("SELECT count(*) FROM " + notes)).isEqualTo("0");
  }

  @Test
  void manyStatements_moreThanThePipelineTakes_areAllExecuted() throws Exception {
    warm();
    for (Future<?> done : begin("BEGIN", /* guarded= */ true, inserts(Way.PREPARED, 600))) {
      await(done);
    }
    commit();
    assertThat(value(connection, "SELECT count(*) FROM " + notes)).isEqualTo("600");
  }

  @Test
  void failedBegin_thenAGuardedOneThatSucceeds_isATransaction() throws Exception {
    assertSqlState(failure(begin(REFUSED_BEGIN, true, inserts(Way.SIMPLE, 0)).get(0)), "0A000");
    for (Future<?> done : begin("BEGIN", /* guarded= */ true, inserts(Way.SIMPLE, 2))) {
      await(done);
    }
    commit();
    assertThat(values(connection, "SELECT id FROM " + notes)).containsExactlyInAnyOrder("1", "2");
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3})
  void failedStatement_thoseBehindItSayTheTransactionIsAborted(int failing) throws Exception {
    warm();
    List<Future<?>> sent =
        begin(
            "BEGIN",
            /* guarded= */ true,
            connection ->
                List.of(
                    Way.PREPARED.send(connection, 1),
                    Way.PREPARED.send(connection, failing == 1 ? 1 : 2),
                    Way.SIMPLE.send(connection, failing == 2 ? 2 : 3),
                    Way.BATCH.send(connection, 4),
                    failing == 3
                        ? connection.query("SELECT nothing").execute()
                        : Way.SIMPLE.send(connection, 5)));
    for (int i = 0; i < sent.size(); i++) {
      int first = failing == 3 ? 5 : failing + 1;
      if (i < first) {
        await(sent.get(i));
      } else if (i == first) {
        assertSqlState(failure(sent.get(i)), failing == 3 ? "42703" : "23505");
      } else {
        assertSqlState(failure(sent.get(i)), "25P02");
      }
    }
    assertThat(WireAccess.status(connection)).isEqualTo("FAILED");
    assertSqlState(failure(Way.SIMPLE.send(connection, 9)), "25P02");
    execute(connection, "ROLLBACK");
    assertThat(WireAccess.status(connection)).isEqualTo("IDLE");
    assertThat(values(connection, "SELECT id FROM " + notes)).isEmpty();
  }

  @Test
  void guard_onAnotherThreadThanTheConnections_isRefused() {
    assertThatThrownBy(() -> WireAccess.guard(connection))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining(Thread.currentThread().getName());
  }

  /** As the transaction of the driver's own API does. */
  @Test
  void transactionOfTheDriver_isGuardedAsWell() throws Exception {
    int before = relay.flights();
    await(
        WireAccess.inOneTurn(
            connection,
            () -> {
              WireAccess.guard(connection);
              Future<Void> committed =
                  connection.begin().compose(transaction -> transaction.commit());
              return Future.all(Way.SIMPLE.send(connection, 1), committed);
            }));
    assertThat(relay.flights() - before).isEqualTo(2);
    assertThat(otherConnection("SELECT count(*) FROM " + notes)).isEqualTo("1");
  }

  @Test
  void close_rightBehindTheGroup_failsOrAnswersEveryCommand() throws Exception {
    List<Future<?>> sent =
        begin(
            "BEGIN",
            /* guarded= */ true,
            connection ->
                List.of(
                    Way.SIMPLE.send(connection, 1),
                    Way.SIMPLE_WITH_SEMICOLON.send(connection, 2),
                    connection.close()));
    await(sent.get(3));
    assertThat(WireAccess.status(connection)).as("of a closed connection").isNotNull();
    for (Future<?> future : sent) {
      await(future.otherwiseEmpty());
    }
    connection = await(connector.connect());
    assertThat(value(connection, "SELECT count(*) FROM " + notes)).isEqualTo("0");
  }

  private String otherConnection(String sql) throws Exception {
    SqlConnection other = await(connector.connect());
    try {
      return value(other, sql);
    } finally {
      await(other.close());
    }
  }

  private static void assertSqlState(Throwable failure, String sqlState) {
    assertThat(failure).isInstanceOf(PgException.class);
    assertThat(((PgException) failure).getSqlState()).isEqualTo(sqlState);
  }
}
