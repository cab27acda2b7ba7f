package io.github.dsqljava.vertx;

import static io.github.dsqljava.vertx.LocalCluster.await;
import static io.github.dsqljava.vertx.LocalCluster.config;
import static io.github.dsqljava.vertx.LocalCluster.execute;
import static io.github.dsqljava.vertx.LocalCluster.failure;
import static io.github.dsqljava.vertx.LocalCluster.value;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.dsqljava.RetryKind;
import io.github.dsqljava.local.DsqlLocal;
import io.github.dsqljava.pool.PoolListener;
import io.github.dsqljava.retry.RetryPolicy;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.pgclient.PgException;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.SqlClient;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Transaction;
import io.vertx.sqlclient.Tuple;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Prepared statements that do not fit the schema any more: forgotten, and nothing is wrong. */
@SuppressWarnings({"NullAway.Init", "InterruptedExceptionSwallowed"})
class SchemaChangeTest {
  private static final String BY_ID = "SELECT * FROM c WHERE id = $1";
  private static final String INCREMENT =
      "UPDATE c SET v = v + sign(nextval('q'))::int WHERE id = $1";
  private static final String PREPARED = "SELECT count(*) FROM pg_prepared_statements";

  private static DsqlLocal cluster;
  private DsqlConnector migrations;
  private SqlConnection migration;
  private DsqlConnector connector;
  private DsqlPool pool;
  private final ConcurrentLinkedQueue<RetryKind> retries = new ConcurrentLinkedQueue<>();
  private final AtomicInteger calls = new AtomicInteger();

  @BeforeAll
  static void start() {
    cluster = DsqlLocal.start();
  }

  @AfterAll
  static void stop() {
    cluster.close();
  }

  @BeforeEach
  void open() throws Exception {
    migrations = DsqlConnector.create(config(cluster).build());
    migration = await(migrations.connect());
    recreate("int");
    open(1, 256);
  }

  private void open(int connections, int statements) throws Exception {
    if (connector != null) {
      await(connector.close());
    }
    connector = DsqlConnector.create(config(cluster).statementCacheSize(statements).build());
    PoolListener listener =
        new PoolListener() {
          @Override
          public void retrying(RetryKind kind, int attempt, Duration delay, Throwable cause) {
            retries.add(kind);
          }
        };
    pool =
        connector.pool(
            PoolSettings.builder()
                .maxSize(connections)
                .listener(listener)
                .retryPolicy(
                    RetryPolicy.defaults().toBuilder().maxPause(Duration.ofMillis(5)).build())
                .build());
  }

  @AfterEach
  void close() throws Exception {
    assertThat(pool.stats().leased()).as("connections that never came back").isZero();
    await(connector.close());
    await(migrations.close());
    LocalCluster.assertNothingOpen(cluster);
  }

  /** A table with one row, which has this type as its key. */
  private void recreate(String type) throws Exception {
    execute(migration, "DROP TABLE IF EXISTS c");
    execute(migration, "CREATE TABLE c (id " + type + " PRIMARY KEY, v int)");
    execute(migration, "INSERT INTO c VALUES ('1', 7)");
    execute(migration, "CREATE SEQUENCE IF NOT EXISTS q CACHE 1");
  }

  private static Future<Row> byId(SqlClient client, Object id) {
    return client.preparedQuery(BY_ID).execute(Tuple.of(id)).map(rows -> rows.iterator().next());
  }

  private static String sqlState(Throwable failure) {
    return ((PgException) failure).getSqlState();
  }

  // ---- COMMIT

  /**
   * A stale statement is closed in front of COMMIT, and the server tells of the change there: an
   * error that no statement of the function gets.
   */
  @Test
  void commit_behindTheClosingOfAStaleStatement_isNoSuccessIfItWasNone() throws Exception {
    open(2, 256);
    await(
        pool.inTransaction(
            connection ->
                connection
                    .preparedQuery(INCREMENT)
                    .execute(Tuple.of(1))
                    .compose(
                        rows ->
                            calls.incrementAndGet() > 1 ? Future.succeededFuture() : change())));
    assertThat(value(migration, "SELECT v FROM c")).isEqualTo("8");
    assertThat(calls).hasValue(2);
  }

  /** The same in a transaction that a program ends by itself. */
  @Test
  void commitOfItsOwn_behindTheClosingOfAStaleStatement_isNoSuccessIfItWasNone() throws Exception {
    open(2, 256);
    SqlConnection connection = await(pool.getConnection());
    Transaction transaction = await(connection.begin());
    await(connection.preparedQuery(INCREMENT).execute(Tuple.of(1)).compose(rows -> change()));
    assertThat(failure(transaction.commit())).isNotNull();
    await(connection.close());
    assertThat(value(migration, "SELECT v FROM c")).isEqualTo("7");
  }

