package io.github.dsqljava.spi.pool;

import java.time.Duration;
import java.util.Comparator;
import java.util.PriorityQueue;

/**
 * Time that stands still until a test lets it pass. What is scheduled runs in the order of its
 * time, then of its coming. For one thread.
 *
 * <p>The clock begins shortly before it overflows: only differences may count.
 */
final class VirtualScheduler implements PoolScheduler {

  private record Task(long at, long number, Runnable action) {}

  private final long start = Long.MAX_VALUE - Duration.ofSeconds(7).toNanos();
  private final PriorityQueue<Task> tasks =
      new PriorityQueue<>(Comparator.comparingLong(Task::at).thenComparingLong(Task::number));
  private long elapsed;
  private long number;

  @Override
  public long nanoTime() {
    return start + elapsed;
  }

  @Override
  public void schedule(Duration delay, Runnable action) {
    if (delay.isNegative()) {
      throw new IllegalArgumentException("delay " + delay);
    }
    tasks.add(new Task(Math.addExact(elapsed, delay.toNanos()), number++, action));
  }

  /** The time that has passed so far. */
  Duration elapsed() {
    return Duration.ofNanos(elapsed);
  }

  /** Lets time pass, and what falls due within it happen. */
  void advance(Duration duration) {
    long end = elapsed + duration.toNanos();
    while (!tasks.isEmpty() && tasks.peek().at() <= end) {
      Task task = tasks.remove();
      elapsed = Math.max(elapsed, task.at());
      task.action().run();
    }
    elapsed = end;
  }

  /** Lets time pass while nothing happens, as in a process that was stopped: timers are late. */
  void jump(Duration duration) {
    elapsed += duration.toNanos();
  }

  /** How many tasks wait for their time. */
  int pending() {
    return tasks.size();
  }
}
