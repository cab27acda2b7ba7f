package io.github.dsqljava.spi.pool;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.dsqljava.pool.ConnectRate;
import io.github.dsqljava.pool.PoolPolicy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.UnaryOperator;
import java.util.random.RandomGenerator;

/** A pool in virtual time, on a simulated cluster, which takes 100 ms to open a connection. */
final class PoolFixture {

  static final Duration OPEN_TIME = Duration.ofMillis(100);
  static final Duration PATIENCE = Duration.ofSeconds(10);

  final VirtualScheduler time = new VirtualScheduler();
  final SimulatedCluster cluster = new SimulatedCluster(time);
  final SimulatedSource source = new SimulatedSource(cluster);
  final RecordingListener listener = new RecordingListener();
  final AsyncPool<SimulatedConnection> pool;

  private PoolFixture(PoolPolicy policy, ConnectRate rate, RandomGenerator random) {
    pool = new AsyncPool<>("cluster:5432", policy, source, time, rate, random, listener);
  }

  /** Lifetimes and pauses are as long as they can be. */
  static PoolFixture of(UnaryOperator<PoolPolicy.Builder> policy) {
    return of(policy, ConnectRate.of(100, 1_000));
  }

  static PoolFixture of(UnaryOperator<PoolPolicy.Builder> policy, ConnectRate rate) {
    return of(policy, rate, new FixedRandom(1));
  }

  static PoolFixture of(
      UnaryOperator<PoolPolicy.Builder> policy, ConnectRate rate, RandomGenerator random) {
    return new PoolFixture(
        policy.apply(PoolPolicy.builder().lifetimeJitter(Duration.ZERO)).build(), rate, random);
  }

  CompletableFuture<Lease<SimulatedConnection>> acquire() {
    return pool.acquire(null, PATIENCE);
  }

  /** A caller, and time for the pool to serve it. */
  CompletableFuture<Lease<SimulatedConnection>> acquireAndWait(Duration patience) {
    CompletableFuture<Lease<SimulatedConnection>> caller = acquire();
    time.advance(patience);
    return caller;
  }

  /** Several callers, in order. */
  List<CompletableFuture<Lease<SimulatedConnection>>> acquire(int callers) {
    List<CompletableFuture<Lease<SimulatedConnection>>> all = new ArrayList<>();
    for (int i = 0; i < callers; i++) {
      all.add(acquire());
    }
    return all;
  }

  /** A connection, waiting for its opening if need be. */
  Lease<SimulatedConnection> acquireNow() {
    CompletableFuture<Lease<SimulatedConnection>> acquired = acquire();
    if (!acquired.isDone()) {
      time.advance(OPEN_TIME);
    }
    return leased(acquired);
  }

  static Lease<SimulatedConnection> leased(CompletableFuture<Lease<SimulatedConnection>> acquired) {
    assertThat(acquired).isCompleted();
    return acquired.join();
  }

  /** What a caller failed with. */
  static Throwable failure(CompletableFuture<Lease<SimulatedConnection>> acquired) {
    assertThat(acquired).isCompletedExceptionally();
    return acquired.handle((lease, failure) -> failure).join();
  }

  void millis(long millis) {
    time.advance(Duration.ofMillis(millis));
  }

  void seconds(long seconds) {
    time.advance(Duration.ofSeconds(seconds));
  }

  void minutes(long minutes) {
    time.advance(Duration.ofMinutes(minutes));
  }
}
