package io.github.dsqljava.spi.pool;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.dsqljava.PoolBusyException;
import io.github.dsqljava.pool.ConnectRate;
import io.github.dsqljava.pool.PoolListener;
import io.github.dsqljava.pool.PoolPolicy;
import io.github.dsqljava.pool.PoolStats;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;

/** Real threads on one pool: no connection in two hands, no caller forgotten, none leaked. */
class PoolStressTest {

  private static final int THREADS = 6;
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final ScheduledExecutorService timers = Executors.newScheduledThreadPool(2);
  private final AtomicInteger faults = new AtomicInteger();
  private final Queue<Exception> errors = new ConcurrentLinkedQueue<>();
  private final AtomicInteger open = new AtomicInteger();

  private final PoolScheduler scheduler =
      new PoolScheduler() {
        @Override
        public long nanoTime() {
          return System.nanoTime();
        }

        @Override
        public void schedule(Duration delay, Runnable task) {
          var unused = timers.schedule(task, delay.toNanos(), TimeUnit.NANOSECONDS);
        }
      };

  private final class Connection {
    final AtomicBoolean inUse = new AtomicBoolean();
    final AtomicBoolean closed = new AtomicBoolean();
    final Runnable lost;

    Connection(Runnable lost) {
      this.lost = lost;
      open.incrementAndGet();
    }

    void use() {
      check(!inUse.getAndSet(true));
      check(!closed.get());
      Thread.onSpinWait();
      check(inUse.getAndSet(false));
    }

    void close() {
      check(!closed.getAndSet(true));
      open.decrementAndGet();
    }
  }

  private final class Source implements ConnectionSource<Connection> {
    private final boolean restless;

    Source(boolean restless) {
      this.restless = restless;
    }

    @Override
    public CompletionStage<Connection> open(@Nullable Object preference, Runnable lost) {
      int kind = restless ? ThreadLocalRandom.current().nextInt(10) : 9;
      if (kind == 0) {
        return CompletableFuture.failedFuture(Failures.overloaded());
      }
      return kind < 5
          ? CompletableFuture.supplyAsync(() -> new Connection(lost), timers)
          : CompletableFuture.completedFuture(new Connection(lost));
    }

    @Override
    public CompletionStage<Void> close(Connection connection) {
      connection.close();
      return CompletableFuture.completedFuture(null);
    }

    @Override
    public CompletionStage<Void> abort(Connection connection) {
      return close(connection);
    }
  }

  private void check(boolean sound) {
    if (!sound) {
      faults.incrementAndGet();
    }
  }

  private AsyncPool<Connection> pool(int minSize, int maxSize, boolean restless) {
    PoolPolicy policy =
        PoolPolicy.builder()
            .minSize(minSize)
            .maxSize(maxSize)
            .maxLifetime(Duration.ofSeconds(1))
            .lifetimeJitter(Duration.ofMillis(900))
            .idleTimeout(Duration.ofMillis(5))
            .baseBackoff(Duration.ofMillis(1))
            .maxBackoff(Duration.ofMillis(5))
            .build();
    AsyncPool<Connection> pool =
        new AsyncPool<>(
            "cluster:5432",
            policy,
            new Source(restless),
            scheduler,
            ConnectRate.of(1_000_000, 1_000_000),
            RandomGenerator.getDefault(),
            PoolListener.NONE);
    pool.start();
    return pool;
  }

  @AfterEach
  void stop() {
    timers.shutdownNow();
  }

  private void inParallel(Runnable work) throws InterruptedException {
    List<Thread> threads = new ArrayList<>();
    CountDownLatch begin = new CountDownLatch(THREADS);
    for (int i = 0; i < THREADS; i++) {
      Thread thread =
          new Thread(
              () -> {
                begin.countDown();
                try {
                  begin.await();
                  work.run();
                } catch (InterruptedException | RuntimeException e) {
                  errors.add(e);
                }
              });
      threads.add(thread);
      thread.start();
    }
    for (Thread thread : threads) {
      thread.join();
    }
  }

