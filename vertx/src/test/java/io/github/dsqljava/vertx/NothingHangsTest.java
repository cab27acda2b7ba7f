package io.github.dsqljava.vertx;

import static io.github.dsqljava.vertx.LocalCluster.await;
import static io.github.dsqljava.vertx.LocalCluster.config;
import static io.github.dsqljava.vertx.LocalCluster.execute;
import static io.github.dsqljava.vertx.LocalCluster.failure;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.dsqljava.ClosedException;
import io.github.dsqljava.RetryKind;
import io.github.dsqljava.local.CommitConflict;
import io.github.dsqljava.local.DsqlLocal;
import io.github.dsqljava.pool.PoolListener;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.sqlclient.PrepareOptions;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.SqlClient;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever callers hand in, and whatever it throws: the future completes, and no place is lost. */
@SuppressWarnings({"NullAway", "InterruptedExceptionSwallowed"})
class NothingHangsTest {
  private static final String INSERT = "INSERT INTO item VALUES ($1)";

  private static DsqlLocal cluster;
  private DsqlConnector connector;
  private DsqlPool pool;

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
    pool = connector.pool(PoolSettings.builder().maxSize(1).build());
    execute(pool, "DELETE FROM item");
  }

  @AfterEach
  void close() throws Exception {
    assertThat(LocalCluster.value(pool, "SELECT 1")).as("the only place is free").isEqualTo("1");
    await(connector.close());
    LocalCluster.assertNothingOpen(cluster);
  }

  @SuppressWarnings("unchecked")
  private static <T extends Throwable> void sneak(Throwable thrown) throws T {
    throw (T) thrown;
  }

  private static final List<Throwable> TROUBLE =
      List.of(
          new IllegalStateException("odd"), new AssertionError("odd"), new Exception("checked"));

  private static List<Tuple> rows(int count) {
    List<Tuple> rows = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      rows.add(Tuple.of(i));
    }
    return rows;
  }

  // --- callbacks

  /** Nothing of Vert.x wakes it any more once the connector has closed its own Vert.x. */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void functionThatNeverCompletes_isNotWaitedForWhenItsPoolIsClosed(boolean all) throws Exception {
    DsqlConnector other = DsqlConnector.create(config(cluster).build());
    DsqlPool closing =
        other.pool(PoolSettings.builder().maxSize(1).closeGrace(Duration.ZERO).build());
    Promise<Void> begun = Promise.promise();
    CompletableFuture<Void> never =
        LocalCluster.watched(
            closing.inTransaction(
                c -> {
                  c.query("INSERT INTO item VALUES (77)")
                      .execute()
                      .<Void>mapEmpty()
                      .onComplete(begun);
                  return Promise.<Void>promise().future();
                }));
    await(begun.future());
    await(all ? other.close() : closing.close());
    assertThat(failure(never)).isInstanceOf(ClosedException.class);
    await(other.close());
    assertThat(LocalCluster.value(pool, "SELECT count(*) FROM item")).isEqualTo("0");
  }

  /** Vert.x alone completes nothing then, and gives the connection up. */
  @ParameterizedTest
  @ValueSource(strings = {"", ";", "-- nothing", "/* nothing */"})
  void textWithoutAStatement_givesNoRows(String sql) throws Exception {
    DsqlClient client = connector.client(ClientSettings.builder().maxSize(1).build());
    SqlConnection single = await(connector.connect());
    for (SqlClient any : List.of(pool, client, single)) {
      assertThat(await(any.query(sql).execute()).size()).isZero();
      assertThat(await(any.preparedQuery(sql).execute()).rowCount()).isZero();
      assertThat(LocalCluster.value(any, "SELECT 1")).isEqualTo("1");
    }
    RowSet<Row> inside = await(pool.inTransaction(c -> c.query(sql).execute()));
    assertThat(inside.size()).isZero();
    assertThat(pool.stats().opened()).isEqualTo(1);
    assertThat(client.stats().opened()).isEqualTo(1);
  }

  @Test
  void executeMany_progressThatThrows_isLoggedAndTheRestIsWritten() throws Exception {
    for (Throwable thrown : TROUBLE) {
      Consumer<BatchProgress> careless =
          progress -> NothingHangsTest.<RuntimeException>sneak(thrown);
      BatchOptions options = BatchOptions.builder().maxRows(2).progress(careless).build();
      assertThat(await(pool.executeMany(INSERT, rows(6), options)).rowCount()).isEqualTo(6);
      execute(pool, "DELETE FROM item");
    }
  }

  @Test
  void executeMany_listThatChangesMeanwhile_isWrittenAsItWas() throws Exception {
    List<Tuple> rows = rows(6);
    BatchOptions options = BatchOptions.builder().maxRows(2).progress(done -> rows.clear()).build();
    assertThat(await(pool.executeMany(INSERT, rows, options)).rowCount()).isEqualTo(6);
  }

  @Test
  void inTransaction_listenerThatThrows_isLoggedAndTheTransactionRunsAgain() throws Exception {
    for (Throwable thrown : TROUBLE) {
      PoolListener careless =
          new PoolListener() {
            @Override
            public void retrying(RetryKind kind, int attempt, Duration delay, Throwable cause) {
              NothingHangsTest.<RuntimeException>sneak(thrown);
            }
          };
      DsqlPool odd = connector.pool(PoolSettings.builder().listener(careless).build());
      cluster.faults().conflictCommits(1, CommitConflict.DATA);
      await(odd.inTransaction(connection -> connection.query("DELETE FROM item").execute()));
    }
  }

  @Test
  void inTransaction_functionThatThrowsAnything_failsWithIt() throws Exception {
    for (Throwable thrown : TROUBLE) {
      Future<Void> work =
          pool.inTransaction(
              connection -> {
                NothingHangsTest.<RuntimeException>sneak(thrown);
                return Future.succeededFuture();
              });
      assertThat(failure(work)).isSameAs(thrown);
    }
  }

  @Test
  void withConnection_functionThatThrowsOrReturnsNull_failsAndGivesBack() throws Exception {
    for (Throwable thrown : TROUBLE) {
      Future<Void> work =
          pool.withConnection(
              connection -> {
                NothingHangsTest.<RuntimeException>sneak(thrown);
                return Future.succeededFuture();
              });
      assertThat(failure(work)).isSameAs(thrown);
      assertThat(LocalCluster.value(pool, "SELECT 1")).isEqualTo("1");
    }
    assertThat(failure(pool.withConnection(connection -> null)))
        .isInstanceOf(NullPointerException.class);
    assertThat(LocalCluster.value(pool, "SELECT 1")).isEqualTo("1");
    assertThat(failure(pool.withTransaction(connection -> null))).isNotNull();
    assertThat(LocalCluster.value(pool, "SELECT 1")).isEqualTo("1");
  }

  // --- nulls

  private static void assertNames(String parameter, ThrowingCallable call) {
    assertThatThrownBy(call)
        .as(parameter)
        .isExactlyInstanceOf(NullPointerException.class)
        .hasMessage(parameter);
  }

  @Test
  void pool_null_isRefusedAtTheCallByName() {
    assertNames("sql", () -> pool.query(null));
    assertNames("sql", () -> pool.preparedQuery(null));
    assertNames("sql", () -> pool.preparedQuery(null, new PrepareOptions()));
    assertNames("sql", () -> pool.executeMany(null, List.of()));
    assertNames("rows", () -> pool.executeMany(INSERT, null));
    assertNames("options", () -> pool.executeMany(INSERT, List.of(), null));
    assertNames("work", () -> pool.inTransaction(null));
    assertNames("options", () -> pool.inTransaction(null, c -> Future.succeededFuture()));
    assertNames("function", () -> pool.withTransaction(null));
    assertNames("propagation", () -> pool.withTransaction(null, c -> Future.succeededFuture()));
    assertNames("function", () -> pool.withConnection(null));
    assertNames("grace", () -> pool.close(null));
    assertNames("tuple", () -> pool.preparedQuery(INSERT).execute(null));
    assertNames("batch", () -> pool.preparedQuery(INSERT).executeBatch(null));
    assertNames(
        "batch[1]",
        () -> pool.preparedQuery(INSERT).executeBatch(Arrays.asList(Tuple.of(1), null)));
  }

  @Test
  void connector_null_isRefusedAtTheCallByName() {
    assertNames("config", () -> DsqlConnector.create(null));
    assertNames("vertx", () -> DsqlConnector.create(null, connector.config()));
    assertNames("settings", () -> connector.pool(null));
  }

  @Test
  void connection_null_isRefusedAtTheCallByName() throws Exception {
    SqlConnection pooled = await(pool.getConnection());
    assertNullsRefused(pooled);
    await(pooled.close());
    await(
        pool.inTransaction(
            connection -> {
              assertNullsRefused(connection);
              return Future.succeededFuture();
            }));
  }

  private static void assertNullsRefused(SqlConnection connection) {
    assertNames("sql", () -> connection.query(null));
    assertNames("sql", () -> connection.preparedQuery(null));
    assertNames("sql", () -> connection.preparedQuery(null, new PrepareOptions()));
    assertNames("sql", () -> connection.prepare(null));
    assertNames("sql", () -> connection.prepare(null, new PrepareOptions()));
    assertNames("tuple", () -> connection.preparedQuery(INSERT).execute(null));
    assertNames("batch", () -> connection.preparedQuery(INSERT).executeBatch(null));
  }
}
