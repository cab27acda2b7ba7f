package io.github.dsqljava.vertx;

import static io.github.dsqljava.vertx.LocalCluster.await;
import static io.github.dsqljava.vertx.LocalCluster.config;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.dsqljava.local.DsqlLocal;
import io.vertx.core.Vertx;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** Asynchronous jobs through Vert.x, which describes statements and wants binary results. */
class AsynchronousJobsTest {
  @Test
  void job_isAskedForAndWaitedFor() throws Exception {
    Vertx vertx = Vertx.vertx();
    try (DsqlLocal cluster = DsqlLocal.builder().jobDelay(Duration.ofMillis(50)).start()) {
      DsqlConnector connector = DsqlConnector.create(vertx, config(cluster).build());
      SqlConnection connection = await(connector.connect());
      await(connection.query("CREATE TABLE t (a int)").execute());
      String simple = job(await(connection.query("CREATE INDEX ASYNC i ON t (a)").execute()));
      String prepared =
          job(await(connection.preparedQuery("CREATE UNIQUE INDEX ASYNC j ON t (a)").execute()));
      for (String job : new String[] {simple, prepared}) {
        RowSet<Row> rows =
            await(connection.preparedQuery("CALL sys.wait_for_job($1)").execute(Tuple.of(job)));
        assertThat(rows.iterator().next().getBoolean("succeeded")).isTrue();
      }
      RowSet<Row> states =
          await(connection.preparedQuery("SELECT job_id, status FROM sys.jobs").execute());
      assertThat(states)
          .extracting(row -> row.getString("job_id") + row.getString("status"))
          .containsExactlyInAnyOrder(simple + "completed", prepared + "completed");
      await(connector.close());
    } finally {
      await(vertx.close());
    }
  }

  private static String job(RowSet<Row> rows) {
    assertThat(rows.columnsNames()).containsExactly("job_id");
    assertThat(rows.size()).isEqualTo(1);
    return rows.iterator().next().getString("job_id");
  }
}
