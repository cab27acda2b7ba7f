package io.github.dsqljava.spi.pool;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.dsqljava.pool.ConnectRate;
import io.github.dsqljava.pool.PoolPolicy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A day, a rush and a restart of the service, in virtual time. */
class PoolSimulationTest {

  private static final int POOLS = 6;
  private static final int CLIENTS = 3_000;

  private final VirtualScheduler time = new VirtualScheduler();
  private final SimulatedCluster cluster = new SimulatedCluster(time);
  private final SimulatedSource source = new SimulatedSource(cluster);
  private final RecordingListener listener = new RecordingListener();
  private final SimulatedClient.Ledger ledger = new SimulatedClient.Ledger();
  private final ConnectRate rate = ConnectRate.of(100, 1_000);

  private AsyncPool<SimulatedConnection> pool(PoolPolicy policy, Random random) {
    return new AsyncPool<>("cluster:5432", policy, source, time, rate, random, listener);
  }

  /** Evenly from one to the other. */
  private static Duration between(Random random, Duration least, Duration most) {
    return Duration.ofNanos(random.nextLong(least.toNanos(), most.toNanos() + 1));
  }

  private static Duration millis(Random random, int least, int most) {
    return between(random, Duration.ofMillis(least), Duration.ofMillis(most));
  }

  // A day

  @ParameterizedTest
  @ValueSource(longs = {20261122, 3, 4})
  void day_steadyAndBurstyLoad_noCallerNoticesThatTheServiceCutsConnections(long seed) {
    Random random = new Random(seed);
    source.openTime = () -> millis(random, 20, 200);
    var pool = pool(PoolPolicy.builder().minSize(5).maxSize(40).build(), random);
    pool.start();
    for (int i = 0; i < 20; i++) {
      new SimulatedClient(
              time, pool, ledger, () -> transaction(random), () -> millis(random, 0, 8_000))
          .request();
    }
    burst(pool, random);

    time.advance(Duration.ofHours(24));

    assertThat(ledger.failures).as("seed " + seed).isEmpty();
    assertThat(ledger.done).isGreaterThan(200_000);
    assertThat(cluster.transactionsCut).isZero();
    assertThat(cluster.accepted).noneMatch(SimulatedConnection::isCut);
    assertThat(cluster.rejected).isZero();
    // Five connections at least, replaced at least 24 times; the busy ones and the bursts come on
    // top, but nobody opens a connection for every transaction.
    assertThat(listener.of("closed LIFETIME")).hasSizeBetween(24 * 5, 24 * 40);
    assertThat(cluster.accepted).hasSizeLessThan(20_000);

    var closed = pool.close(Duration.ofMinutes(5));
    time.advance(Duration.ofMinutes(5));
    assertThat(closed).isCompleted();
    assertThat(cluster.notClosed()).isEmpty();
    assertThat(cluster.transactionsAborted).isZero();
    cluster.assertNoFaults();
  }

  /** Most are short, some take seconds, and a few as long as the service allows. */
  private static Duration transaction(Random random) {
    int kind = random.nextInt(100);
    if (kind < 94) {
      return millis(random, 5, 50);
    }
    return kind < 98
        ? millis(random, 1_000, 10_000)
        : between(random, Duration.ofMinutes(4), PoolPolicy.LONGEST_TRANSACTION.minusMillis(1));
  }

  private void burst(AsyncPool<SimulatedConnection> pool, Random random) {
    for (int i = 0; i < 300; i++) {
      new SimulatedClient(time, pool, ledger, () -> millis(random, 20, 200), () -> null).request();
    }
    time.schedule(millis(random, 60_000, 1_200_000), () -> burst(pool, random));
  }

  // A rush, and a restart

  private List<AsyncPool<SimulatedConnection>> pools() {
    List<AsyncPool<SimulatedConnection>> pools = new ArrayList<>();
    for (int i = 0; i < POOLS; i++) {
      pools.add(
          pool(PoolPolicy.builder().maxSize(CLIENTS / POOLS).build(), new Random(20261122 + i)));
    }
    return pools;
  }

  @Test
  void rush_clientsOfSeveralPoolsStartAtOnce_allAreServedInsideTheRate() {
    List<AsyncPool<SimulatedConnection>> pools = pools();
    for (int i = 0; i < CLIENTS; i++) {
      var pool = pools.get(i * POOLS / CLIENTS); // one pool after the other
      new SimulatedClient(time, pool, ledger, () -> Duration.ofSeconds(25), () -> null).request();
    }
    time.advance(Duration.ofSeconds(10));
    // The first two pools took the thousand at once; the others share the thousand since.
    assertThat(cluster.accepted).hasSize(2_000);
    assertThat(pools.subList(2, POOLS))
        .map(pool -> pool.stats().waiting())
        .allMatch(waiting -> waiting >= 250 && waiting <= 255);

    time.advance(Duration.ofSeconds(40));

    assertThat(cluster.rejected).isZero();
    assertThat(ledger.failures).isEmpty();
    assertThat(ledger.done).isEqualTo(CLIENTS);
    assertThat(ledger.longestWait).isBetween(Duration.ofSeconds(20), Duration.ofSeconds(21));
    assertThat(cluster.accepted).hasSize(CLIENTS);
    cluster.assertNoFaults();
  }

  @Test
  void restart_allConnectionsLostAndNoneToBeHad_poolsRecoverInsideTheRate() {
    Random random = new Random(20261122);
    source.openTime = () -> millis(random, 20, 200);
    List<AsyncPool<SimulatedConnection>> pools = pools();
    for (int i = 0; i < CLIENTS; i++) {
      var pool = pools.get(i % POOLS);
      new SimulatedClient(
              time, pool, ledger, () -> millis(random, 50, 500), () -> millis(random, 0, 1_000))
          .request();
    }
    time.advance(Duration.ofMinutes(2));
    int before = source.attempts;
    cluster.cutAll();
    assertThat(cluster.open).isZero();
    cluster.refusal = Failures.unreachable();
    time.advance(Duration.ofSeconds(5));
    cluster.refusal = Failures.wakingUp();
    time.advance(Duration.ofSeconds(5));
    // Each pool tried at once with what it wanted, and then with one attempt at a time.
    assertThat(source.attempts - before).isLessThan(1_000 + 50 * POOLS);
    cluster.refusal = null;
    int done = ledger.done;
    time.advance(Duration.ofSeconds(20));

    assertThat(ledger.failures).isEmpty();
    assertThat(cluster.rejected).isZero();
    assertThat(ledger.cut).isBetween(1, CLIENTS);
    assertThat(ledger.done - done).isGreaterThan(20 * CLIENTS / 2);
    cluster.assertNoFaults();
  }
}
