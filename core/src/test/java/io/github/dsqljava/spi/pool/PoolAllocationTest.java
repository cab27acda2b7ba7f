package io.github.dsqljava.spi.pool;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.github.dsqljava.pool.ConnectRate;
import io.github.dsqljava.pool.PoolListener;
import io.github.dsqljava.pool.PoolPolicy;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** What the pool leaves to the garbage collector, in bytes and not in time. */
class PoolAllocationTest {
  private static final Duration PATIENCE = Duration.ofMinutes(1);
  private static final int HAND_OVERS = 10_000;

  /** 568 on JDK 17, and 680 with a queue that nobody needs. */
  private static final long MOST = 620;

  private final VirtualScheduler time = new VirtualScheduler();
  private final AsyncPool<SimulatedConnection> pool =
      new AsyncPool<>(
          "cluster:5432",
          PoolPolicy.builder().maxSize(1).build(),
          new SimulatedSource(new SimulatedCluster(time)),
          time,
          ConnectRate.of(100, 1_000),
          new FixedRandom(1),
          PoolListener.NONE);

  @Test
  void handOver_toACallerThatWaits_makesNoQueueForDeepStacks() {
    CompletableFuture<Lease<SimulatedConnection>> first = pool.acquire(null, PATIENCE);
    time.advance(PoolFixture.OPEN_TIME);
    Lease<SimulatedConnection> warm = handOvers(first.join());
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long thread = Thread.currentThread().getId();
    long before = threads.getThreadAllocatedBytes(thread);
    Lease<SimulatedConnection> last = handOvers(warm);
    long each = (threads.getThreadAllocatedBytes(thread) - before) / HAND_OVERS;
    assertThat(last.release()).isTrue();
    assertThat(each).as("bytes for each hand-over").isLessThanOrEqualTo(MOST);
  }

  private Lease<SimulatedConnection> handOvers(Lease<SimulatedConnection> lease) {
    Lease<SimulatedConnection> held = lease;
    for (int i = 0; i < HAND_OVERS; i++) {
      CompletableFuture<Lease<SimulatedConnection>> next = pool.acquire(null, PATIENCE);
      assertReleased(held);
      held = next.join();
    }
    return held;
  }

  private static void assertReleased(Lease<?> lease) {
    if (!lease.release()) {
      throw new IllegalStateException("The lease had ended");
    }
  }
}
