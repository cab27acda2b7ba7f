package io.github.dsqljava.benchmarks.hotrow;

import io.github.dsqljava.spi.pool.PoolScheduler;
import java.time.Duration;
import java.util.Comparator;
import java.util.PriorityQueue;

/** Time that passes only from event to event. For one thread. */
final class VirtualTime implements PoolScheduler {

  private record Event(long at, long number, Runnable task) {}

  private final PriorityQueue<Event> events =
      new PriorityQueue<>(Comparator.comparingLong(Event::at).thenComparingLong(Event::number));
  private long now;
  private long numbers;

  @Override
  public long nanoTime() {
    return now;
  }

  @Override
  public void schedule(Duration delay, Runnable task) {
    in(delay.toNanos(), task);
  }

  void in(long nanos, Runnable task) {
    events.add(new Event(now + nanos, numbers++, task));
  }

  /** Lets everything happen up to an end. */
  void runUntil(Duration end) {
    while (!events.isEmpty() && events.peek().at() <= end.toNanos()) {
      Event event = events.remove();
      now = event.at();
      event.task().run();
    }
    now = end.toNanos();
  }
}
