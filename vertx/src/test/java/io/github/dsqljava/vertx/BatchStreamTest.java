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
import io.github.dsqljava.RowTooLargeException;
import io.github.dsqljava.local.DsqlLocal;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Promise;
import io.vertx.core.streams.ReadStream;
import io.vertx.sqlclient.Tuple;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** executeMany with rows that come as they are asked for; {@code -Dbatch.rows} makes it long. */
@SuppressWarnings({"NullAway.Init", "InterruptedExceptionSwallowed"})
class BatchStreamTest {
  private static final String INSERT = "INSERT INTO s VALUES ($1, $2)";
  private static DsqlLocal cluster;
  private DsqlConnector connector;
  private DsqlPool pool;
  private final AtomicInteger pulled = new AtomicInteger();
  private final AtomicInteger done = new AtomicInteger();
  private final AtomicInteger mostAhead = new AtomicInteger();

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
    connector = DsqlConnector.create(config(cluster).build());
    pool = connector.pool(PoolSettings.builder().maxSize(4).build());
    execute(pool, "CREATE TABLE s (id int PRIMARY KEY, note text)");
  }

  @AfterEach
  void close() throws Exception {
    assertThat(pool.stats().leased()).isZero();
    execute(pool, "DROP TABLE s");
    await(connector.close());
    LocalCluster.assertNothingOpen(cluster);
  }

  private Iterator<Tuple> rows(int count, IntFunction<Tuple> row) {
    return IntStream.range(0, count)
        .mapToObj(
            id -> {
              int ahead = pulled.incrementAndGet() - done.get();
              mostAhead.accumulateAndGet(ahead, Math::max);
              return row.apply(id);
            })
        .iterator();
  }

  private BatchOptions.Builder options(int maxRows, int concurrency) {
    return BatchOptions.builder()
        .maxRows(maxRows)
        .concurrency(concurrency)
        .progress(progress -> done.set(progress.rowsDone()));
  }

  private String count() throws Exception {
    return value(pool, "SELECT count(*) FROM s");
  }

  @Test
  void iterator_anyNumberOfRows_fewAtOnce() throws Exception {
    int count = Integer.getInteger("batch.rows", 10_000);
    Future<BatchResult> written =
        pool.executeMany(
            INSERT, rows(count, id -> Tuple.of(id, "note")), options(1_000, 1).build());
    BatchResult result = written.toCompletionStage().toCompletableFuture().get();
    assertThat(result.rowCount()).isEqualTo(count);
    assertThat(result.chunks()).hasSize(count / 1_000);
    assertThat(mostAhead.get()).isLessThanOrEqualTo(2_000);
    assertThat(count()).isEqualTo(Integer.toString(count));
  }

  @Test
  void iterator_largeRows_areNotCollectedByTheThousand() throws Exception {
    String large = "x".repeat(100_000);
    BatchOptions options = options(1_000, 1).maxBytes(1_000_000).build();
    await(pool.executeMany(INSERT, rows(60, id -> Tuple.of(id, large)), options));
    assertThat(mostAhead.get()).isLessThanOrEqualTo(20);
    assertThat(count()).isEqualTo("60");
  }

  @Test
  void severalAtOnce_onAsManyConnections() throws Exception {
    BatchResult result =
        await(
            pool.executeMany(
                INSERT, rows(2_000, id -> Tuple.of(id, "n")), options(100, 4).build()));
    assertThat(result.rowCount()).isEqualTo(2_000);
    assertThat(mostAhead.get()).isBetween(301, 600);
    assertThat(count()).isEqualTo("2000");
  }

  @Test
  void severalAtOnce_ofAList_too() throws Exception {
    List<Tuple> rows = IntStream.range(0, 1_000).mapToObj(id -> Tuple.of(id, "n")).toList();
    BatchResult result = await(pool.executeMany(INSERT, rows, options(100, 4).build()));
    assertThat(result.chunks()).hasSize(10).allMatch(c -> c.outcome() == ChunkOutcome.COMMITTED);
    assertThat(count()).isEqualTo("1000");
  }

  @Test
  void chunkThatFails_othersUnderWayAreWaitedFor_andSaidSo() throws Exception {
    execute(pool, "INSERT INTO s VALUES (150, 'there')");
    BatchFailedException failed =
        (BatchFailedException)
            failure(
                pool.executeMany(
                    INSERT, rows(5_000, id -> Tuple.of(id, "n")), options(100, 3).build()));
    assertThat(failed.firstUncertainRow()).isEqualTo(100);
    assertThat(failed.chunks().get(1).outcome()).isEqualTo(ChunkOutcome.ROLLED_BACK);
    int committed =
        failed.chunks().stream()
            .filter(chunk -> chunk.outcome() == ChunkOutcome.COMMITTED)
            .mapToInt(BatchChunk::rows)
            .sum();
    assertThat(count()).isEqualTo(Integer.toString(committed + 1));
    assertThat(pulled.get()).isLessThan(5_000);
  }

  @Test
  void iteratorThatThrows_whatWasWrittenIsSaid() throws Exception {
    IllegalStateException odd = new IllegalStateException("odd");
    Iterator<Tuple> rows =
        rows(
            1_000,
            id -> {
              if (id == 250) {
                throw odd;
              }
              return Tuple.of(id, "n");
            });
    BatchFailedException failed =
        (BatchFailedException) failure(pool.executeMany(INSERT, rows, options(100, 1).build()));
    assertThat(failed).hasCause(odd);
    assertThat(failed.firstUncertainRow()).isIn(100, 200); // the second chunk may not have begun
    assertThat(count()).isEqualTo(Integer.toString(failed.firstUncertainRow()));
  }

  @Test
  void rowTooLarge_endsTheBatch() throws Exception {
    BatchOptions options = options(10, 1).maxBytes(1_000).build();
    Throwable failed =
        failure(
            pool.executeMany(
                INSERT, rows(20, id -> Tuple.of(id, "x".repeat(id == 15 ? 2_000 : 1))), options));
    assertThat(failed)
        .isInstanceOf(BatchFailedException.class)
        .hasCauseInstanceOf(RowTooLargeException.class);
  }

  @Test
  void noRows_nothingToDo() throws Exception {
    assertThat(await(pool.executeMany(INSERT, rows(0, Tuple::of), options(1, 1).build())))
        .isEqualTo(new BatchResult(0, List.of()));
  }

  @Test
  void stoppedByItsCaller_endsBehindTheChunkUnderWay() throws Exception {
    Promise<Void> stop = Promise.promise();
    BatchOptions options =
        BatchOptions.builder()
            .maxRows(100)
            .stop(stop.future())
            .progress(
                progress -> {
                  if (progress.chunksDone() == 3) {
                    stop.fail("enough");
                  }
                })
            .build();
    BatchFailedException failed =
        (BatchFailedException)
            failure(pool.executeMany(INSERT, rows(1_000_000, id -> Tuple.of(id, "n")), options));
    assertThat(failed).hasCauseInstanceOf(CancellationException.class);
    assertThat(failed.firstUncertainRow()).isBetween(300, 400);
    assertThat(count()).isEqualTo(Integer.toString(failed.firstUncertainRow()));
    assertThat(pulled.get()).isLessThan(1_000);
  }

  // ---- streams

  /** Gives what is asked for, and complains of more. */
  private static final class Stream implements ReadStream<Tuple> {
    private final int count;
    private int next;
    private long demand = Long.MAX_VALUE;
    private long mostDemand;
    private Handler<Tuple> rows;
    private Handler<Void> ends;
    private Handler<Throwable> failures;
    private int failAt = -1;

    Stream(int count) {
      this.count = count;
    }

    @Override
    public ReadStream<Tuple> exceptionHandler(Handler<Throwable> handler) {
      failures = handler;
      return this;
    }

    @Override
    public ReadStream<Tuple> handler(Handler<Tuple> handler) {
      rows = handler;
      return this;
    }

    @Override
    public ReadStream<Tuple> pause() {
      demand = 0;
      return this;
    }

    @Override
    public ReadStream<Tuple> resume() {
      return fetch(Long.MAX_VALUE);
    }

    @Override
    public ReadStream<Tuple> fetch(long amount) {
      demand += amount;
      mostDemand = Math.max(mostDemand, demand);
      while (demand > 0 && next < count && rows != null) {
        if (next == failAt) {
          failures.handle(new IllegalStateException("broken stream"));
          return this;
        }
        demand--;
        rows.handle(Tuple.of(next++, "n"));
      }
      if (next == count && ends != null) {
        ends.handle(null);
      }
      return this;
    }

    @Override
    public ReadStream<Tuple> endHandler(Handler<Void> handler) {
      ends = handler;
      return this;
    }
  }

  @Test
  void stream_isAskedForWhatFits() throws Exception {
    Stream stream = new Stream(2_500);
    BatchResult result = await(pool.executeMany(INSERT, stream, options(500, 2).build()));
    assertThat(result.rowCount()).isEqualTo(2_500);
    assertThat(stream.mostDemand).isLessThanOrEqualTo(500);
    assertThat(count()).isEqualTo("2500");
  }

  @Test
  void stream_thatBreaks_whatWasWrittenIsSaid() throws Exception {
    Stream stream = new Stream(2_500);
    stream.failAt = 1_200;
    BatchFailedException failed =
        (BatchFailedException) failure(pool.executeMany(INSERT, stream, options(500, 1).build()));
    assertThat(failed).hasRootCauseMessage("broken stream");
    assertThat(count()).isEqualTo(Integer.toString(failed.firstUncertainRow()));
    assertThat(stream.rows).as("handler").isNull();
  }
}
