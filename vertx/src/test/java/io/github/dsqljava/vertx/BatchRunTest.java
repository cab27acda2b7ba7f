package io.github.dsqljava.vertx;

import static io.github.dsqljava.vertx.LocalCluster.await;
import static io.github.dsqljava.vertx.LocalCluster.failure;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.dsqljava.BatchChunk;
import io.github.dsqljava.BatchFailedException;
import io.github.dsqljava.ChunkOutcome;
import io.github.dsqljava.CommitOutcomeUnknownException;
import io.github.dsqljava.RowTooLargeException;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.streams.ReadStream;
import io.vertx.sqlclient.PreparedQuery;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** A batch step by step, on a pool whose transactions end when the test says so. */
@SuppressWarnings({"NullAway.Init", "InterruptedExceptionSwallowed"})
class BatchRunTest {
  private static final String SQL = "INSERT INTO t VALUES ($1)";

  /** What a row with one number takes. */
  private static final int ROW_BYTES = 36;

  private static Vertx vertx;

  private final List<Chunk> begun = new CopyOnWriteArrayList<>();
  private final List<BatchProgress> progress = new CopyOnWriteArrayList<>();
  private final Source source = new Source();

  /** One transaction that the batch has begun. */
  private static final class Chunk {
    private final List<Integer> rows = new ArrayList<>();
    private final Promise<Object> end = Promise.promise();

    /** As the server answers: so many rows for each of its rows. */
    private void commit() {
      end.complete(null);
    }

    private void fail(Throwable failure) {
      end.fail(failure);
    }
  }

  /** Rows by number; of the thread that asks for them. */
  private static final class Source implements Iterator<Tuple> {
    private int count = 1_000;
    private volatile int next;
    private int largeRow = -1;
    private String large = "";
    private final List<Thread> threads = new CopyOnWriteArrayList<>();

    @Override
    public boolean hasNext() {
      return next < count;
    }

    @Override
    public Tuple next() {
      threads.add(Thread.currentThread());
      int row = next;
      next = row + 1;
      return row == largeRow ? Tuple.of(row, large) : Tuple.of(row);
    }
  }

  @BeforeAll
  static void start() {
    vertx = Vertx.vertx();
  }

  @AfterAll
  static void stop() throws Exception {
    await(vertx.close());
  }

  private DsqlPool pool() {
    return pool(1);
  }

  @SuppressWarnings("unchecked")
  private DsqlPool pool(int attempts) {
    return fake(
        DsqlPool.class,
        arguments -> {
          Chunk chunk = new Chunk();
          Function<SqlConnection, Future<Object>> work =
              (Function<SqlConnection, Future<Object>>) arguments[1];
          Future<Object> result = null;
          for (int i = 0; i < attempts; i++) {
            chunk.rows.clear();
            result = work.apply(connection(chunk));
          }
          Future<Object> changed = result;
          begun.add(chunk);
          return chunk.end.future().compose(committed -> changed);
        });
  }

  private static SqlConnection connection(Chunk chunk) {
    return fake(
        SqlConnection.class,
        sql -> {
          assertThat(sql[0]).isEqualTo(SQL);
          return fake(
              PreparedQuery.class,
              rows -> {
                ((List<?>) rows[0]).forEach(row -> chunk.rows.add(((Tuple) row).getInteger(0)));
                return Future.succeededFuture(answers(chunk.rows.size()));
              });
        });
  }

  /** A row for each, as many answers as there were rows. */
  private static RowSet<Row> answers(int rows) {
    RowSet<Row> next = rows == 1 ? null : answers(rows - 1);
    @SuppressWarnings("unchecked")
    RowSet<Row> set =
        (RowSet<Row>)
            Proxy.newProxyInstance(
                BatchRunTest.class.getClassLoader(),
                new Class<?>[] {RowSet.class},
                (proxy, method, arguments) -> method.getName().equals("next") ? next : (Object) 1);
    return set;
  }

  /** An object whose every method does the same. */
  private static <T> T fake(Class<T> type, Function<Object[], Object> call) {
    return type.cast(
        Proxy.newProxyInstance(
            type.getClassLoader(),
            new Class<?>[] {type},
            (proxy, method, arguments) -> call.apply(arguments)));
  }