  /**
   * Changes a sequence that the transaction has used, which has lost by that, and lets another
   * connection of the pool notice.
   */
  private Future<Object> change() {
    return byId(pool, 1)
        .compose(row -> migration.query("ALTER SEQUENCE q RESTART WITH 5").execute())
        .compose(rows -> byId(pool, 1))
        .otherwiseEmpty() // it was told
        .compose(row -> byId(pool, 1))
        .compose(row -> byId(pool, "no number"))
        .otherwiseEmpty() // a sign for all connections
        .mapEmpty();
  }

  // ---- outside of transactions

  @Test
  void newColumn_isTheCallersErrorOnce() throws Exception {
    assertThat(await(byId(pool, 1)).size()).isEqualTo(2);
    execute(migration, "ALTER TABLE c ADD COLUMN w text");
    assertThat(sqlState(failure(byId(pool, 1)))).isEqualTo("40001");
    assertThat(await(byId(pool, 1)).size()).isEqualTo(3);
  }

  @Test
  void newType_isReadAsWhatItIs() throws Exception {
    assertThat(await(byId(pool, 1)).getValue("v")).isEqualTo(7);
    execute(migration, "ALTER TABLE c DROP COLUMN v");
    execute(migration, "ALTER TABLE c ADD COLUMN v bigint");
    execute(migration, "UPDATE c SET v = 8");
    assertThat(sqlState(failure(byId(pool, 1)))).isEqualTo("40001");
    assertThat(await(byId(pool, 1)).getValue("v")).isEqualTo(8L);
  }

  /** The first sign is that the value does not fit; the statement is prepared again at once. */
  @Test
  void newTypeOfAParameter_isTheCallersErrorOnce() throws Exception {
    assertThat(await(byId(pool, 1)).getValue("v")).isEqualTo(7);
    recreate("text");
    assertThat(sqlState(failure(byId(pool, "1")))).isEqualTo("40001");
    assertThat(await(byId(pool, "1")).getValue("v")).isEqualTo(7);
  }

  @Test
  void newTypeOfAParameterOfABatch_isTheCallersErrorOnce() throws Exception {
    String sql = "INSERT INTO c VALUES ($1, $2)";
    await(pool.preparedQuery(sql).executeBatch(List.of(Tuple.of(2, 7), Tuple.of(3, 7))));
    recreate("text");
    List<Tuple> rows = List.of(Tuple.of("2", 7), Tuple.of("3", 7));
    assertThat(sqlState(failure(pool.preparedQuery(sql).executeBatch(rows)))).isEqualTo("40001");
    await(pool.preparedQuery(sql).executeBatch(rows));
    assertThat(value(pool, "SELECT count(*) FROM c")).isEqualTo("3");
  }

  /** A session is not told of its own changes; PostgreSQL then refuses the old plan. */
  @Test
  void ownChange_isTheCallersErrorOnce() throws Exception {
    await(byId(pool, 1));
    execute(pool, "ALTER TABLE c ADD COLUMN w text");
    assertThat(sqlState(failure(byId(pool, 1)))).isEqualTo("0A000");
    assertThat(await(byId(pool, 1)).size()).isEqualTo(3);
  }

  @Test
  void statementsThatAreGone_areTheCallersErrorOnce() throws Exception {
    await(byId(pool, 1));
    execute(pool, "DEALLOCATE ALL");
    assertThat(sqlState(failure(byId(pool, 1)))).isEqualTo("26000");
    assertThat(await(byId(pool, 1)).size()).isEqualTo(2);
  }

  @Test
  void connectionOfConnect_recoversToo() throws Exception {
    SqlConnection connection = await(connector.connect());
    await(byId(connection, 1));
    recreate("text");
    assertThat(sqlState(failure(byId(connection, "1")))).isEqualTo("40001");
    assertThat(await(byId(connection, "1")).getValue("v")).isEqualTo(7);
    await(connection.close());
  }

  // ---- in transactions

  private Future<Row> inTransaction(Object id) {
    return pool.inTransaction(
        connection -> {
          calls.incrementAndGet();
          return byId(connection, id);
        });
  }

  @Test
  void inTransaction_runsAgain_afterOwnChange() throws Exception {
    await(byId(pool, 1));
    execute(pool, "ALTER TABLE c ADD COLUMN w text");
    assertThat(await(inTransaction(1)).size()).isEqualTo(3);
    assertThat(retries).containsExactly(RetryKind.STALE_SCHEMA);
  }