  private void assertNothingIsLeft(AsyncPool<Connection> pool) throws Exception {
    PoolStats stats = pool.stats();
    assertThat(errors).isEmpty();
    assertThat(faults).hasValue(0);
    assertThat(stats.waiting()).isZero();
    assertThat(stats.leased()).isZero();
    pool.close(Duration.ofSeconds(20)).get(30, TimeUnit.SECONDS);
    assertThat(open).hasValue(0);
    assertThat(pool.stats().opened()).isEqualTo(pool.stats().closed());
    assertThat(faults).hasValue(0);
  }

  /** As programs use it: callbacks on whatever thread, connections that are lost or spoilt. */
  @Test
  void use_restlessServiceAndManyThreads_everyCallerHasItsTurn() throws Exception {
    AsyncPool<Connection> pool = pool(1, 4, true);
    int each = 10_000;
    CountDownLatch answered = new CountDownLatch(THREADS * each);
    Queue<Throwable> failures = new ConcurrentLinkedQueue<>();
    inParallel(
        () -> {
          for (int i = 0; i < each; i++) {
            var unused =
                pool.acquire(null, PATIENCE)
                    .whenComplete(
                        (lease, failure) -> {
                          if (failure == null) {
                            use(lease);
                          } else if (!(failure instanceof PoolBusyException)) {
                            failures.add(failure);
                          }
                          answered.countDown();
                        });
            if (i % 1_000 == 0) {
              pool.expireConnections();
            }
          }
        });
    assertThat(answered.await(60, TimeUnit.SECONDS)).as(pool.toString()).isTrue();
    assertThat(failures).isEmpty();
    assertThat(pool.stats().acquired()).isGreaterThan(THREADS * each / 10);
    assertNothingIsLeft(pool);
  }

  private void use(Lease<Connection> lease) {
    int kind = ThreadLocalRandom.current().nextInt(100);
    lease.connection().use();
    if (kind == 0) {
      lease.connection().lost.run();
    }
    boolean ended = kind == 1 ? lease.discard() : lease.release();
    check(ended == (kind != 0)); // a lease ends with its connection
    check(!lease.release());
  }

  /** The moment between the choice of a caller and the completion of its future. */
  @RepeatedTest(3)
  void leave_whileAConnectionIsHandedOver_goesToTheNextOrBecomesIdle() throws Exception {
    AsyncPool<Connection> pool = pool(1, 1, false);
    inParallel(
        () -> {
          for (int i = 0; i < 20_000; i++) {
            CompletableFuture<Lease<Connection>> acquired = pool.acquire(null, PATIENCE);
            if (i % 2 == 0 && acquired.cancel(false)) {
              continue;
            }
            use(await(acquired));
          }
        });
    assertNothingIsLeft(pool);
  }

  private static Lease<Connection> await(CompletableFuture<Lease<Connection>> acquired) {
    try {
      return acquired.get(30, TimeUnit.SECONDS);
    } catch (InterruptedException | ExecutionException | TimeoutException e) {
      throw new IllegalStateException(e);
    }
  }

  @RepeatedTest(20)
  void close_whileThreadsUseIt_everyCallerIsAnsweredAndNothingLeaks() throws Exception {
    AsyncPool<Connection> pool = pool(1, 3, true);
    int each = 200;
    CountDownLatch answered = new CountDownLatch(THREADS * each);
    AtomicInteger asked = new AtomicInteger();
    inParallel(
        () -> {
          for (int i = 0; i < each; i++) {
            if (asked.incrementAndGet() == THREADS * each / 2) {
              var unused = pool.close(Duration.ofSeconds(20));
            }
            var unused =
                pool.acquire(null, PATIENCE)
                    .whenComplete(
                        (lease, failure) -> {
                          if (failure == null) {
                            use(lease);
                          }
                          answered.countDown();
                        });
          }
        });
    assertThat(answered.await(30, TimeUnit.SECONDS)).isTrue();
    assertNothingIsLeft(pool);
  }
}
