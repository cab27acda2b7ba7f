package io.github.dsqljava.vertx;

import static io.github.dsqljava.vertx.LocalCluster.await;
import static io.github.dsqljava.vertx.LocalCluster.config;
import static io.github.dsqljava.vertx.LocalCluster.execute;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.dsqljava.RetryKind;
import io.github.dsqljava.local.DsqlLocal;
import io.github.dsqljava.pool.CloseReason;
import io.github.dsqljava.pool.PoolListener;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.RepeatedTest;

/**
 * Calls of the public API in any order, with functions, hooks and listeners that misbehave: every
 * future completes, and every place of the pool is free at the end.
 */
@SuppressWarnings({"NullAway", "InterruptedExceptionSwallowed"})
class RandomMisuseTest {
  private static final int CALLS = 250;
  private static final int SIZE = 3;
  private static final String INSERT = "INSERT INTO item VALUES ($1)";

  private static DsqlLocal cluster;

  private final long seed = Long.getLong("seed", System.nanoTime());
  private final Random random = new Random(seed);
  private int nextId;

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

  /** One time in some, an exception of any kind. */
  private void perhapsThrow(int oneIn) {
    int kind;
    synchronized (random) {
      kind = random.nextInt(3 * oneIn);
    }
    switch (kind) {
      case 0 -> throw new IllegalStateException("odd");
      case 1 -> throw new AssertionError("odd");
      case 2 -> RandomMisuseTest.<RuntimeException>sneak(new Exception("odd, and checked"));
      default -> {}
    }
  }

  @SuppressWarnings("unchecked")
  private static <T extends Throwable> void sneak(Throwable thrown) throws T {
    throw (T) thrown;
  }

  private final class OddListener implements PoolListener {
    @Override
    public void opened(Duration took) {
      perhapsThrow(2);
    }

    @Override
    public void closed(CloseReason reason, Duration age) {
      perhapsThrow(2);
    }

    @Override
    public void acquired(Duration waited) {
      perhapsThrow(2);
    }

    @Override
    public void acquireFailed(Throwable failure, Duration waited) {
      perhapsThrow(2);
    }

    @Override
    public void retrying(RetryKind kind, int attempt, Duration delay, Throwable cause) {
      perhapsThrow(2);
    }
  }

  private Future<Void> hook(SqlConnection connection) {
    perhapsThrow(8);
    return switch (draw(12)) {
      case 0 -> null;
      case 1 -> Promise.<Void>promise().future();
      case 2 -> connection.query("BEGIN").execute().mapEmpty();
      default -> connection.query("SELECT 1").execute().mapEmpty();
    };
  }

  private int draw(int bound) {
    synchronized (random) {
      return random.nextInt(bound);
    }
  }

  /** What a function of a program does with a connection. */
  private <T> Future<T> work(SqlConnection connection) {
    perhapsThrow(12);
    Future<?> first =
        switch (draw(12)) {
          case 0 -> connection.query("SELECT 1/0").execute();
          case 1 -> connection.query("SELECT 1/0").execute().otherwiseEmpty();
          case 2 -> connection.query("nonsense").execute();
          case 3 -> connection.query("SELECT 1; COMMIT; BEGIN").execute();
          case 4 -> connection.query("BEGIN").execute();
          case 5 -> connection.query("SELECT pg_terminate_backend(pg_backend_pid())").execute();
          case 6 -> connection.begin();
          case 7 -> connection.close();
          case 8 -> connection.query("SELECT 1").mapping(this::oddRow).execute();
          case 9 -> connection.preparedQuery(INSERT).execute(Tuple.of("no number"));
          case 10 -> connection.prepare("SELECT $1::int").compose(p -> p.query().execute(null));
          default -> connection.preparedQuery(INSERT).execute(Tuple.of(nextId()));
        };
    return switch (draw(10)) {
      case 0 -> null;
      case 1 -> Promise.<T>promise().future(); // never
      case 2 -> Future.failedFuture("the function's own");
      default -> first.compose(done -> connection.query("SELECT 2").execute()).mapEmpty();
    };
  }

  private int nextId() {
    synchronized (random) {
      return ++nextId;
    }
  }

  private Object oddRow(Row row) {
    perhapsThrow(2);
    return row.getValue(0);
  }

  private Future<?> call(DsqlPool pool) {
    return switch (draw(12)) {
      case 0 -> pool.query("SELECT 1").execute();
      case 1 -> pool.query("SELECT 1").mapping(this::oddRow).execute();
      case 2 -> pool.preparedQuery(INSERT).execute(Tuple.of(nextId()));
      case 3 -> pool.preparedQuery(INSERT).execute(draw(2) == 0 ? null : Tuple.of("no number"));
      case 4 -> pool.query(draw(2) == 0 ? null : "SELECT 1/0").execute();
      case 5 ->
          pool.executeMany(
              INSERT,
              List.of(Tuple.of(nextId()), Tuple.of(nextId()), Tuple.of(nextId())),
              BatchOptions.builder().maxRows(1).progress(done -> perhapsThrow(1)).build());
      case 6 ->
          pool.getConnection(Duration.ofMillis(draw(20)))
              .compose(c -> c.query("BEGIN").execute().eventually(c::close));
      case 7 -> {
        Promise<Void> givenUp = Promise.promise();
        Future<?> got =
            pool.getConnection(Duration.ofSeconds(5), givenUp.future())
                .compose(SqlConnection::close);
        givenUp.fail("gone");
        yield got;
      }
      case 8 -> pool.query("SELECT pg_terminate_backend(pg_backend_pid())").execute();
      case 9 -> {
        pool.expireConnections();
        yield pool.query("SELECT 1").execute();
      }
      default -> pool.inTransaction(this::work);
    };
  }

  @RepeatedTest(2)
  void misuse_everyFutureCompletesAndNoPlaceIsLost() throws Exception {
    System.out.println("RandomMisuseTest: -Dseed=" + seed);
    DsqlConnector connector =
        DsqlConnector.create(config(cluster).connectTimeout(Duration.ofMillis(500)).build());
    DsqlPool pool =
        connector.pool(
            PoolSettings.builder()
                .maxSize(SIZE)
                .acquireTimeout(Duration.ofSeconds(5))
                .transactionDeadline(Duration.ofMillis(300))
                .statementTimeout(Duration.ofSeconds(5))
                .maxBackoff(Duration.ofMillis(50))
                .baseBackoff(Duration.ofMillis(10))
                .listener(new OddListener())
                .initHook(this::hook)
                .build());
    ConcurrentHashMap<Integer, String> pending = new ConcurrentHashMap<>();
    List<Supplier<Future<?>>> calls = new ArrayList<>();
    for (int i = 0; i < CALLS; i++) {
      calls.add(() -> call(pool));
    }
    for (int i = 0; i < CALLS; i++) {
      int number = i;
      try {
        Future<?> future = calls.get(i).get();
        pending.put(number, future.toString());
        future.onComplete(done -> pending.remove(number));
      } catch (NullPointerException e) {
        assertThat(e.getMessage()).as("seed " + seed).isIn("sql", "tuple");
      }
    }
    eventually(
        "futures that never complete, seed " + seed + ": ", pending, () -> pending.isEmpty());
    eventually("places that are lost, seed " + seed + ": ", pool, () -> pool.stats().leased() == 0);
    await(connector.close());
    LocalCluster.assertNothingOpen(cluster);
  }

  private static void eventually(String what, Object state, Supplier<Boolean> condition) {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    while (!condition.get()) {
      assertThat(System.nanoTime()).as(what + state).isLessThan(end);
      LockSupport.parkNanos(1_000_000);
    }
  }
}
