package io.github.dsqljava.vertx;

import static io.github.dsqljava.vertx.LocalCluster.await;
import static io.github.dsqljava.vertx.LocalCluster.config;
import static io.github.dsqljava.vertx.LocalCluster.execute;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.dsqljava.BatchChunk;
import io.github.dsqljava.BatchFailedException;
import io.github.dsqljava.ChunkOutcome;
import io.github.dsqljava.CommitOutcomeUnknownException;
import io.github.dsqljava.StatementOutcomeUnknownException;
import io.github.dsqljava.local.CommitConflict;
import io.github.dsqljava.local.DsqlLocal;
import io.github.dsqljava.testsupport.FaultRelay;
import io.github.dsqljava.testsupport.FaultRelay.Fault;
import io.vertx.core.Future;
import io.vertx.pgclient.PgException;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

/**
 * Everything at once: transactions, batches, single statements of pool and client, while
 * connections are cut, reset and stalled, commits lose conflicts, connections are given up, and the
 * schema changes every second. What was told of each operation is compared with what is in the
 * database. {@code -Dmixed.seconds=600} makes it long; {@code -Dmixed.seed} repeats the chances.
 */
@SuppressWarnings({"NullAway.Init", "InterruptedExceptionSwallowed"})
class MixedLoadTest {
  private static final int SECONDS = Integer.getInteger("mixed.seconds", 5);
  private static final long SEED = Long.getLong("mixed.seed", System.nanoTime());

  /** What callers do, a digit each: see {@link #call}. */
  private static final String KINDS = System.getProperty("mixed.kinds", "0123456");

  private static final double FAULT_PROBABILITY =
      Double.parseDouble(System.getProperty("mixed.faults", "0.004"));

  private static final int CALLERS = 24;
  private static final int MOST = 4_000_000;
  private static final String INSERT = "INSERT INTO ledger (op) VALUES ($1)";

  private static final List<Fault> FAULTS =
      List.of(new Fault.Cut(), new Fault.Reset(), new Fault.Stall(), new Fault.HalfWrite(10));

  private static final List<List<String>> MIGRATIONS =
      List.of(
          List.of("ALTER TABLE ledger ADD COLUMN extra text"),
          List.of("ALTER TABLE m DROP COLUMN v", "ALTER TABLE m ADD COLUMN v bigint"),
          List.of("ALTER TABLE ledger DROP COLUMN extra"),
          List.of("DROP TABLE m", "CREATE TABLE m (v real, id int PRIMARY KEY)"),
          List.of("ALTER TABLE m DROP COLUMN v", "ALTER TABLE m ADD COLUMN v int"));

  // What is known of an operation: this, and ten times the rows that it writes.
  private static final int COMMITTED = 1;
  private static final int FAILED = 2;
  private static final int UNKNOWN = 3;

  private final AtomicIntegerArray told = new AtomicIntegerArray(MOST);
  private final AtomicInteger nextOp = new AtomicInteger(1);
  private final AtomicInteger reads = new AtomicInteger();
  private final AtomicInteger failedReads = new AtomicInteger();
  private final AtomicBoolean over = new AtomicBoolean();
  private final Queue<String> wrong = new ConcurrentLinkedQueue<>();

