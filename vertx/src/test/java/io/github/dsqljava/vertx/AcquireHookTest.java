package io.github.dsqljava.vertx;

import static io.github.dsqljava.vertx.LocalCluster.await;
import static io.github.dsqljava.vertx.LocalCluster.config;
import static io.github.dsqljava.vertx.LocalCluster.execute;
import static io.github.dsqljava.vertx.LocalCluster.failure;
import static io.github.dsqljava.vertx.LocalCluster.value;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.dsqljava.local.DsqlLocal;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.sqlclient.SqlConnection;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The hook that runs before each use of a connection, and what is checked on single ones. */
@SuppressWarnings({"NullAway.Init", "InterruptedExceptionSwallowed"})
class AcquireHookTest {
  private static DsqlLocal cluster;
  private DsqlConnector connector;
  private final AtomicInteger calls = new AtomicInteger();

  @BeforeAll
  static void start() {
    cluster = DsqlLocal.start();
  }

  @AfterAll
  static void stop() {
    cluster.close();
  }

  private DsqlPool pool(Function<SqlConnection, Future<Void>> hook) {
    connector = DsqlConnector.create(config(cluster).connectTimeout(Duration.ofSeconds(3)).build());
    return connector.pool(PoolSettings.builder().maxSize(1).acquireHook(hook).build());
  }

  @AfterEach
  void close() throws Exception {
    await(connector.close());
    LocalCluster.assertNothingOpen(cluster);
  }

  private Future<Void> setName(SqlConnection connection) {
    return connection
        .query("SET application_name = 'use " + calls.incrementAndGet() + "'")
        .execute()
        .mapEmpty();
  }

  @Test
  void runsBeforeEachUse() throws Exception {
    DsqlPool pool = pool(this::setName);
    String name = "SHOW application_name";
    assertThat(value(pool, name)).isEqualTo("use 1");
    assertThat(value(pool, name)).isEqualTo("use 2");
    SqlConnection connection = await(pool.getConnection());
    assertThat(value(connection, name)).isEqualTo("use 3");
    assertThat(value(connection, name)).isEqualTo("use 3");
    await(connection.close());
    String inside =
        await(
            pool.inTransaction(
                c -> c.query(name).execute().map(rows -> rows.iterator().next().getString(0))));
    assertThat(inside).isEqualTo("use 4");
    assertThat(pool.stats().opened()).isEqualTo(1);
  }

  @Test
  void thatFails_theCallerIsTold_andTheConnectionIsGivenUp() throws Exception {
    IllegalStateException trouble = new IllegalStateException("no tenant");
    DsqlPool pool =
        pool(c -> calls.incrementAndGet() == 1 ? Future.failedFuture(trouble) : setName(c));
    assertThat(failure(pool.query("SELECT 1").execute())).isSameAs(trouble);
    assertThat(value(pool, "SELECT 1")).isEqualTo("1");
    assertThat(pool.stats().opened()).isEqualTo(2);
  }

  @Test
  void thatThrowsOrGivesNullOrCloses_theCallerIsTold() throws Exception {
    List<Function<SqlConnection, Future<Void>>> hooks =
        List.of(
            c -> {
              throw new IllegalArgumentException("thrown");
            },
            c -> null,
            SqlConnection::close,
            c -> c.query("BEGIN").execute().mapEmpty());
    DsqlPool pool = pool(c -> hooks.get(calls.getAndIncrement()).apply(c));
    assertThat(failure(pool.getConnection())).hasMessage("thrown");
    assertThat(failure(pool.getConnection())).hasMessageContaining("returned null");
    assertThat(failure(pool.getConnection())).hasMessageContaining("closed the connection");
    assertThat(failure(pool.getConnection())).hasMessageContaining("left a transaction open");
    assertThat(pool.stats().leased()).isZero();
  }

  @Test
  void thatNeverCompletes_theCallerIsToldInTime() throws Exception {
    DsqlPool pool = pool(c -> Promise.<Void>promise().future());
    assertThat(failure(pool.getConnection()))
        .isInstanceOf(TimeoutException.class)
        .hasMessageContaining("acquire hook");
    assertThat(pool.stats().leased()).isZero();
  }

  @Test
  void inTransaction_connectionThatIsLostInTheHook_isAnotherAttempt() throws Exception {
    DsqlPool pool =
        pool(
            c ->
                calls.incrementAndGet() == 2
                    ? c.query("SELECT pg_terminate_backend(pg_backend_pid())").execute().mapEmpty()
                    : Future.succeededFuture());
    assertThat(value(pool, "SELECT 1")).isEqualTo("1");
    assertThat(await(pool.inTransaction(c -> c.query("SELECT 1").execute())).size()).isEqualTo(1);
    assertThat(calls).hasValue(3);
  }

  // ---- single connections

  @Test
  void connect_nulls_refusedAtTheCall_byName() throws Exception {
    pool(this::setName);
    SqlConnection connection = await(connector.connect());
    assertThatThrownBy(() -> connection.query(null)).hasMessage("sql");
    assertThatThrownBy(() -> connection.preparedQuery(null)).hasMessage("sql");
    assertThatThrownBy(() -> connection.prepare(null)).hasMessage("sql");
    assertThatThrownBy(() -> connection.preparedQuery("SELECT $1::int").execute(null))
        .isInstanceOf(NullPointerException.class)
        .hasMessage("tuple");
    assertThatThrownBy(() -> connection.preparedQuery("SELECT $1::int").executeBatch(null))
        .isInstanceOf(NullPointerException.class)
        .hasMessage("batch");
    execute(connection, "SELECT 1");
    await(connection.close());
  }
}
