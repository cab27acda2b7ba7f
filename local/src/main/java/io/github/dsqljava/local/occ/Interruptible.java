package io.github.dsqljava.local.occ;

/**
 * A session whose running statement can be cancelled. On the session's event loop, except for
 * {@link #execute}.
 */
public interface Interruptible {
  /** Runs a task on the event loop. Any thread. */
  void execute(Runnable task);

  /**
   * Marks the running statement as cancelled, if a signal would hit no other one and the client has
   * seen nothing of its answer.
   *
   * @return whether the signal may be sent
   */
  boolean markCancelled();

  /** Marks the last statement sent: it was seen waiting for another transaction. */
  void markWaited();

  /** Continues with an answer that came while the signal was on its way. */
  void resume();
}
