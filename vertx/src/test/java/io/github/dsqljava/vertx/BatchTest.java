package io.github.dsqljava.vertx;

import static io.github.dsqljava.vertx.LocalCluster.await;
import static io.github.dsqljava.vertx.LocalCluster.config;
import static io.github.dsqljava.vertx.LocalCluster.execute;
import static io.github.dsqljava.vertx.LocalCluster.failure;
import static io.github.dsqljava.vertx.LocalCluster.value;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.dsqljava.BatchChunk;
import io.github.dsqljava.BatchFailedException;
import io.github.dsqljava.ChunkOutcome;
import io.github.dsqljava.CommitOutcomeUnknownException;
import io.github.dsqljava.RowTooLargeException;
import io.github.dsqljava.local.CommitConflict;
import io.github.dsqljava.local.DsqlLocal;
import io.github.dsqljava.retry.TransactionOptions;
import io.vertx.core.Future;
import io.vertx.pgclient.PgException;
import io.vertx.sqlclient.Tuple;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** executeMany: chunks, what is in the database when one fails, progress. */
@SuppressWarnings({"NullAway.Init", "InterruptedExceptionSwallowed"})
class BatchTest {
  private static final String INSERT = "INSERT INTO item VALUES ($1, $2)";
  private static DsqlLocal cluster;
  private DsqlConnector connector;
  private DsqlPool pool;

  @BeforeAll
  static void start() throws Exception {
    cluster = DsqlLocal.start();
    DsqlConnector setup = DsqlConnector.create(config(cluster).build());
    execute(await(setup.connect()), "CREATE TABLE item (id int PRIMARY KEY, note text)");
    await(setup.close());
  }

  @AfterAll
  static void stop() {
    cluster.close();
  }

  @BeforeEach
  void open() throws Exception {
    connector = DsqlConnector.create(config(cluster).build());
    pool = connector.pool(PoolSettings.builder().maxSize(2).build());
    // In two transactions: one must not change more than 3,000 rows.
    await(pool.query("DELETE FROM item WHERE id < 2500").execute());
    await(pool.query("DELETE FROM item").execute());
  }

  @AfterEach
  void close() throws Exception {
    assertThat(cluster.faults().remaining().total()).isZero();
    await(connector.close());
    LocalCluster.assertNothingOpen(cluster);
  }

  private static List<Tuple> rows(int count) {
    return new ArrayList<>(
        IntStream.range(0, count).mapToObj(id -> Tuple.of(id, "note " + id)).toList());
  }

  private String count() throws Exception {
    return value(pool, "SELECT count(*) FROM item");
  }

  @Test
  void manyRows_inChunksWithProgress() throws Exception {
    List<BatchProgress> progress = new ArrayList<>();
    BatchResult result =
        await(
            pool.executeMany(
                INSERT,
                rows(2_500),
                BatchOptions.builder().maxRows(1_000).progress(progress::add).build()));
    assertThat(result.rowCount()).isEqualTo(2_500);
    assertThat(progress)
        .containsExactly(
            new BatchProgress(1, 3, 1_000, 2_500, 1),
            new BatchProgress(2, 3, 2_000, 2_500, 1),
            new BatchProgress(3, 3, 2_500, 2_500, 1));
    assertThat(result.chunks())
        .containsExactly(
            BatchChunk.of(0, 0, 1_000).with(ChunkOutcome.COMMITTED, 1),
            BatchChunk.of(1, 1_000, 1_000).with(ChunkOutcome.COMMITTED, 1),
            BatchChunk.of(2, 2_000, 500).with(ChunkOutcome.COMMITTED, 1));
    assertThat(count()).isEqualTo("2500");
  }

  @Test
  void noRows_nothingToDo() throws Exception {
    assertThat(await(pool.executeMany(INSERT, List.of()))).isEqualTo(new BatchResult(0, List.of()));
  }

  @Test
  void largeRows_chunksByBytes() throws Exception {
    String large = "x".repeat(100_000);
    List<Tuple> rows = IntStream.range(0, 25).mapToObj(id -> Tuple.of(id, large)).toList();
    BatchResult result =
        await(pool.executeMany(INSERT, rows, BatchOptions.builder().maxBytes(1_000_000).build()));
    assertThat(result.chunks()).extracting(BatchChunk::rows).containsExactly(9, 9, 7);
    assertThat(count()).isEqualTo("25");
  }