  private BatchOptions.Builder options(int maxRows, int concurrency) {
    return BatchOptions.builder().maxRows(maxRows).concurrency(concurrency).progress(progress::add);
  }

  private Future<BatchResult> start(BatchOptions.Builder options) {
    return BatchRun.start(pool(), vertx, SQL, source, options.build());
  }

  private static void eventually(String what, BooleanSupplier condition) {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).as(what).isLessThan(end);
      LockSupport.parkNanos(100_000);
    }
  }

  private void eventuallyBegun(int chunks) {
    eventually(chunks + " chunks, not " + begun.size(), () -> begun.size() >= chunks);
    settle();
    assertThat(begun).hasSize(chunks);
  }

  /** Lets everything happen that can: the batch's steps are tasks of the context it began on. */
  private static void settle() {
    for (int i = 0; i < 20; i++) {
      Promise<Void> turn = Promise.promise();
      vertx.getOrCreateContext().runOnContext(v -> turn.complete());
      turn.future().await();
    }
  }

  private static List<Integer> numbers(int from, int to) {
    return IntStream.range(from, to).boxed().toList();
  }

  // --- what is asked for

  @Test
  void rows_ofTheChunksUnderWay_andOneMore_areHeld() throws Exception {
    Future<BatchResult> batch = start(options(10, 2));
    eventuallyBegun(2);
    assertThat(source.next).as("nothing is asked for while enough is under way").isEqualTo(20);
    begun.get(1).commit();
    eventuallyBegun(3);
    assertThat(source.next).isEqualTo(30);
    assertThat(begun.get(2).rows).isEqualTo(numbers(20, 30));
    source.count = 30;
    begun.get(0).commit();
    settle();
    assertThat(batch.isComplete()).isFalse();
    begun.get(2).commit();
    assertThat(await(batch).rowCount()).isEqualTo(30);
  }

  @Test
  void rows_areAskedFor_onOneThread_andNotWhileTheCallerWaits() throws Exception {
    source.count = 500;
    Future<BatchResult> batch = start(options(10, 3));
    for (int i = 0; i < 50; i++) {
      int chunk = i;
      eventually("chunk " + chunk, () -> begun.size() > chunk);
      begun.get(i).commit();
    }
    assertThat(await(batch).rowCount()).isEqualTo(500);
    assertThat(source.threads.stream().distinct()).hasSize(1);
    assertThat(source.threads.get(0)).isNotSameAs(Thread.currentThread());
  }

  // --- where chunks are cut

  @Test
  void chunks_byBytes_theLimitItselfFits() throws Exception {
    source.count = 7;
    Future<BatchResult> batch = start(options(100, 5).maxBytes(3 * ROW_BYTES));
    eventuallyBegun(3);
    assertThat(begun.get(0).rows).containsExactly(0, 1, 2);
    assertThat(begun.get(1).rows).containsExactly(3, 4, 5);
    assertThat(begun.get(2).rows).containsExactly(6);
    begun.forEach(Chunk::commit);
    assertThat(await(batch).chunks())
        .containsExactly(
            BatchChunk.of(0, 0, 3).with(ChunkOutcome.COMMITTED, 1),
            BatchChunk.of(1, 3, 3).with(ChunkOutcome.COMMITTED, 1),
            BatchChunk.of(2, 6, 1).with(ChunkOutcome.COMMITTED, 1));
  }

  @Test
  void row_asLargeAsAChunk_goesAlone() throws Exception {
    source.count = 5;
    source.largeRow = 2;
    source.large = "x".repeat(3 * ROW_BYTES - ROW_BYTES);
    Future<BatchResult> batch = start(options(100, 5).maxBytes(3 * ROW_BYTES));
    eventuallyBegun(3);
    assertThat(begun).extracting(chunk -> chunk.rows.size()).containsExactly(2, 1, 2);
    begun.forEach(Chunk::commit);
    assertThat(await(batch).rowCount()).isEqualTo(5);
  }

  @Test
  void row_largerThanAChunk_endsTheBatch_andIsNamed() throws Exception {
    source.largeRow = 2;
    source.large = "x".repeat(3 * ROW_BYTES - ROW_BYTES + 1);
    Future<BatchResult> batch = start(options(100, 5).maxBytes(3 * ROW_BYTES));
    BatchFailedException failed = (BatchFailedException) failure(batch);
    assertThat(failed).cause().isInstanceOf(RowTooLargeException.class);
    assertThat(failed).cause().hasMessageContaining("Row 2").hasMessageContaining("109");
    assertThat(failed.chunks()).containsExactly(BatchChunk.of(0, 0, 2));
    assertThat(begun).isEmpty();
    settle();
    assertThat(source.next).as("nothing more is asked for").isEqualTo(3);
  }

  @Test
  void sizeSeenOnce_boundsWhatIsAskedForLater() throws Exception {
    source.largeRow = 0;
    source.large = "x".repeat(10 * ROW_BYTES - ROW_BYTES);
    Future<BatchResult> batch = start(options(1_000, 1).maxBytes(20 * ROW_BYTES));
    eventuallyBegun(1);
    // One, then one more that may be as large, and so on: 1 large and 10 small ones fill a chunk.
    assertThat(begun.get(0).rows).isEqualTo(numbers(0, 11));
    assertThat(source.next).isEqualTo(12);
    source.count = 12;
    begun.get(0).commit();
    eventuallyBegun(2);
    begun.get(1).commit();
    assertThat(await(batch).rowCount()).isEqualTo(12);
  }

  // --- how it goes on

  @Test
  void progress_countsWhatIsDone_inWhateverOrder() throws Exception {
    source.count = 25;
    Future<BatchResult> batch = BatchRun.start(pool(2), vertx, SQL, source, options(10, 3).build());
    eventuallyBegun(3);
    begun.get(2).commit();
    eventually("one", () -> progress.size() == 1);
    begun.get(0).commit();
    eventually("two", () -> progress.size() == 2);
    begun.get(1).commit();
    BatchResult result = await(batch);
    assertThat(progress)
        .containsExactly(
            new BatchProgress(1, 3, 5, 25, 2),
            new BatchProgress(2, 3, 15, 25, 2),
            new BatchProgress(3, 3, 25, 25, 2));
    assertThat(result.rowCount()).isEqualTo(25);
    assertThat(result.chunks()).extracting(BatchChunk::attempts).containsExactly(2, 2, 2);
  }

  @Test
  void progress_ofAList_knowsTheWhole() throws Exception {
    List<Tuple> rows = numbers(0, 25).stream().map(Tuple::of).toList();
    Future<BatchResult> batch = BatchRun.start(pool(), vertx, SQL, rows, options(10, 1).build());
    for (int i = 0; i < 3; i++) {
      eventuallyBegun(i + 1);
      begun.get(i).commit();
    }
    await(batch);
    assertThat(progress)
        .containsExactly(
            new BatchProgress(1, 3, 10, 25, 1),
            new BatchProgress(2, 3, 20, 25, 1),
            new BatchProgress(3, 3, 25, 25, 1));
  }

  @Test
  void progressThatThrows_changesNothing() throws Exception {
    source.count = 20;
    Future<BatchResult> batch =
        start(
            options(10, 1)
                .progress(
                    done -> {
                      throw new AssertionError("of the program");
                    }));
    eventuallyBegun(1);
    begun.get(0).commit();
    eventuallyBegun(2);
    begun.get(1).commit();
    assertThat(await(batch).rowCount()).isEqualTo(20);
  }

  // --- how it fails

  @Test
  void chunkThatFails_othersAreWaitedFor_noneIsBegun() throws Exception {
    Future<BatchResult> batch = start(options(10, 3));
    eventuallyBegun(3);
    IllegalStateException trouble = new IllegalStateException("trouble");
    begun.get(1).fail(trouble);
    settle();
    assertThat(batch.isComplete()).as("two are under way").isFalse();
    begun.get(0).commit();
    begun.get(2).fail(new CommitOutcomeUnknownException(1, "lost", trouble));
    BatchFailedException failed = (BatchFailedException) failure(batch);
    assertThat(failed).hasCause(trouble);
    assertThat(failed.chunks())
        .containsExactly(
            BatchChunk.of(0, 0, 10).with(ChunkOutcome.COMMITTED, 1),
            BatchChunk.of(1, 10, 10).with(ChunkOutcome.ROLLED_BACK, 1),
            BatchChunk.of(2, 20, 10).with(ChunkOutcome.UNKNOWN, 1));
    assertThat(begun).hasSize(3);
    assertThat(source.next).isEqualTo(30);
  }

  @Test
  void chunkOfAListThatFails_allOthersAreSaidToBeUntried() throws Exception {
    List<Tuple> rows = numbers(0, 35).stream().map(Tuple::of).toList();
    Future<BatchResult> batch = BatchRun.start(pool(), vertx, SQL, rows, options(10, 1).build());
    eventuallyBegun(1);
    begun.get(0).fail(new IllegalStateException("trouble"));
    assertThat(((BatchFailedException) failure(batch)).chunks())
        .containsExactly(
            BatchChunk.of(0, 0, 10).with(ChunkOutcome.ROLLED_BACK, 1),
            BatchChunk.of(1, 10, 10),
            BatchChunk.of(2, 20, 10),
            BatchChunk.of(3, 30, 5));
  }

  @Test
  void sourceThatFails_rowsThatCameAreSaidToBeUntried() throws Exception {
    IllegalStateException odd = new IllegalStateException("odd");
    Iterator<Tuple> rows =
        new Iterator<>() {
          private int next;

          @Override
          public boolean hasNext() {
            return true;
          }

          @Override
          public Tuple next() {
            if (next == 17) {
              throw odd;
            }
            return Tuple.of(next++);
          }
        };
    Future<BatchResult> batch = BatchRun.start(pool(), vertx, SQL, rows, options(10, 2).build());
    eventuallyBegun(1);
    settle();
    assertThat(batch.isComplete()).isFalse();
    begun.get(0).commit();
    BatchFailedException failed = (BatchFailedException) failure(batch);
    assertThat(failed).hasCause(odd);
    assertThat(failed.chunks())
        .containsExactly(
            BatchChunk.of(0, 0, 10).with(ChunkOutcome.COMMITTED, 1), BatchChunk.of(1, 10, 7));
    assertThat(failed.firstUncertainRow()).isEqualTo(10);
  }

  @Test
  void nullAmongTheRows_endsTheBatch() throws Exception {
    Iterator<Tuple> rows = Stream.of(Tuple.of(0), (Tuple) null).iterator();
    assertThat(failure(BatchRun.start(pool(), vertx, SQL, rows, options(10, 1).build())))
        .cause()
        .isInstanceOf(NullPointerException.class)
        .hasMessage("a row of the iterator");
  }

  @Test
  void nulls_areRefusedAtTheCall_byName() {
    BatchOptions options = BatchOptions.defaults();
    List<Tuple> list = List.of();
    Rows stream = new Rows();
    Iterator<Tuple> none = null;
    assertThatThrownBy(() -> BatchRun.start(pool(), vertx, null, list, options)).hasMessage("sql");
    assertThatThrownBy(() -> BatchRun.start(pool(), vertx, SQL, (List<Tuple>) null, options))
        .hasMessage("rows");
    assertThatThrownBy(() -> BatchRun.start(pool(), vertx, SQL, list, null)).hasMessage("options");
    assertThatThrownBy(() -> BatchRun.start(pool(), vertx, SQL, none, options)).hasMessage("rows");
    assertThatThrownBy(() -> BatchRun.start(pool(), vertx, SQL, (Rows) null, options))
        .hasMessage("rows");
    assertThatThrownBy(() -> BatchRun.start(pool(), vertx, null, stream, options))
        .hasMessage("sql");
    assertThatThrownBy(() -> BatchRun.start(pool(), vertx, SQL, stream, null))
        .hasMessage("options");
  }

  // --- stopping

  @Test
  void stoppedBefore_nothingIsBegun() throws Exception {
    Future<BatchResult> batch = start(options(10, 2).stop(Future.succeededFuture()));
    assertThat(failure(batch)).hasCauseInstanceOf(CancellationException.class);
    settle();
    assertThat(begun).isEmpty();
    assertThat(source.next).isZero();
  }

  @Test
  void stopped_whatIsUnderWayIsWaitedFor_noneIsBegun() throws Exception {
    Promise<Void> stop = Promise.promise();
    Future<BatchResult> batch = start(options(10, 2).stop(stop.future()));
    eventuallyBegun(2);
    stop.complete();
    settle();
    begun.get(0).commit();
    settle();
    assertThat(batch.isComplete()).isFalse();
    begun.get(1).commit();
    BatchFailedException failed = (BatchFailedException) failure(batch);
    assertThat(failed).hasCauseInstanceOf(CancellationException.class);
    assertThat(failed.firstUncertainRow()).isEqualTo(20);
    assertThat(begun).hasSize(2);
  }

  @Test
  void stoppedWithNothingLeftToBegin_isNoFailure() throws Exception {
    source.count = 15;
    Promise<Void> stop = Promise.promise();
    Future<BatchResult> batch = start(options(10, 3).stop(stop.future()));
    eventuallyBegun(2);
    stop.complete();
    settle();
    begun.forEach(Chunk::commit);
    assertThat(await(batch).rowCount()).isEqualTo(15);
  }

  @Test
  void stoppedWithRowsThatWait_isOne() throws Exception {
    source.count = 15;
    Promise<Void> stop = Promise.promise();
    Future<BatchResult> batch = start(options(10, 1).stop(stop.future()));
    eventuallyBegun(1);
    stop.complete();
    settle();
    begun.get(0).commit();
    assertThat(failure(batch)).hasCauseInstanceOf(CancellationException.class);
    assertThat(begun).hasSize(1);
  }

  // --- streams

  /** A stream that the test drives. */
  private static class Rows implements ReadStream<Tuple> {
    private volatile Handler<Tuple> rows;
    private volatile Handler<Void> end;
    private volatile Handler<Throwable> failures;
    private volatile long demand = Long.MAX_VALUE;
    private volatile int pauses;

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
    public ReadStream<Tuple> endHandler(Handler<Void> handler) {
      end = handler;
      return this;
    }

    @Override
    public ReadStream<Tuple> pause() {
      demand = 0;
      pauses++;
      return this;
    }

    @Override
    public ReadStream<Tuple> resume() {
      return fetch(Long.MAX_VALUE);
    }

    @Override
    public ReadStream<Tuple> fetch(long amount) {
      demand += amount;
      return this;
    }

    private void give(int from, int to) {
      IntStream.range(from, to).forEach(row -> rows.handle(Tuple.of(row)));
    }
  }

  @Test
  void stream_isAskedForOneRow_thenForTheRestOfTheChunk_thenForNone() throws Exception {
    Rows rows = new Rows();
    Future<BatchResult> batch = BatchRun.start(pool(), vertx, SQL, rows, options(10, 1).build());
    assertThat(rows.pauses).isEqualTo(1);
    eventually("one row", () -> rows.demand == 1);
    rows.give(0, 1);
    eventually("nine more", () -> rows.demand == 10);
    rows.give(1, 9);
    settle();
    assertThat(begun).isEmpty();
    assertThat(rows.demand).isEqualTo(10);
    rows.give(9, 10);
    eventuallyBegun(1);
    assertThat(rows.demand).as("its place is taken").isEqualTo(10);
    begun.get(0).commit();
    eventually("the next chunk", () -> rows.demand == 20);
    rows.give(10, 13);
    rows.end.handle(null);
    eventuallyBegun(2);
    begun.get(1).commit();
    assertThat(await(batch).rowCount()).isEqualTo(13);
    assertThat(rows.pauses).isEqualTo(1);
  }

  @Test
  void streamThatFails_isLeftPaused_withoutHandlers() throws Exception {
    Rows rows = new Rows();
    Future<BatchResult> batch = BatchRun.start(pool(), vertx, SQL, rows, options(10, 1).build());
    eventually("one row", () -> rows.demand == 1);
    rows.give(0, 1);
    eventually("nine more", () -> rows.demand == 10);
    Handler<Tuple> late = rows.rows;
    rows.give(1, 3);
    IllegalStateException odd = new IllegalStateException("odd");
    rows.failures.handle(odd);
    BatchFailedException failed = (BatchFailedException) failure(batch);
    assertThat(failed).hasCause(odd);
    assertThat(failed.chunks()).containsExactly(BatchChunk.of(0, 0, 3));
    assertThat(rows.rows).isNull();
    assertThat(rows.end).isNull();
    assertThat(rows.pauses).isEqualTo(2);
    assertThat(rows.demand).isZero();
    late.handle(Tuple.of(3));
    settle();
    assertThat(begun).isEmpty();
  }

  @Test
  void rowsThatComeBehindAFailure_areNotTaken() throws Exception {
    Rows rows = new Rows();
    Future<BatchResult> batch = BatchRun.start(pool(), vertx, SQL, rows, options(2, 2).build());
    eventually("one row", () -> rows.demand == 1);
    rows.give(0, 1);
    eventually("one more", () -> rows.demand == 2);
    rows.give(1, 2);
    eventuallyBegun(1);
    rows.give(2, 3);
    settle();
    Handler<Tuple> late = rows.rows;
    rows.failures.handle(new IllegalStateException("odd"));
    settle();
    late.handle(Tuple.of(3));
    settle();
    begun.get(0).commit();
    assertThat(((BatchFailedException) failure(batch)).chunks())
        .containsExactly(
            BatchChunk.of(0, 0, 2).with(ChunkOutcome.COMMITTED, 1), BatchChunk.of(1, 2, 1));
  }

  @Test
  void streamThatCannotBePaused_failsAtOnce() throws Exception {
    IllegalStateException odd = new IllegalStateException("odd");
    ReadStream<Tuple> rows =
        fake(
            ReadStream.class,
            arguments -> {
              throw odd;
            });
    assertThat(failure(BatchRun.start(pool(), vertx, SQL, rows, options(10, 1).build())))
        .isSameAs(odd);
    assertThat(begun).isEmpty();
  }

  /** Where one answer to a request for rows is more than a chunk. */
  @Test
  void stream_moreThanAChunkAtOnce_doesNotBeginMoreThanAllowed() throws Exception {
    Rows rows = new Rows();
    Promise<Void> stop = Promise.promise();
    BatchOptions options = options(100, 1).maxBytes(3 * ROW_BYTES).stop(stop.future()).build();
    Future<BatchResult> batch = BatchRun.start(pool(), vertx, SQL, rows, options);
    eventually("one row", () -> rows.demand == 1);
    rows.give(0, 1);
    eventually("two more", () -> rows.demand == 3);
    rows.rows.handle(Tuple.of(1, "x".repeat(2 * ROW_BYTES)));
    rows.give(2, 3);
    eventuallyBegun(1);
    assertThat(begun.get(0).rows).containsExactly(0);
    rows.end.handle(null);
    settle();
    assertThat(begun).as("one at a time").hasSize(1);
    stop.complete();
    settle();
    begun.get(0).commit();
    BatchFailedException failed = (BatchFailedException) failure(batch);
    assertThat(failed).hasCauseInstanceOf(CancellationException.class);
    assertThat(failed.firstUncertainRow()).isEqualTo(1);
  }

  @Test
  void streamThatCannotBeAsked_failsTheBatch() throws Exception {
    IllegalStateException odd = new IllegalStateException("odd");
    Rows rows =
        new Rows() {
          @Override
          public ReadStream<Tuple> fetch(long amount) {
            throw odd;
          }
        };
    assertThat(failure(BatchRun.start(pool(), vertx, SQL, rows, options(10, 1).build())))
        .hasCause(odd);
  }

  @Test
  void stream_thatIsEmpty_ends() throws Exception {
    Rows rows = new Rows();
    Future<BatchResult> batch = BatchRun.start(pool(), vertx, SQL, rows, options(10, 1).build());
    rows.end.handle(null);
    assertThat(await(batch)).isEqualTo(new BatchResult(0, List.of()));
  }
}
