package io.github.dsqljava.spi.pool;

import io.github.dsqljava.PoolTimeoutException;
import io.github.dsqljava.pool.PoolListener;
import io.github.dsqljava.pool.PoolStats;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BiPredicate;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Lets several callers use each connection of a pool at the same time.
 *
 * <pre>{@code
 * CompletableFuture<Share<C>> acquired = pool.acquire(null, Duration.ofSeconds(5));
 * acquired.thenAccept(share -> send(share.connection()).whenComplete((r, e) -> share.release()));
 * }</pre>
 *
 * <p><b>Choice.</b> A caller gets an idle connection, or else the one with the fewest uses. The
 * pool opens another one if it may, but callers do not wait for it while one has room. When none
 * has, callers wait in order, as in the pool, under its bounds and deadlines.
 *
 * <p><b>Age.</b> A connection is leased from the pool while it has uses. Once the pool wants it
 * back ({@link Lease#isDue()}), no caller gets a place on it any more, and it goes back after its
 * last use.
 *
 * <p><b>Threads.</b> As {@link AsyncPool}: safe to use from several, and no foreign code runs under
 * its lock.
 *
 * @param <C> the type of connections
 */
public final class SharedPool<C> {

  /** Hears of the first and of the last use of a connection. */
  public interface Usage<C> {

    /** The first use of a connection begins. */
    void begins(C connection);

    /** The last use has ended; the connection goes back to the pool after this call. */
    void ends(C connection);
  }

  /** A leased connection and its uses. */
  private static final class Lane<C> {
    final Lease<C> lease;
    int uses;

    /** Whether callers get no place on it, because a caller waits for a connection of its own. */
    boolean kept;

    /** False if it is broken. */
    boolean reusable = true;

    Lane(Lease<C> lease) {
      this.lease = lease;
    }

    /** Whether it goes back to the pool only to be closed and replaced. */
    boolean isLeaving() {
      return !reusable || lease.isDue();
    }
  }

  /** A caller that waits for a place. */
  private static final class Caller<C> {
    final CompletableFuture<Share<C>> result = new CompletableFuture<>();
    final CompletableFuture<Lease<C>> asked;
    final @Nullable Object preference;
    final long since;

    Caller(CompletableFuture<Lease<C>> asked, @Nullable Object preference, long since) {
      this.asked = asked;
      this.preference = preference;
      this.since = since;
    }
  }

  private final AsyncPool<C> pool;
  private final PoolScheduler clock;
  private final BiPredicate<C, Object> suits;
  private final int maxUses;
  private final Usage<C> usage;
  private final PoolListener listener;

  private final ReentrantLock lock = new ReentrantLock();
  // The following fields are guarded by the lock.
  private final List<Lane<C>> lanes = new ArrayList<>();
  private final Set<Caller<C>> callers = new LinkedHashSet<>();

  /** The number of requests to the pool without an answer, except for those for exclusive use. */
  private int asking;

  private int wantedAlone;
  private long acquired;
  private long timeouts;

  /**
   * Shares the connections of a pool that has no other user.
   *
   * @param pool made with {@link #quiet} of the listener
   * @param suits see {@link ConnectionSource#suits}
   * @param maxUses the most uses of a connection at a time
   * @param listener hears of the outcomes for callers
   */
  public SharedPool(
      AsyncPool<C> pool,
      PoolScheduler clock,
      BiPredicate<C, Object> suits,
      int maxUses,
      Usage<C> usage,
      PoolListener listener) {
    this.pool = pool;
    this.clock = clock;
    this.suits = suits;
    this.maxUses = maxUses;
    this.usage = usage;
    this.listener = listener;
  }

  /** Returns a listener for the underlying pool, which hears of everything except callers. */
  public static PoolListener quiet(PoolListener listener) {
    return listener == PoolListener.NONE ? listener : new UnaskedListener(listener);
  }

  /**
   * Gets a place on a connection.
   *
   * @param preference selects among the connections with the fewest uses
   * @param timeout the longest wait
   * @return the place, or a failure of {@link AsyncPool#acquire}
   */
  public CompletableFuture<Share<C>> acquire(@Nullable Object preference, Duration timeout) {
    long since = clock.nanoTime();
    Effects effects = new Effects(listener);
    Share<C> atOnce = null;
    lock.lock();
    try {
      Lane<C> lane = best(preference);
      if (lane != null && lasting() + asking >= pool.policy().maxSize()) {
        atOnce = use(lane, since, effects);
      } else {
        asking++;
      }
    } finally {
      lock.unlock();
    }
    effects.run();
    return atOnce != null
        ? CompletableFuture.completedFuture(atOnce)
        : ask(preference, timeout, since);
  }

  private CompletableFuture<Share<C>> ask(
      @Nullable Object preference, Duration timeout, long since) {
    CompletableFuture<Lease<C>> asked = pool.acquire(preference, timeout);
    Caller<C> caller = new Caller<>(asked, preference, since);
    change(
        effects -> {
          Lane<C> lane = asked.isDone() ? null : best(preference);
          if (lane == null) {
            callers.add(caller);
          } else { // and what was asked for is for those who come later
            Share<C> share = use(lane, since, effects);
            effects.add(() -> caller.result.complete(share));
          }
        });
    var unused =
        asked.whenComplete(
            (lease, failure) ->
                change(
                    effects -> {
                      asking--;
                      if (lease != null) {
                        open(lease, caller, effects);
                      } else {
                        serveCallers(effects);
                        fail(caller, failure, effects);
                      }
                    }));
    return caller.result;
  }

  /**
   * Gets a connection for exclusive use. To free one, as many connections as are wanted for
   * exclusive use take no further callers.
   *
   * @return the connection, or a failure of {@link AsyncPool#acquire}
   */
  public CompletableFuture<Lease<C>> acquireAlone(@Nullable Object preference, Duration timeout) {
    long since = clock.nanoTime();
    CompletableFuture<Lease<C>> asked = pool.acquire(preference, timeout);
    change(
        effects -> {
          wantedAlone++;
          if (!asked.isDone()) {
            keepRoom(effects);
          }
        });
    var unused =
        asked.whenComplete(
            (lease, failure) ->
                change(
                    effects -> {
                      wantedAlone--;
                      keepRoom(effects);
                      if (failure == null) {
                        tellAcquired(since, effects);
                      } else {
                        tellFailed(failure, since, effects);
                      }
                    }));
    return asked; // not what depends on it, which would wrap a failure
  }

  // --- under the lock

  private @Nullable Lane<C> best(@Nullable Object preference) {
    Lane<C> best = null;
    for (Lane<C> lane : lanes) {
      if (lane.kept || lane.uses >= maxUses || lane.isLeaving()) {
        continue;
      }
      if (best == null
          || lane.uses < best.uses
          || lane.uses == best.uses && !suits(best, preference) && suits(lane, preference)) {
        best = lane;
      }
    }
    return best;
  }

  /** Returns the number of connections that stay; the pool replaces the others. */
  private int lasting() {
    int count = 0;
    for (Lane<C> lane : lanes) {
      count += lane.isLeaving() ? 0 : 1;
    }
    return count;
  }

  private boolean suits(Lane<C> lane, @Nullable Object preference) {
    return preference == null || suits.test(lane.lease.connection(), preference);
  }

  private Share<C> use(Lane<C> lane, long since, Effects effects) {
    lane.uses++;
    tellAcquired(since, effects);
    return new Share<>(lane.lease.connection(), reusable -> end(lane, reusable));
  }

  private void tellAcquired(long since, Effects effects) {
    acquired++;
    effects.tell(to -> to.acquired(Duration.ofNanos(clock.nanoTime() - since)));
  }

  private void tellFailed(Throwable failure, long since, Effects effects) {
    timeouts += failure instanceof PoolTimeoutException ? 1 : 0;
    effects.tell(to -> to.acquireFailed(failure, Duration.ofNanos(clock.nanoTime() - since)));
  }

  /**
   * A connection has come, for the caller that asked for it, if that still waits, and for others.
   */
  private void open(Lease<C> lease, Caller<C> caller, Effects effects) {
    if (callers.isEmpty()) {
      effects.add(lease::release);
      return;
    }
    Lane<C> lane = new Lane<>(lease);
    lanes.add(lane);
    effects.add(() -> usage.begins(lease.connection()));
    if (callers.remove(caller)) {
      serve(caller, lane, effects);
    }
    serveCallers(effects);
    keepRoom(effects);
    closeIfUnused(lane, effects);
  }

  private void serveCallers(Effects effects) {
    while (!callers.isEmpty()) {
      Caller<C> first = callers.iterator().next();
      Lane<C> lane = best(first.preference);
      if (lane == null) {
        return;
      }
      callers.remove(first);
      serve(first, lane, effects);
    }
  }

  private void serve(Caller<C> caller, Lane<C> lane, Effects effects) {
    Share<C> share = use(lane, caller.since, effects);
    effects.add(
        () -> {
          caller.asked.cancel(/* mayInterruptIfRunning= */ false);
          caller.result.complete(share);
        });
  }

  private void fail(Caller<C> caller, Throwable failure, Effects effects) {
    if (callers.remove(caller)) {
      tellFailed(failure, caller.since, effects);
      effects.add(() -> caller.result.completeExceptionally(failure));
    }
  }

  /**
   * Keeps one connection for each caller that wants one for exclusive use: those with the fewest
   * uses. Frees kept ones that are no longer needed, because the caller got another one or gave up.
   */
  private void keepRoom(Effects effects) {
    int missing = wantedAlone;
    for (Lane<C> lane : lanes) {
      missing -= lane.kept && !lane.isLeaving() ? 1 : 0;
    }
    if (missing > 0) {
      candidates(/* kept= */ false, Comparator.comparingInt(lane -> lane.uses), missing)
          .forEach(lane -> lane.kept = true);
    } else if (missing < 0) {
      candidates(/* kept= */ true, Comparator.comparingInt(lane -> -lane.uses), -missing)
          .forEach(lane -> lane.kept = false);
      serveCallers(effects);
    }
  }

  private Stream<Lane<C>> candidates(boolean kept, Comparator<Lane<C>> order, int most) {
    return lanes.stream()
        .filter(lane -> lane.kept == kept && !lane.isLeaving())
        .sorted(order)
        .limit(most);
  }

  private void closeIfUnused(Lane<C> lane, Effects effects) {
    if (lane.uses > 0) {
      return;
    }
    lanes.remove(lane);
    effects.add(() -> usage.ends(lane.lease.connection()));
    effects.add(lane.reusable ? lane.lease::release : lane.lease::discard);
  }

  // --- changes

  private void end(Lane<C> lane, boolean reusable) {
    change(
        effects -> {
          lane.uses--;
          lane.reusable &= reusable;
          keepRoom(effects); // a kept connection may be no longer needed
          serveCallers(effects);
          closeIfUnused(lane, effects);
        });
  }

  private void change(Consumer<Effects> change) {
    Effects effects = new Effects(listener);
    lock.lock();
    try {
      change.accept(effects);
    } finally {
      lock.unlock();
    }
    effects.run();
  }

  /** Returns the state of the underlying pool, with the counters of this pool's callers. */
  public PoolStats stats() {
    PoolStats below = pool.stats();
    lock.lock();
    try {
      return PoolStats.builder()
          .idle(below.idle())
          .leased(below.leased())
          .opening(below.opening())
          .retiring(below.retiring())
          .waiting(callers.size() + wantedAlone)
          .opened(below.opened())
          .closed(below.closed())
          .openFailures(below.openFailures())
          .acquired(acquired)
          .timeouts(timeouts)
          .build();
    } finally {
      lock.unlock();
    }
  }
}
