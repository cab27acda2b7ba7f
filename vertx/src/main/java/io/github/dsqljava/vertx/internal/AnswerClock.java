package io.github.dsqljava.vertx.internal;

import io.vertx.core.Completable;
import io.vertx.core.internal.ContextInternal;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Measures the time that a connection's server takes for its current statement. The time of later
 * statements in the pipeline has not begun.
 *
 * <p>Belongs to the connection's event loop.
 */
final class AnswerClock {

  /** A statement without an answer. */
  private static final class Entry {
    private boolean late;
  }

  private final ContextInternal context;
  private final Duration limit;
  private final Runnable giveUp;

  /** In the order of sending, in which the server executes them, too. */
  private final Deque<Entry> entries = new ArrayDeque<>();

  /** The time at which the server began with the first one. */
  private long since;

  private long timer = -1;

  /**
   * @param giveUp ends the connection, and with it all statements in flight
   */
  AnswerClock(ContextInternal context, Duration limit, Runnable giveUp) {
    this.context = context;
    this.limit = limit;
    this.giveUp = giveUp;
  }

  /** Watches a statement that is sent now. */
  <R> Completable<R> watched(Completable<R> handler) {
    Entry entry = new Entry();
    entries.add(entry);
    if (entries.size() == 1) {
      since = System.nanoTime();
      wakeIn(limit);
    }
    return (result, failure) -> {
      answered(entry);
      handler.complete(result, failure != null && entry.late ? late(failure) : failure);
    };
  }

  private void answered(Entry entry) {
    boolean first = entries.peek() == entry;
    entries.remove(entry); // not always the first: the driver refuses some itself
    if (entries.isEmpty()) {
      context.owner().cancelTimer(timer);
    } else if (first) {
      since = System.nanoTime(); // the timer looks when it wakes
    }
  }

  private void wakeIn(Duration time) {
    timer = context.setTimer(Math.max(1, time.toMillis()), id -> look());
  }

  private void look() {
    Entry first = entries.peek();
    if (first == null) {
      return;
    }
    Duration left = limit.minusNanos(System.nanoTime() - since);
    if (left.toMillis() > 0) {
      wakeIn(left);
    } else {
      first.late = true;
      giveUp.run();
    }
  }

  private Throwable late(Throwable failure) {
    SocketTimeoutException late =
        new SocketTimeoutException(
            "No answer to a statement within "
                + limit
                + " (statementTimeout) of its turn on the connection, which was therefore closed. Give"
                + " it more time, or make the statement faster");
    late.initCause(failure);
    return late;
  }
}