  @Test
  void whatWasToldOfEachOperation_isTrue() throws Exception {
    System.out.println("MixedLoadTest: -Dmixed.seconds=" + SECONDS + " -Dmixed.seed=" + SEED);
    ExecutorService callers = Executors.newFixedThreadPool(CALLERS);
    try (DsqlLocal cluster = DsqlLocal.start();
        FaultRelay relay = FaultRelay.start(cluster.port())) {
      DsqlConnector direct = DsqlConnector.create(config(cluster).build());
      DsqlConnector connector =
          DsqlConnector.create(
              config(cluster).port(relay.port()).connectTimeout(Duration.ofSeconds(5)).build());
      try {
        SqlConnection witness = await(direct.connect());
        execute(
            witness, "CREATE TABLE ledger (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), op int)");
        execute(witness, "CREATE TABLE counter (id int PRIMARY KEY, n int)");
        execute(witness, "INSERT INTO counter VALUES (0, 0), (1, 0), (2, 0), (3, 0)");
        execute(witness, "CREATE TABLE m (id int PRIMARY KEY, v int)");
        execute(witness, "INSERT INTO m VALUES (0, 7)");
        DsqlPool pool =
            connector.pool(
                PoolSettings.builder()
                    .maxSize(10)
                    .maxLifetime(Duration.ofSeconds(20))
                    .statementTimeout(Duration.ofSeconds(5))
                    .transactionDeadline(Duration.ofSeconds(20))
                    .maxBackoff(Duration.ofMillis(200))
                    .build());
        DsqlClient client =
            connector.client(
                ClientSettings.builder()
                    .maxSize(3)
                    .maxLifetime(Duration.ofSeconds(20))
                    .statementTimeout(Duration.ofSeconds(5))
                    .maxBackoff(Duration.ofMillis(200))
                    .build());
        long heapBefore = heap();
        relay.startRandom(FAULT_PROBABILITY, FAULTS, SEED);
        for (int i = 0; i < CALLERS; i++) {
          int kind = KINDS.charAt(i % KINDS.length()) - '0';
          callers.execute(() -> callUntilOver(pool, client, kind));
        }
        int migrations = disturb(cluster, pool, client, witness);
        over.set(true);
        relay.stopRandom();
        callers.shutdown();
        assertThat(callers.awaitTermination(120, TimeUnit.SECONDS)).as("callers end").isTrue();
        long heapAfter = heap();
        int strikes = relay.strikes();
        relay.resume();
        await(pool.close(Duration.ofSeconds(5)));
        await(client.close(Duration.ofSeconds(5)));
        relay.close(); // and the server hears of what was stalled
        LockSupport.parkNanos(TimeUnit.SECONDS.toNanos(1));
        String verdict = verdict(witness);
        System.out.println(
            "MixedLoadTest: "
                + verdict
                + "; reads "
                + reads
                + ", failed reads "
                + failedReads
                + "; faults "
                + strikes
                + ", migrations "
                + migrations
                + "; heap "
                + heapBefore / 1_000_000
                + " MB at the start, "
                + heapAfter / 1_000_000
                + " MB at the end");
        assertThat(wrong).as("seed " + SEED).isEmpty();
      } finally {
        over.set(true);
        callers.shutdownNow();
        await(connector.close());
        await(direct.close());
      }
    }
  }

