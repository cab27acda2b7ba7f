package io.github.dsqljava.vertx.junit;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.dsqljava.DsqlConfig;
import io.github.dsqljava.junit.DsqlLocalTest;
import io.github.dsqljava.local.DsqlLocal;
import io.github.dsqljava.vertx.DsqlConnector;
import io.github.dsqljava.vertx.DsqlPool;
import io.vertx.core.Future;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

@DsqlLocalTest
class ConnectorAdapterTest {
  private static DsqlPool poolOfATest;

  @AfterAll
  static void pool_isClosedAfterItsTest(DsqlLocal cluster) throws Exception {
    RowSet<Row> rows = await(poolOfATest.query("SELECT 1").execute().otherwiseEmpty());
    assertThat((Object) rows).isNull();
  }

  @Test
  void pool_runsATransaction(DsqlPool pool) throws Exception {
    poolOfATest = pool;
    await(pool.query("CREATE TABLE t (id int PRIMARY KEY)").execute());
    await(
        pool.inTransaction(
            connection -> connection.query("INSERT INTO t VALUES (1)").execute().mapEmpty()));
    int rows = await(pool.query("SELECT * FROM t").execute().map(RowSet::size));
    assertThat(rows).isEqualTo(1);
  }

  @Test
  void connectorAndConfig_areForTheSameCluster(
      DsqlConnector connector, DsqlConfig config, DsqlLocal cluster) throws Exception {
    assertThat(config.toString()).contains(Integer.toString(cluster.port()));
    int one =
        await(
            connector
                .connect()
                .compose(
                    connection ->
                        connection
                            .query("SELECT 1")
                            .execute()
                            .map(rows -> rows.iterator().next().getInteger(0))
                            .eventually(connection::close)));
    assertThat(one).isEqualTo(1);
  }

  private static <T> T await(Future<T> future) throws Exception {
    return future.toCompletionStage().toCompletableFuture().get(30, TimeUnit.SECONDS);
  }
}
