package io.github.dsqljava.local.cli;

import java.io.PrintStream;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Prints lines on a thread of its own, so that a terminal stopped by Ctrl-S does not stop the
 * cluster. When its queue is full, it drops lines and prints their number later. Thread-safe.
 */
final class LinePrinter implements AutoCloseable {
  private static final int CAPACITY = 10_000;
  private static final long PATIENCE_SECONDS = 2;

  /** Lines; an empty one is the end. */
  private final BlockingQueue<Optional<String>> waiting = new ArrayBlockingQueue<>(CAPACITY);

  private final AtomicLong dropped = new AtomicLong();
  private final PrintStream out;
  private final Thread thread;

  LinePrinter(PrintStream out) {
    this.out = out;
    this.thread = new Thread(this::run, "dsql-local-log");
    thread.setDaemon(true);
    thread.start();
  }

  void print(String line) {
    if (!waiting.offer(Optional.of(line))) {
      dropped.incrementAndGet();
    }
  }

  private void run() {
    try {
      for (Optional<String> line = waiting.take(); line.isPresent(); line = waiting.take()) {
        out.println(line.get());
        tellDropped();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // nobody waits for the rest
    }
  }

  private void tellDropped() {
    long lost = dropped.getAndSet(0);
    if (lost > 0) {
      out.println("... " + lost + " lines were not taken in time and are left out");
    }
  }

  /** Waits until all lines are printed, but not for ever. */
  @Override
  public void close() {
    try {
      boolean unused = waiting.offer(Optional.empty(), PATIENCE_SECONDS, TimeUnit.SECONDS);
      thread.join(TimeUnit.SECONDS.toMillis(PATIENCE_SECONDS));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
