package io.github.dsqljava.spi.pool;

import static io.github.dsqljava.spi.pool.PoolFixture.OPEN_TIME;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.dsqljava.pool.CloseReason;
import io.github.dsqljava.pool.ConnectRate;
import io.github.dsqljava.pool.PoolListener;
import io.github.dsqljava.pool.PoolPolicy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Other people's code that is called by the pool and calls it. */
class PoolReentryTest {

  private static final Duration PATIENCE = Duration.ofMinutes(1);
  private static final int MANY = 100_000;

  private final VirtualScheduler time = new VirtualScheduler();
  private final SimulatedCluster cluster = new SimulatedCluster(time);
  private final SimulatedSource source = new SimulatedSource(cluster);

  private AsyncPool<SimulatedConnection> pool(
      ConnectionSource<SimulatedConnection> connections, PoolListener listener) {
    return new AsyncPool<>(
        "cluster:5432",
        PoolPolicy.builder().maxSize(1).maxWaiting(MANY).build(),
        connections,
        time,
        ConnectRate.of(1_000_000, 1_000_000),
        new FixedRandom(1),
        listener);
  }

  @Test
  void release_everyCallerReleasesInItsCallback_stackDoesNotGrowWithTheQueue() {
    var pool = pool(source, PoolListener.NONE);
    AtomicInteger served = new AtomicInteger();
    List<CompletableFuture<Void>> callers = new ArrayList<>();
    for (int i = 0; i < MANY; i++) {
      callers.add(
          pool.acquire(null, PATIENCE)
              .thenAccept(
                  lease -> {
                    served.incrementAndGet();
                    assertThat(lease.release()).isTrue();
                  }));
    }
    time.advance(OPEN_TIME);
    assertThat(served).hasValue(MANY);
    assertThat(callers).allMatch(caller -> caller.isDone() && !caller.isCompletedExceptionally());
    assertThat(pool.stats().idle()).isEqualTo(1);
  }

  @Test
  void open_failsForEveryCaller_stackDoesNotGrowWithTheQueue() {
    CompletableFuture<SimulatedConnection> first = new CompletableFuture<>();
    Throwable denied = Failures.denied();
    AtomicInteger attempts = new AtomicInteger();
    var failing =
        new ConnectionSource<SimulatedConnection>() {
          @Override
          public CompletionStage<SimulatedConnection> open(
              @Nullable Object preference, Runnable lost) {
            return attempts.incrementAndGet() == 1 ? first : CompletableFuture.failedFuture(denied);
          }

          @Override
          public CompletionStage<Void> close(SimulatedConnection connection) {
            throw new AssertionError("there is none");
          }

          @Override
          public CompletionStage<Void> abort(SimulatedConnection connection) {
            throw new AssertionError("there is none");
          }
        };
    var pool = pool(failing, PoolListener.NONE);
    List<CompletableFuture<Lease<SimulatedConnection>>> callers = new ArrayList<>();
    for (int i = 0; i < MANY; i++) {
      callers.add(pool.acquire(null, PATIENCE));
    }
    first.completeExceptionally(denied);
    assertThat(callers).allMatch(CompletableFuture::isCompletedExceptionally);
    assertThat(attempts).hasValue(1);
  }

  @Test
  void callback_acquiresReleasesAndCloses_poolStaysInOrder() {
    var pool = pool(source, PoolListener.NONE);
    List<String> seen = new ArrayList<>();
    var unused =
        pool.acquire(null, PATIENCE)
            .thenAccept(
                lease -> {
                  seen.add("first");
                  var next = pool.acquire(null, PATIENCE).thenAccept(l -> seen.add("second"));
                  lease.release();
                  assertThat(next).isCompleted();
                  assertThat(pool.close(Duration.ZERO)).isCompleted();
                  seen.add("closed");
                });
    time.advance(OPEN_TIME);
    assertThat(seen).containsExactly("first", "second", "closed");
    assertThat(cluster.open).isZero();
  }

  @Test
  void listener_usesThePool_isServed() {
    List<AsyncPool<SimulatedConnection>> pools = new ArrayList<>();
    List<String> seen = new ArrayList<>();
    PoolListener curious =
        new PoolListener() {
          @Override
          public void opened(Duration took) {
            seen.add("opened, " + pools.get(0).stats().size() + " open");
          }

          @Override
          public void closed(CloseReason reason, Duration age) {
            seen.add("closed, " + pools.get(0).stats().size() + " open");
            var unused = pools.get(0).acquire(null, PATIENCE);
          }
        };
    pools.add(pool(source, curious));
    var caller = pools.get(0).acquire(null, PATIENCE);
    time.advance(OPEN_TIME);
    PoolFixture.leased(caller).discard();
    time.advance(OPEN_TIME);
    assertThat(seen).containsExactly("opened, 1 open", "closed, 0 open", "opened, 1 open");
    assertThat(pools.get(0).stats().leased()).isEqualTo(1);
  }

  /** The moment between the choice of a caller and the completion of its future. */
  @Test
  void leave_callerThatIsAboutToBeServed_connectionGoesToTheNextOrBecomesIdle() {
    List<CompletableFuture<Lease<SimulatedConnection>>> callers = new ArrayList<>();
    PoolListener meddler =
        new PoolListener() {
          @Override
          public void opened(Duration took) {
            assertThat(callers.get(0).cancel(false)).isTrue();
          }
        };
    var pool = pool(source, meddler);
    callers.add(pool.acquire(null, PATIENCE));
    callers.add(pool.acquire(null, PATIENCE));
    time.advance(OPEN_TIME);
    PoolFixture.leased(callers.get(1)).release();
    assertThat(pool.stats().idle()).isEqualTo(1);
    assertThat(pool.stats().leased()).isZero();
  }

  @Test
  void open_connectionIsLostInTheCall_nextOneIsOpened() {
    AtomicInteger attempts = new AtomicInteger();
    var losing =
        new ConnectionSource<SimulatedConnection>() {
          @Override
          public CompletionStage<SimulatedConnection> open(
              @Nullable Object preference, Runnable lost) {
            if (attempts.incrementAndGet() == 1) {
              lost.run();
            }
            return source.open(preference, lost);
          }

          @Override
          public CompletionStage<Void> close(SimulatedConnection connection) {
            return source.close(connection);
          }

          @Override
          public CompletionStage<Void> abort(SimulatedConnection connection) {
            return source.abort(connection);
          }
        };
    source.openTime = () -> Duration.ZERO;
    var caller = pool(losing, PoolListener.NONE).acquire(null, PATIENCE);
    time.advance(Duration.ofSeconds(1));
    assertThat(caller).isCompleted();
    assertThat(attempts).hasValue(2);
  }
}
