package io.github.dsqljava.r2dbc;

import static io.github.dsqljava.r2dbc.LocalCluster.await;
import static io.github.dsqljava.r2dbc.LocalCluster.config;
import static io.github.dsqljava.r2dbc.LocalCluster.execute;
import static io.github.dsqljava.r2dbc.LocalCluster.failure;
import static io.github.dsqljava.r2dbc.LocalCluster.value;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.dsqljava.BatchFailedException;
import io.github.dsqljava.ChunkOutcome;
import io.github.dsqljava.RowTooLargeException;
import io.github.dsqljava.local.DsqlLocal;
import io.github.dsqljava.retry.TransactionOptions;
import io.r2dbc.spi.R2dbcDataIntegrityViolationException;
import java.math.BigDecimal;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;

@SuppressWarnings("NullAway.Init")
class ExecuteManyTest {
  private static final String INSERT = "INSERT INTO many VALUES ($1, $2)";

  private static DsqlLocal cluster;
  private static DsqlR2dbc dsql;

  @BeforeAll
  static void start() throws Exception {
    cluster = DsqlLocal.start();
    dsql = DsqlR2dbc.of(config(cluster).build(), R2dbcSettings.builder().maxSize(2).build());
    execute(dsql, "CREATE TABLE many (id int PRIMARY KEY, name text)");
    execute(
        dsql,
        "CREATE TABLE types (id int PRIMARY KEY, u uuid, n numeric, t timestamptz, b boolean,"
            + " l bigint, d double precision, y bytea)");
  }

  @AfterAll
  static void stop() {
    await(dsql.close());
    cluster.close();
  }

  @BeforeEach
  void empty() {
    execute(dsql, "DELETE FROM many");
    execute(dsql, "DELETE FROM types");
  }

  private static List<List<Object>> rows(int from, int to) {
    return IntStream.range(from, to).mapToObj(i -> List.<Object>of(i, "name " + i)).toList();
  }

  private static String count() {
    return value(dsql, "SELECT count(*) FROM many");
  }

  @Test
  void rows_ofSeveralChunks_areWritten() {
    assertThat(await(dsql.executeMany(INSERT, rows(0, 2_500)))).isEqualTo(2_500);
    assertThat(count()).isEqualTo("2500");
    assertThat(await(dsql.executeMany("UPDATE many SET name = $2 WHERE id = $1", rows(0, 10))))
        .isEqualTo(10);
    assertThat(await(dsql.executeMany(INSERT, List.of()))).isZero();
    assertThat(dsql.stats().opened()).isEqualTo(1);
  }

  @Test
  void stream_takesWhatAChunkTakes() {
    Flux<List<Object>> rows = Flux.range(0, 2_500).map(i -> List.<Object>of(i, "x"));
    assertThat(await(dsql.executeMany(INSERT, rows, TransactionOptions.defaults())))
        .isEqualTo(2_500);
    assertThat(count()).isEqualTo("2500");
  }

  @Test
  void values_ofAllTypes_andNulls() {
    List<List<Object>> rows = new ArrayList<>();
    rows.add(Arrays.asList(1, null, null, null, null, null, null, null));
    rows.add(
        List.of(
            2,
            UUID.fromString("00000000-0000-0000-0000-000000000002"),
            new BigDecimal("1.50"),
            OffsetDateTime.of(2026, 1, 2, 3, 4, 5, 0, ZoneOffset.UTC),
            true,
            5L,
            1.25,
            new byte[] {1, 2}));
    rows.add(Arrays.asList(3L, null, 7L, null, false, 6, null, null)); // other types, same columns
    assertThat(
            await(
                dsql.executeMany(
                    "INSERT INTO types VALUES ($1, $2, $3, $4, $5, $6, $7, $8)", rows)))
        .isEqualTo(3);
    assertThat(
            value(
                dsql,
                "SELECT u || ' ' || n || ' ' || b || ' ' || l || ' ' || d || ' ' || encode(y, 'hex')"
                    + " FROM types WHERE id = 2"))
        .isEqualTo("00000000-0000-0000-0000-000000000002 1.500000 true 5 1.25 0102");
    assertThat(value(dsql, "SELECT count(*) FROM types WHERE u IS NULL")).isEqualTo("2");
    assertThat(value(dsql, "SELECT n FROM types WHERE id = 3"))
        .isEqualTo("7.000000"); // numeric(18,6)
  }

  @Test
  void chunkThatFails_saysWhichAreThere() {
    List<List<Object>> rows = new ArrayList<>(rows(0, 2_500));
    rows.set(1_500, List.of(0, "again"));
    long opened = dsql.stats().opened();
    Throwable failure = failure(dsql.executeMany(INSERT, rows));
    assertThat(dsql.stats().opened()).as("rolled back, not given up").isEqualTo(opened);
    assertThat(dsql.stats().closed()).isZero();
    assertThat(failure)
        .isInstanceOf(BatchFailedException.class)
        .hasCauseInstanceOf(R2dbcDataIntegrityViolationException.class);
    BatchFailedException failed = (BatchFailedException) failure;
    assertThat(failed.firstUncertainRow()).isEqualTo(1_000);
    assertThat(failed.chunks())
        .extracting(chunk -> chunk.outcome())
        .containsExactly(
            ChunkOutcome.COMMITTED, ChunkOutcome.ROLLED_BACK, ChunkOutcome.NOT_STARTED);
    assertThat(count()).isEqualTo("1000");
    assertThat(dsql.stats().leased()).isZero();
  }

  @Test
  void rowTooLarge_nothingIsWritten() {
    List<List<Object>> rows = new ArrayList<>(rows(0, 1_500));
    rows.add(List.of(9_999, "x".repeat(5 * 1024 * 1024)));
    assertThat(failure(dsql.executeMany(INSERT, rows))).isInstanceOf(RowTooLargeException.class);
    assertThat(count()).isEqualTo("0");
  }

  @Test
  void wrongNumberOfValues_isTheServersError() {
    assertThat(failure(dsql.executeMany(INSERT, List.of(List.<Object>of(1)))))
        .isInstanceOf(BatchFailedException.class);
    assertThat(count()).isEqualTo("0");
    assertThat(value(dsql, "SELECT 1")).isEqualTo("1");
  }
}
