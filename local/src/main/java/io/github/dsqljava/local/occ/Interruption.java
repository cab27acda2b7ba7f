package io.github.dsqljava.local.occ;

import java.util.concurrent.CompletableFuture;

/**
 * Lets another thread cancel what a session runs, and nothing else: it asks for leave, PostgreSQL
 * gets nothing more until the signal has been sent, and what PostgreSQL says meanwhile is held.
 *
 * <p>Belongs to an event loop. What other threads may call says so.
 */
public final class Interruption {
  /** What may be done to what runs. */
  public enum Leave {
    /** Nothing: it cannot be run again. */
    NONE,
    /** It may be stopped when it waits in a circle. */
    TO_BREAK_A_CIRCLE,
    /** It may be stopped also because others wait for it. */
    TO_SET_OTHERS_FREE
  }

  private final Interruptible running;
  private volatile long busySince;
  private volatile Leave leave = Leave.NONE;
  private boolean underWay;

  /** Begins with nothing to be interrupted. */
  public Interruption(Interruptible running) {
    this.running = running;
  }

  /** When the running statement was sent, by {@link System#nanoTime}; 0 if none is. Any thread. */
  long busySince() {
    return busySince;
  }

  /** What may be done to the running statement without the client's notice. Any thread. */
  Leave leave() {
    return leave;
  }

  /** A statement is sent. */
  public void started(Leave given) {
    busySince = System.nanoTime();
    leave = given;
  }

  /** PostgreSQL runs nothing. */
  public void ended() {
    busySince = 0;
    leave = Leave.NONE;
  }

  /** Whether a signal is on its way, which must hit nothing but what it was meant for. */
  public boolean isUnderWay() {
    return underWay;
  }

  /**
   * Asks for leave. Any thread.
   *
   * @param since the {@link #busySince} that the caller has seen
   * @return whether the same still runs; if so, nothing else is run until {@link #delivered}
   */
  CompletableFuture<Boolean> prepare(long since) {
    CompletableFuture<Boolean> granted = new CompletableFuture<>();
    running.execute(
        () -> {
          boolean still =
              busySince == since
                  && leave != Leave.NONE // what the caller has seen may belong to another one
                  && !underWay
                  && running.markCancelled();
          // The caller may have given up; then nobody would ever call delivered.
          underWay |= granted.complete(still) && still;
        });
    return granted;
  }

  /**
   * The signal has been sent. Any thread.
   *
   * @param next what to do on the event loop then
   */
  void delivered(Runnable next) {
    running.execute(
        () -> {
          underWay = false;
          running.resume();
          next.run();
        });
  }

  /** What runs was seen waiting for another transaction. Any thread. */
  void noteWait(long since) {
    running.execute(
        () -> {
          if (busySince == since) {
            running.markWaited();
          }
        });
  }
}
