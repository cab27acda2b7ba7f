package io.github.dsqljava.local.occ;

import java.util.concurrent.CompletableFuture;

/**
 * Lets another thread cancel the statement that a session runs, and no other one. The thread asks
 * for leave. The session then sends nothing to PostgreSQL until the signal is sent, and holds
 * PostgreSQL's answers meanwhile.
 *
 * <p>Belongs to an event loop, except for methods that allow any thread.
 */
public final class Interruption {
  /** The occasions on which the running statement may be cancelled. */
  public enum Leave {
    /** None, because it cannot run again. */
    NONE,
    /** When it waits in a circle of waits (deadlock). */
    TO_BREAK_A_CIRCLE,
    /** Also when others wait for it. */
    TO_SET_OTHERS_FREE
  }

  private final Interruptible running;
  private volatile long busySince;
  private volatile Leave leave = Leave.NONE;
  private boolean underWay;

  /** Begins without a running statement. */
  public Interruption(Interruptible running) {
    this.running = running;
  }

  /**
   * Returns the {@link System#nanoTime} at which the running statement was sent; 0 if none runs.
   * Any thread.
   */
  long busySince() {
    return busySince;
  }

  /**
   * Returns the occasions on which the running statement may be cancelled without the client
   * noticing. Any thread.
   */
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

  /**
   * Forbids to cancel the running statement from now on: PostgreSQL asks for the data of a COPY. It
   * ignores the Sync of the batch only if it reads that before the signal. If the signal comes
   * first, it answers that Sync and the one behind the data, and all later answers are one off.
   */
  public void mustNotBeCancelled() {
    leave = Leave.NONE;
  }

  /** Whether a signal is on its way, which must hit only its own statement. */
  public boolean isUnderWay() {
    return underWay;
  }

  /**
   * Asks for leave. Any thread.
   *
   * @param since the {@link #busySince} that the caller has seen
   * @return whether the same statement still runs; if so, nothing else runs until {@link
   *     #delivered}
   */
  CompletableFuture<Boolean> prepare(long since) {
    CompletableFuture<Boolean> granted = new CompletableFuture<>();
    running.execute(
        () -> {
          boolean still =
              busySince == since
                  && leave != Leave.NONE // the caller may have seen another statement's
                  && !underWay
                  && running.markCancelled();
          // A caller that has given up never calls delivered.
          underWay |= granted.complete(still) && still;
        });
    return granted;
  }

  /**
   * The signal has been sent. Any thread.
   *
   * @param next runs on the event loop then
   */
  void delivered(Runnable next) {
    running.execute(
        () -> {
          underWay = false;
          running.resume();
          next.run();
        });
  }

  /** The monitor has seen the running statement wait for another transaction. Any thread. */
  void noteWait(long since) {
    running.execute(
        () -> {
          if (busySince == since) {
            running.markWaited();
          }
        });
  }
}