  @Test
  void rowLargerThanAChunk_refusedBeforeAnythingIsWritten() throws Exception {
    List<Tuple> rows = rows(10);
    rows.set(7, Tuple.of(7, "x".repeat(2_000)));
    Future<?> work =
        pool.executeMany(INSERT, rows, BatchOptions.builder().maxBytes(1_000).maxRows(2).build());
    assertThat(failure(work))
        .isInstanceOf(RowTooLargeException.class)
        .hasMessageContaining("Row 7")
        .hasMessageContaining("nothing was written");
    assertThat(count()).isEqualTo("0");
  }

  @Test
  void conflictInAChunk_thatChunkIsRunAgain() throws Exception {
    cluster.faults().conflictCommits(2, CommitConflict.DATA);
    BatchResult result =
        await(pool.executeMany(INSERT, rows(30), BatchOptions.builder().maxRows(10).build()));
    assertThat(result.chunks()).extracting(BatchChunk::attempts).containsExactly(3, 1, 1);
    assertThat(count()).isEqualTo("30");
  }

  @Test
  void chunkFailsForGood_saysWhichAreIn() throws Exception {
    List<Tuple> rows = rows(50);
    rows.set(25, Tuple.of(3, "a duplicate"));
    Future<?> work = pool.executeMany(INSERT, rows, BatchOptions.builder().maxRows(10).build());
    Throwable failure = failure(work);
    assertThat(failure)
        .isInstanceOf(BatchFailedException.class)
        .hasMessageContaining("Chunk 3 of 5 (rows 20 to 29) is not in the database");
    BatchFailedException failed = (BatchFailedException) failure;
    assertThat(failed.getCause()).isInstanceOf(PgException.class);
    assertThat(failed.firstUncertainRow()).isEqualTo(20);
    assertThat(failed.chunks())
        .extracting(BatchChunk::outcome)
        .containsExactly(
            ChunkOutcome.COMMITTED,
            ChunkOutcome.COMMITTED,
            ChunkOutcome.ROLLED_BACK,
            ChunkOutcome.NOT_STARTED,
            ChunkOutcome.NOT_STARTED);
    assertThat(count()).isEqualTo("20");
  }

  @Test
  void answerLost_chunkIsUnknown() throws Exception {
    cluster.faults().loseCommitAnswers(1);
    Throwable failure =
        failure(pool.executeMany(INSERT, rows(20), BatchOptions.builder().maxRows(10).build()));
    BatchFailedException failed = (BatchFailedException) failure;
    assertThat(failed.getCause()).isInstanceOf(CommitOutcomeUnknownException.class);
    assertThat(failed).hasMessageContaining("may or may not be committed");
    assertThat(failed.chunks())
        .extracting(BatchChunk::outcome)
        .containsExactly(ChunkOutcome.UNKNOWN, ChunkOutcome.NOT_STARTED);
  }

  @Test
  void answerLost_idempotentBatchGoesOn() throws Exception {
    cluster.faults().loseCommitAnswers(1);
    BatchOptions options =
        BatchOptions.builder()
            .maxRows(10)
            .transaction(TransactionOptions.builder().idempotent(true).build())
            .build();
    BatchResult result =
        await(pool.executeMany(INSERT + " ON CONFLICT DO NOTHING", rows(20), options));
    assertThat(result.chunks()).extracting(BatchChunk::attempts).containsExactly(2, 1);
    assertThat(result.rowCount()).as("the first chunk was there already").isEqualTo(10);
    assertThat(count()).isEqualTo("20");
  }

  @Test
  void progressThatThrows_changesNothing() throws Exception {
    Future<BatchResult> work =
        pool.executeMany(
            INSERT,
            rows(20),
            BatchOptions.builder()
                .maxRows(10)
                .progress(
                    progress -> {
                      throw new IllegalStateException("enough");
                    })
                .build());
    assertThat(await(work).rowCount()).isEqualTo(20);
  }

  @Test
  void thousandsOfChunks_end() throws Exception {
    // Composed futures would complete on one stack here, and overflow it.
    BatchResult result =
        await(pool.executeMany(INSERT, rows(5_000), BatchOptions.builder().maxRows(1).build()));
    assertThat(result.rowCount()).isEqualTo(5_000);
    assertThat(count()).isEqualTo("5000");
  }

  @Test
  void rowThatIsNull_failsTheFuture() throws Exception {
    List<Tuple> rows = rows(3);
    rows.set(1, null);
    assertThat(failure(pool.executeMany(INSERT, rows))).isInstanceOf(NullPointerException.class);
    assertThat(count()).isEqualTo("0");
  }
}