  /** Until the time is over; returns how many migrations there were. */
  private int disturb(DsqlLocal cluster, DsqlPool pool, DsqlClient client, SqlConnection admin)
      throws Exception {
    Random random = new Random(SEED);
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS);
    int migrations = 0;
    while (System.nanoTime() < end && wrong.isEmpty()) {
      migrate(admin, MIGRATIONS.get(migrations++ % MIGRATIONS.size()));
      switch (random.nextInt(6)) {
        case 0 -> pool.expireConnections();
        case 1 -> client.expireConnections();
        case 2 -> cluster.faults().conflictCommits(5, CommitConflict.DATA);
        case 3 -> cluster.faults().conflictCommits(5, CommitConflict.SCHEMA);
        default -> {}
      }
      LockSupport.parkNanos(TimeUnit.SECONDS.toNanos(1)); // the pace of the migrations
    }
    return migrations;
  }

  /** As a migration tool does it: one statement, again while it loses. */
  private static void migrate(SqlConnection connection, List<String> statements) throws Exception {
    List<String> all = new ArrayList<>(statements);
    all.add("INSERT INTO m(id, v) VALUES (0, 7) ON CONFLICT (id) DO UPDATE SET v = 7");
    for (String sql : all) {
      while (true) {
        try {
          execute(connection, sql);
          break;
        } catch (ExecutionException e) {
          if (!(e.getCause() instanceof PgException lost) || !"40001".equals(lost.getSqlState())) {
            throw e;
          }
        }
      }
    }
  }

  private void callUntilOver(DsqlPool pool, DsqlClient client, int kind) {
    while (!over.get()) {
      try {
        call(pool, client, kind);
      } catch (TimeoutException e) {
        wrong.add("kind " + kind + " hangs");
        return;
      } catch (Exception e) {
        wrong.add("kind " + kind + ": " + e);
        return;
      }
      LockSupport.parkNanos(ThreadLocalRandom.current().nextLong(20_000_000));
    }
  }

  private void call(DsqlPool pool, DsqlClient client, int kind) throws Exception {
    int op = nextOp.getAndIncrement();
    switch (kind) {
      case 0 -> tell(op, 2, pool.inTransaction(c -> insert(c, op).compose(done -> insert(c, op))));
      case 1 -> {
        int counter = op % 4;
        tell(
            op,
            1,
            pool.inTransaction(
                c ->
                    c.preparedQuery("UPDATE counter SET n = n + 1 WHERE id = $1")
                        .execute(Tuple.of(counter))
                        .compose(done -> insert(c, counting(op)))));
      }
      case 2 -> tellOfChunks(op, pool);
      case 3 -> tell(op, 1, pool.preparedQuery(INSERT).execute(Tuple.of(op)));
      case 4, 5 -> tell(op, 1, client.preparedQuery(INSERT).execute(Tuple.of(op)));
      default -> read(client);
    }
  }

  private static Future<RowSet<Row>> insert(SqlConnection connection, int op) {
    return connection.preparedQuery(INSERT).execute(Tuple.of(op));
  }

  /** Operations that count are negative in the database. */
  private static int counting(int op) {
    return -op;
  }

  private void tell(int op, int rows, Future<?> operation) throws Exception {
    told.set(op, 10 * rows + outcome(operation));
  }

  private static int outcome(Future<?> operation) throws Exception {
    try {
      await(operation);
      return COMMITTED;
    } catch (ExecutionException e) {
      return e.getCause() instanceof CommitOutcomeUnknownException
              || e.getCause() instanceof StatementOutcomeUnknownException
          ? UNKNOWN
          : FAILED;
    }
  }

  private void tellOfChunks(int first, DsqlPool pool) throws Exception {
    int second = nextOp.getAndIncrement();
    List<Tuple> rows = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      rows.add(Tuple.of(i < 5 ? first : second));
    }
    BatchOptions options = BatchOptions.builder().maxRows(5).build();
    List<BatchChunk> chunks;
    try {
      chunks = await(pool.executeMany(INSERT, rows, options)).chunks();
    } catch (ExecutionException e) {
      if (!(e.getCause() instanceof BatchFailedException failed)) {
        throw e;
      }
      chunks = failed.chunks();
    }
    told.set(first, 50 + outcome(chunks.get(0).outcome()));
    told.set(second, 50 + outcome(chunks.get(1).outcome()));
  }

  private static int outcome(ChunkOutcome outcome) {
    return switch (outcome) {
      case COMMITTED -> COMMITTED;
      case UNKNOWN -> UNKNOWN;
      default -> FAILED;
    };
  }

  private void read(DsqlClient client) throws Exception {
    reads.incrementAndGet();
    try {
      for (Row row : await(client.preparedQuery("SELECT * FROM m").execute())) {
        boolean there = row.getColumnIndex("v") >= 0; // a migration takes it away for a moment
        if (there && row.getValue("v") instanceof Number v && v.doubleValue() != 7) {
          wrong.add("read " + row.toJson());
        }
      }
    } catch (ExecutionException e) {
      failedReads.incrementAndGet();
    }
  }

  private String verdict(SqlConnection witness) throws Exception {
    Map<Integer, Integer> there = new HashMap<>();
    int counted = 0;
    for (Row row : await(witness.query("SELECT op, count(*) FROM ledger GROUP BY op").execute())) {
      int op = row.getInteger(0);
      there.put(Math.abs(op), row.getLong(1).intValue());
      counted += op < 0 ? 1 : 0;
    }
    int[] outcomes = new int[4];
    int lost = 0;
    int doubled = 0;
    int unknownThere = 0;
    for (int op = 1; op < nextOp.get(); op++) {
      int state = told.get(op);
      int found = there.getOrDefault(op, 0);
      if (state == 0) {
        continue; // a read
      }
      outcomes[state % 10]++;
      lost += state % 10 == COMMITTED && found == 0 ? 1 : 0;
      doubled += found > state / 10 ? 1 : 0;
      unknownThere += state % 10 == UNKNOWN && found > 0 ? 1 : 0;
      boolean whole = found == 0 || found == state / 10;
      boolean isTrue = state % 10 == UNKNOWN || (state % 10 == COMMITTED) == (found > 0);
      if (!whole || !isTrue) {
        wrong.add("operation " + op + " told " + state + ", found " + found);
      }
    }
    int sum =
        Math.toIntExact(
            await(witness.query("SELECT sum(n) FROM counter").execute())
                .iterator()
                .next()
                .getLong(0));
    if (sum != counted) {
      wrong.add("counters " + sum + ", operations that count " + counted);
    }
    return "operations "
        + (outcomes[COMMITTED] + outcomes[FAILED] + outcomes[UNKNOWN])
        + ": committed "
        + outcomes[COMMITTED]
        + ", failed "
        + outcomes[FAILED]
        + ", unknown "
        + outcomes[UNKNOWN]
        + " (there "
        + unknownThere
        + "); lost "
        + lost
        + ", doubled "
        + doubled
        + ", told wrongly "
        + wrong.size();
  }

  /** In use after a collection. */
  private static long heap() {
    Runtime runtime = Runtime.getRuntime();
    for (int i = 0; i < 3; i++) {
      runtime.gc();
    }
    return runtime.totalMemory() - runtime.freeMemory();
  }
}
