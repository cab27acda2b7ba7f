package io.github.dsqljava.spi.pool;

import java.time.Duration;

/**
 * Time and timers of a pool. Tests give a virtual one.
 *
 * <p>Safe to use from several threads.
 */
public interface PoolScheduler {

  /**
   * Nanoseconds of a clock that never goes back, as {@link System#nanoTime()}: only differences
   * count.
   */
  long nanoTime();

  /**
   * Runs a task once, after a delay. The task is short and does not block.
   *
   * @param delay zero or more
   */
  void schedule(Duration delay, Runnable task);
}