  @Test
  void inTransaction_runsAgain_whenStatementsAreGone() throws Exception {
    await(byId(pool, 1));
    execute(pool, "DEALLOCATE ALL");
    assertThat(await(inTransaction(1)).size()).isEqualTo(2);
    assertThat(retries).containsExactly(RetryKind.STALE_SCHEMA);
  }

  /** A value that does not fit is nothing that a server tells each connection. */
  @Test
  void inTransaction_valueThatFitsNow_oneConnectionTellsTheOthers() throws Exception {
    int size = 12;
    open(size, 256);
    List<SqlConnection> all = new ArrayList<>();
    for (int i = 0; i < size; i++) {
      all.add(await(pool.getConnection()));
      await(byId(all.get(i), 1));
    }
    for (SqlConnection connection : all) {
      await(connection.close());
    }
    recreate("text");
    assertThat(await(inTransaction("1")).getValue("v")).isEqualTo(7);
    assertThat(retries).as("one value, and OC001 of one or two").hasSizeBetween(2, 3);
    Promise<Void> gate = Promise.promise();
    AtomicInteger waiting = new AtomicInteger();
    List<Future<Row>> running = new ArrayList<>();
    for (int i = 0; i < size; i++) {
      running.add(
          pool.inTransaction(
              connection -> {
                if (waiting.incrementAndGet() == size) {
                  gate.complete();
                }
                return gate.future().compose(open -> byId(connection, "1"));
              }));
    }
    await(Future.all(running));
    assertThat(retries).as("OC001 of each").hasSizeLessThanOrEqualTo(size + 1);
  }

  @Test
  void inTransaction_mistakeOfTheProgram_isToldAsItIs() throws Exception {
    await(inTransaction(1));
    calls.set(0);
    Throwable failure = failure(inTransaction("no number"));
    assertThat(failure).hasMessageContaining("can not be coerced to the expected class");
    assertThat(calls.get()).isBetween(1, 4);
    assertThat(await(inTransaction(1)).getValue("v")).isEqualTo(7);
  }

  @Test
  void inTransaction_columnThatIsGone_isToldAsItIs() throws Exception {
    String sql = "SELECT v FROM c WHERE id = $1";
    await(pool.preparedQuery(sql).execute(Tuple.of(1)));
    execute(pool, "ALTER TABLE c DROP COLUMN v");
    Throwable failure =
        failure(
            pool.inTransaction(
                connection -> {
                  calls.incrementAndGet();
                  return connection.preparedQuery(sql).execute(Tuple.of(1));
                }));
    assertThat(sqlState(failure)).isEqualTo("42703");
    assertThat(calls).hasValue(2);
  }

  @Test
  void executeMany_goesOn() throws Exception {
    String sql = "INSERT INTO c VALUES ($1, $2)";
    List<Tuple> rows = new ArrayList<>();
    for (int i = 10; i < 20; i++) {
      rows.add(Tuple.of(i, 7));
    }
    BatchOptions small = BatchOptions.builder().maxRows(2).build();
    await(pool.executeMany(sql, rows.subList(0, 4), small));
    execute(migration, "ALTER TABLE c DROP COLUMN v");
    execute(migration, "ALTER TABLE c ADD COLUMN v numeric(10,2)");
    assertThat(await(pool.executeMany(sql, rows.subList(4, 10), small)).rowCount()).isEqualTo(6);
    assertThat(value(pool, "SELECT count(*) FROM c WHERE v = 7")).isEqualTo("6");
  }

  // ---- the cache

  @Test
  void forgottenStatements_areClosed() throws Exception {
    for (int i = 0; i < 20; i++) {
      await(pool.preparedQuery("SELECT $1::int + " + i).execute(Tuple.of(1)));
    }
    assertThat(value(pool, PREPARED)).isEqualTo("20");
    execute(migration, "ALTER TABLE c ADD COLUMN w text");
    assertThat(sqlState(failure(byId(pool, 1)))).isEqualTo("40001");
    assertThat(value(pool, PREPARED)).isEqualTo("0");
    await(byId(pool, 1));
    execute(pool, "ALTER TABLE c ADD COLUMN x text");
    assertThat(sqlState(failure(byId(pool, 1)))).isEqualTo("0A000");
    assertThat(value(pool, PREPARED)).isEqualTo("0");
  }

  @Test
  void statementCacheSize_isHowManyAreKept() throws Exception {
    open(1, 2);
    for (int i = 0; i < 5; i++) {
      await(pool.preparedQuery("SELECT $1::int + " + i).execute(Tuple.of(1)));
    }
    assertThat(value(pool, PREPARED)).isEqualTo("2");
    open(1, 0);
    for (int i = 0; i < 5; i++) {
      await(byId(pool, 1));
    }
    assertThat(value(pool, PREPARED)).as("but for the unnamed one").isEqualTo("0");
  }
}
