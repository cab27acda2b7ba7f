package io.github.dsqljava.spi.pool;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.dsqljava.PoolTimeoutException;
import io.github.dsqljava.pool.ConnectRate;
import io.github.dsqljava.pool.PoolPolicy;
import io.github.dsqljava.pool.PoolStats;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Random events on a small pool; after each of them, what must hold is looked at. */
final class RandomWalk {

  /** A call of acquire. */
  private static final class Caller {
    final Duration deadline;
    CompletableFuture<Lease<SimulatedConnection>> future = new CompletableFuture<>();
    int completions;

    Caller(Duration deadline) {
      this.deadline = deadline;
    }
  }

  private final Random random;
  private final VirtualScheduler time = new VirtualScheduler();
  private final SimulatedCluster cluster = new SimulatedCluster(time);
  private final SimulatedSource source = new SimulatedSource(cluster);
  private final RecordingListener listener = new RecordingListener();
  private final PoolPolicy policy;
  private final AsyncPool<SimulatedConnection> pool;

  /** What time is measured in. */
  private final long unit;

  private final Set<Caller> waiting = new LinkedHashSet<>();
  private final List<Lease<SimulatedConnection>> leases = new ArrayList<>();
  private final List<Lease<SimulatedConnection>> ended = new ArrayList<>();
  private final List<CompletableFuture<Void>> closings = new ArrayList<>();
  private final Deque<String> lately = new ArrayDeque<>();
  private int failurePercent;
  private int served;
  private int cancelled;
  private int timedOut;

  RandomWalk(Random random) {
    this.random = random;
    Duration lifetime =
        List.of(Duration.ofSeconds(1), Duration.ofMinutes(1), PoolPolicy.LONGEST_LIFETIME)
            .get(random.nextInt(3));
    unit = lifetime.toNanos() / 100;
    int maxSize = 1 + random.nextInt(6);
    policy =
        PoolPolicy.builder()
            .minSize(random.nextInt(maxSize + 1))
            .maxSize(maxSize)
            .maxWaiting(random.nextInt(8))
            .maxLifetime(lifetime)
            .lifetimeJitter(lifetime.dividedBy(2 + random.nextInt(20)))
            .idleTimeout(Duration.ofNanos(upTo(60) + 1_000_000))
            .baseBackoff(Duration.ofMillis(1))
            .maxBackoff(Duration.ofNanos(unit * 20))
            .build();
    source.openTime = () -> Duration.ofNanos(random.nextInt(4) == 0 ? 0 : upTo(10));
    source.outcome = () -> random.nextInt(100) < failurePercent ? anyFailure() : null;
    ConnectRate rate = ConnectRate.of(1 + random.nextInt(1_000), 1 + random.nextInt(100));
    pool = new AsyncPool<>("cluster:5432", policy, source, time, rate, random, listener);
    pool.start();
  }

  private long upTo(int units) {
    return random.nextLong(units * unit);
  }

  private Throwable anyFailure() {
    return List.of(
            Failures.overloaded(),
            Failures.unreachable(),
            Failures.expired(),
            Failures.denied(),
            new IllegalStateException("odd"))
        .get(random.nextInt(5));
  }

  /** What happened last, for messages. */
  String lately() {
    return lately + " " + policy + " " + pool.stats();
  }

  private void note(String event) {
    lately.add(event);
    if (lately.size() > 12) {
      lately.remove();
    }
  }

  void step() {
    int kind = random.nextInt(1_000);
    if (kind < 300) {
      acquire();
    } else if (kind < 520) {
      end(any(leases), random.nextInt(5) > 0);
    } else if (kind < 550) {
      endAgain();
    } else if (kind < 620) {
      leave();
    } else if (kind < 650) {
      lose();
    } else if (kind < 655) {
      note("expire");
      pool.expireConnections();
    } else if (kind < 670) {
      failurePercent = List.of(0, 0, 20, 100).get(random.nextInt(4));
      note("failures " + failurePercent);
    } else if (kind < 671) {
      close(Duration.ofNanos(upTo(50)));
    } else if (kind < 680) {
      note("jump");
      time.jump(Duration.ofNanos(upTo(3)));
    } else {
      Duration passed = Duration.ofNanos(random.nextInt(20) == 0 ? upTo(100) : upTo(3));
      note("advance " + passed);
      time.advance(passed);
      assertThat(waiting).noneMatch(caller -> caller.deadline.compareTo(time.elapsed()) <= 0);
    }
    check();
  }

  private void acquire() {
    Duration timeout =
        random.nextInt(10) == 0 ? Duration.ZERO : Duration.ofNanos(random.nextLong(30 * unit));
    note("acquire " + timeout);
    Caller caller = new Caller(time.elapsed().plus(timeout));
    waiting.add(caller);
    caller.future = pool.acquire(random.nextInt(3), timeout);
    var unused =
        caller.future.whenComplete(
            (lease, failure) -> {
              try {
                completed(caller, lease, failure);
              } catch (RuntimeException | Error e) {
                cluster.faults.add(e.toString()); // the future would swallow it
              }
            });
  }

  private void completed(
      Caller caller, @Nullable Lease<SimulatedConnection> lease, @Nullable Throwable failure) {
    caller.completions++;
    assertThat(caller.completions).isEqualTo(1);
    waiting.remove(caller);
    if (failure instanceof PoolTimeoutException) {
      timedOut++;
    }
    if (lease != null) {
      served++;
      lease.connection().take();
      leases.add(lease);
      assertThat(lease.connection().age()).isLessThan(policy.maxLifetime());
    }
    inCallback(lease);
  }

