package io.github.dsqljava.spi.pool;

import java.time.Duration;
import java.util.function.IntConsumer;

/**
 * The one timer of a pool. A new time only moves it forward, and an alarm that rings too early is
 * harmless. Guarded by the pool's lock.
 */
final class PoolAlarm {

  /**
   * The longest sleep of a pool, so that a timer does not keep a closed pool in memory for an hour.
   */
  static final long LONGEST_SLEEP = Duration.ofSeconds(30).toNanos();

  private final PoolScheduler scheduler;
  private final IntConsumer ring;
  private long at;
  private int number;
  private boolean set;

  /**
   * Makes an alarm that is not set.
   *
   * @param ring called without the lock, with a number for {@link #isValid}
   */
  PoolAlarm(PoolScheduler scheduler, IntConsumer ring) {
    this.scheduler = scheduler;
    this.ring = ring;
  }

  /** Rings at that time, or earlier. */
  void set(long time, long now, Effects effects) {
    long wanted = Times.earlier(time, now + LONGEST_SLEEP);
    if (set && at - wanted <= 0) {
      return;
    }
    set = true;
    at = wanted;
    int mine = ++number;
    Duration delay = Duration.ofNanos(Math.max(0, wanted - now));
    effects.addFirst(() -> scheduler.schedule(delay, () -> ring.accept(mine)));
  }

  /** Whether the alarm that rings is the last one set. If so, it is no longer set. */
  boolean isValid(int rung) {
    if (rung != number) {
      return false;
    }
    set = false;
    return true;
  }
}
