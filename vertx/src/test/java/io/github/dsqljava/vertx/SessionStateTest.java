package io.github.dsqljava.vertx;

import static io.github.dsqljava.vertx.LocalCluster.await;
import static io.github.dsqljava.vertx.LocalCluster.config;
import static io.github.dsqljava.vertx.LocalCluster.execute;
import static io.github.dsqljava.vertx.LocalCluster.value;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.dsqljava.local.DsqlLocal;
import io.github.dsqljava.local.journal.RecordedStatement;
import io.vertx.core.Future;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What one caller sets does not reach the next one, and who sets nothing pays nothing. */
@SuppressWarnings({"NullAway.Init", "InterruptedExceptionSwallowed"})
class SessionStateTest {
  private static DsqlLocal cluster;
  private DsqlConnector connector;
  private final AtomicInteger hooks = new AtomicInteger();

  @BeforeAll
  static void start() {
    cluster = DsqlLocal.start();
    cluster.record().start();
  }

  @AfterAll
  static void stop() {
    cluster.close();
  }

  @AfterEach
  void close() throws Exception {
    await(connector.close());
    LocalCluster.assertNothingOpen(cluster);
  }

  private DsqlPool pool(PoolSettings.Builder settings) {
    connector = DsqlConnector.create(config(cluster).build());
    return connector.pool(settings.maxSize(1).build());
  }

  private static long resets() {
    return cluster.record().statements().stream()
        .map(RecordedStatement::sql)
        .filter("RESET ALL"::equals)
        .count();
  }

  @Test
  void set_isReset_andNothingElseIs() throws Exception {
    DsqlPool pool = pool(PoolSettings.builder());
    String before = value(pool, "SHOW timezone");
    String path = value(pool, "SHOW search_path");
    long resets = resets();
    SqlConnection connection = await(pool.getConnection());
    execute(connection, "/* whatever */ SET timezone = 'Asia/Tokyo'");
    execute(connection, "SET search_path = nowhere");
    assertThat(value(connection, "SHOW timezone")).isEqualTo("Asia/Tokyo");
    await(connection.close());
    assertThat(value(pool, "SHOW timezone")).isEqualTo(before);
    assertThat(value(pool, "SHOW search_path")).isEqualTo(path);
    assertThat(resets()).isEqualTo(resets + 1);
    for (int i = 0; i < 5; i++) {
      execute(pool, "SELECT 1");
    }
    assertThat(resets()).isEqualTo(resets + 1);
    assertThat(pool.stats().opened()).isEqualTo(1);
  }

  /** The server does not say SET for it, and of a search_path nothing else either. */
  @Test
  void setConfig_isReset() throws Exception {
    DsqlPool pool = pool(PoolSettings.builder());
    String path = value(pool, "SHOW search_path");
    long resets = resets();
    execute(pool, "SELECT pg_catalog.Set_Config('search_path', 'nowhere', false)");
    assertThat(value(pool, "SHOW search_path")).isEqualTo(path);
    SqlConnection connection = await(pool.getConnection());
    await(
        connection
            .preparedQuery("SELECT u&\"set_c\\006Fnfig\"('search_path', $1, false)")
            .execute(Tuple.of("nowhere")));
    await(connection.close());
    assertThat(value(pool, "SHOW search_path")).isEqualTo(path);
    await(
        pool.inTransaction(
            c -> c.query("SELECT set_config('search_path', 'nowhere', false)").execute()));
    assertThat(value(pool, "SHOW search_path")).isEqualTo(path);
    assertThat(resets()).isEqualTo(resets + 3);
    assertThat(pool.stats().opened()).isEqualTo(1);
  }

  /** A rule of the view calls set_config; the server answers UPDATE. */
  @Test
  void updateOfTheViewOfSettings_isReset() throws Exception {
    DsqlPool pool = pool(PoolSettings.builder());
    String path = value(pool, "SHOW search_path");
    execute(pool, "UPDATE Pg_Settings SET setting = 'nowhere' WHERE name = 'search_path'");
    assertThat(value(pool, "SHOW search_path")).isEqualTo(path);
    assertThat(pool.stats().opened()).isEqualTo(1);
  }

  /** Nothing in the text tells, but the server says so of a setting that clients should know. */
  @Test
  void settingChangedInAFunction_isResetIfTheServerReportsIt() throws Exception {
    DsqlPool pool = pool(PoolSettings.builder());
    execute(
        pool,
        "CREATE FUNCTION sets() RETURNS text LANGUAGE sql AS"
            + " $$ SELECT set_config('timezone', 'Asia/Tokyo', false) $$");
    String before = value(pool, "SHOW timezone");
    assertThat(value(pool, "SELECT sets()")).isEqualTo("Asia/Tokyo");
    assertThat(value(pool, "SHOW timezone")).isEqualTo(before);
    SqlConnection connection = await(pool.getConnection());
    await(connection.preparedQuery("SELECT sets()").execute());
    await(connection.close());
    assertThat(value(pool, "SHOW timezone")).isEqualTo(before);
    assertThat(pool.stats().opened()).isEqualTo(1);
  }

  @Test
  void setInATransaction_isReset() throws Exception {
    DsqlPool pool = pool(PoolSettings.builder());
    String before = value(pool, "SHOW timezone");
    await(pool.inTransaction(c -> c.query("SET timezone = 'Asia/Tokyo'").execute()));
    assertThat(value(pool, "SHOW timezone")).isEqualTo(before);
  }

  @Test
  void initHook_runsAgainBehindAReset() throws Exception {
    Function<SqlConnection, Future<Void>> hook =
        c -> {
          hooks.incrementAndGet();
          return c.query("SET timezone = 'Europe/Paris'").execute().mapEmpty();
        };
    DsqlPool pool = pool(PoolSettings.builder().initHook(hook));
    long resets = resets();
    assertThat(value(pool, "SHOW timezone")).isEqualTo("Europe/Paris");
    assertThat(resets()).as("the hook's own SET").isEqualTo(resets);
    execute(pool, "SET timezone = 'Asia/Tokyo'");
    assertThat(value(pool, "SHOW timezone")).isEqualTo("Europe/Paris");
    assertThat(hooks).hasValue(2);
    execute(pool, "RESET timezone");
    assertThat(value(pool, "SHOW timezone")).isEqualTo("Europe/Paris");
    assertThat(hooks).hasValue(3);
    assertThat(pool.stats().opened()).isEqualTo(1);
  }

  @Test
  void acquireHook_itsSettingsAreNotReset() throws Exception {
    List<String> zones = List.of("Europe/Paris", "Asia/Tokyo");
    DsqlPool pool =
        pool(
            PoolSettings.builder()
                .acquireHook(
                    c ->
                        c.query("SET timezone = '" + zones.get(hooks.getAndIncrement() % 2) + "'")
                            .execute()
                            .mapEmpty()));
    long resets = resets();
    assertThat(value(pool, "SHOW timezone")).isEqualTo("Europe/Paris");
    assertThat(value(pool, "SHOW timezone")).isEqualTo("Asia/Tokyo");
    assertThat(resets()).isEqualTo(resets);
  }
}