  /** Callbacks use the pool, too. */
  private void inCallback(@Nullable Lease<SimulatedConnection> lease) {
    switch (random.nextInt(12)) {
      case 0, 1 -> {
        if (lease != null) {
          end(lease, true);
        }
      }
      case 2 -> acquire();
      case 3 -> leave();
      default -> {}
    }
  }

  private static <T> T pick(Random random, List<T> list) {
    return list.get(random.nextInt(list.size()));
  }

  private @Nullable Lease<SimulatedConnection> any(List<Lease<SimulatedConnection>> list) {
    return list.isEmpty() ? null : pick(random, list);
  }

  private void end(@Nullable Lease<SimulatedConnection> lease, boolean reusable) {
    if (lease == null) {
      return;
    }
    note((reusable ? "release " : "discard ") + lease.connection());
    leases.remove(lease);
    ended.add(lease);
    lease.connection().give();
    assertThat(reusable ? lease.release() : lease.discard()).isTrue();
  }

  private void endAgain() {
    Lease<SimulatedConnection> lease = any(ended);
    if (lease != null) {
      assertThat(random.nextBoolean() ? lease.release() : lease.discard()).isFalse();
    }
  }

  private void leave() {
    List<Caller> open = waiting.stream().filter(caller -> !caller.future.isDone()).toList();
    if (open.isEmpty()) {
      return;
    }
    Caller caller = pick(random, open);
    note("leave");
    cancelled++;
    switch (random.nextInt(3)) {
      case 0 -> caller.future.cancel(true);
      case 1 -> caller.future.completeExceptionally(new IllegalStateException("gone"));
      default -> caller.future.complete(null);
    }
  }

  private void lose() {
    if (!cluster.accepted.isEmpty()) {
      int newest = cluster.accepted.size() - 1;
      SimulatedConnection connection =
          cluster.accepted.get(Math.max(0, newest - random.nextInt(10)));
      note("lose " + connection);
      connection.cut();
      connection.lost.run(); // again, or although the pool has closed it
    }
  }

  private void close(Duration grace) {
    note("close " + grace);
    closings.add(pool.close(grace));
  }

  private void check() {
    // The end of the grace period ends leases, too.
    for (Lease<SimulatedConnection> lease : List.copyOf(leases)) {
      if (lease.connection().isAborted()) {
        leases.remove(lease);
        ended.add(lease);
      }
    }
    PoolStats stats = pool.stats();
    cluster.assertNoFaults();
    assertThat(stats.waiting()).isEqualTo(waiting.size());
    assertThat(stats.idle() == 0 || stats.waiting() == 0).as("idle while somebody waits").isTrue();
    assertThat(stats.leased()).isEqualTo(leases.size());
    assertThat(stats.opening()).isGreaterThanOrEqualTo(source.opening);
    assertThat(stats.size()).isEqualTo(cluster.held);
    assertThat(stats.opened() - stats.closed()).isEqualTo(stats.size());
    assertThat(stats.retiring()).isBetween(0, stats.size());
    int all = stats.size() + stats.opening();
    assertThat(all).isLessThanOrEqualTo(policy.maxSize() + Math.max(1, policy.maxSize() / 4));
    assertThat(all - stats.retiring()).isLessThanOrEqualTo(policy.maxSize());
    assertThat(waiting.size()).isLessThanOrEqualTo(policy.maxWaiting() + policy.maxSize() + 1);
    assertThat(stats.acquired()).isBetween((long) served, (long) served + cancelled);
    assertThat(stats.timeouts()).isBetween((long) timedOut, (long) timedOut + cancelled);
    for (var closing : closings) {
      if (closing.isDone()) {
        assertThat(stats.size()).isZero();
      }
    }
  }

  /** All goes well from now on: nothing may be left over. */
  void finish() {
    failurePercent = 0;
    if (closings.isEmpty()) {
      assertAlive();
      close(Duration.ofNanos(1 + upTo(10)));
    }
    check();
    for (Lease<SimulatedConnection> lease : List.copyOf(leases)) {
      end(lease, true);
    }
    time.advance(Duration.ofNanos(200 * unit).plusMinutes(2));
    check();
    assertThat(closings).allMatch(CompletableFuture::isDone);
    assertThat(waiting).isEmpty();
    assertThat(pool.stats())
        .extracting(PoolStats::idle, PoolStats::leased, PoolStats::opening, PoolStats::retiring)
        .containsOnly(0);
    assertThat(cluster.notClosed()).isEmpty();
    assertThat(listener.of("opened")).hasSize((int) pool.stats().opened());
    assertThat(listener.of("closed")).hasSize((int) pool.stats().closed());
  }

  private void assertAlive() {
    time.advance(Duration.ofNanos(30 * unit)); // the longest pause, and an attempt
    for (int i = 0; i < 20; i++) {
      for (Lease<SimulatedConnection> lease : List.copyOf(leases)) {
        if (leases.contains(lease)) {
          end(lease, true);
        }
      }
      time.advance(Duration.ofNanos(5 * unit).plusMillis(200));
    }
    check();
    assertThat(pool.stats().size() + pool.stats().opening())
        .isGreaterThanOrEqualTo(policy.minSize());
    int before = served;
    var caller = pool.acquire(null, Duration.ofHours(1));
    var unused =
        caller.thenAccept(
            lease -> {
              lease.connection().take();
              served++;
              leases.add(lease);
              end(lease, true);
            });
    time.advance(Duration.ofNanos(50 * unit).plusSeconds(5));
    assertThat(served).isEqualTo(before + 1);
  }
}
