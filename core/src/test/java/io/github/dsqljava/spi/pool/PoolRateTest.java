package io.github.dsqljava.spi.pool;

import static io.github.dsqljava.spi.pool.PoolFixture.leased;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.dsqljava.pool.ConnectRate;
import io.github.dsqljava.pool.PoolListener;
import io.github.dsqljava.pool.PoolPolicy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** Connections are opened no faster than the rate, by all pools that share it, in turn. */
@SuppressWarnings("FutureReturnValueIgnored") // of callers that are only there to wait
class PoolRateTest {

  private static final Duration PATIENCE = Duration.ofMinutes(5);

  private final VirtualScheduler time = new VirtualScheduler();
  private final SimulatedCluster cluster = new SimulatedCluster(time);
  private final SimulatedSource source = new SimulatedSource(cluster);

  private AsyncPool<SimulatedConnection> pool(ConnectRate rate) {
    return new AsyncPool<>(
        "cluster:5432",
        PoolPolicy.builder().maxSize(100).build(),
        source,
        time,
        rate,
        new FixedRandom(1),
        PoolListener.NONE);
  }

  private static List<CompletableFuture<Lease<SimulatedConnection>>> acquire(
      AsyncPool<SimulatedConnection> pool, int callers) {
    List<CompletableFuture<Lease<SimulatedConnection>>> all = new ArrayList<>();
    for (int i = 0; i < callers; i++) {
      all.add(pool.acquire(null, PATIENCE));
    }
    return all;
  }

  @Test
  void acquire_moreThanTheBurst_restIsOpenedAtTheRate() {
    var pool = pool(ConnectRate.of(2, 5));
    acquire(pool, 20);
    assertThat(source.attempts).isEqualTo(5);
    time.advance(Duration.ofMillis(499));
    assertThat(source.attempts).isEqualTo(5);
    time.advance(Duration.ofMillis(1));
    assertThat(source.attempts).isEqualTo(6);
    time.advance(Duration.ofSeconds(5));
    assertThat(source.attempts).isEqualTo(16);
  }

  @Test
  void acquire_twoPoolsOfOneRate_shareIt() {
    ConnectRate rate = ConnectRate.of(2, 5);
    acquire(pool(rate), 20);
    acquire(pool(rate), 20);
    assertThat(source.attempts).isEqualTo(5);
    time.advance(Duration.ofSeconds(5));
    assertThat(source.attempts).isEqualTo(15);
  }

  @Test
  void acquire_otherPoolWantsMany_theOneThatWantsOneIsServedInTurn() {
    ConnectRate rate = ConnectRate.of(1, 1);
    acquire(pool(rate), 50);
    var one = pool(rate).acquire(null, PATIENCE);
    time.advance(Duration.ofSeconds(3));
    assertThat(one).isCompleted();
  }

  @Test
  void leave_callerForWhomAPlaceInTheRateWasTaken_otherPoolGetsIt() {
    ConnectRate rate = ConnectRate.of(1, 1);
    var first = pool(rate);
    acquire(first, 1);
    acquire(first, 1).get(0).cancel(true);
    time.advance(Duration.ofSeconds(10));
    assertThat(source.attempts).isEqualTo(1);
    acquire(pool(rate), 2);
    assertThat(source.attempts).isEqualTo(2);
    time.advance(Duration.ofSeconds(1));
    assertThat(source.attempts).isEqualTo(3);
  }

  @Test
  void acquire_tokenExpired_secondAttemptKeepsToTheRateToo() {
    var pool = pool(ConnectRate.of(1, 1));
    source.failNext(Failures.expired());
    var caller = pool.acquire(null, PATIENCE);
    time.advance(Duration.ofMillis(999));
    assertThat(source.attempts).isEqualTo(1);
    time.advance(Duration.ofMillis(101));
    assertThat(source.attempts).isEqualTo(2);
    leased(caller);
  }

  @Test
  void close_secondAttemptWaitsForTheRate_isNotMade() {
    var pool = pool(ConnectRate.of(1, 1));
    source.failNext(Failures.expired());
    pool.acquire(null, PATIENCE);
    time.advance(Duration.ofMillis(200));
    var closed = pool.close(Duration.ofSeconds(10));
    time.advance(Duration.ofSeconds(2));
    assertThat(source.attempts).isEqualTo(1);
    assertThat(closed).isCompleted();
  }
}
