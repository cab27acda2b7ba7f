package io.github.dsqljava.local.occ;

/**
 * What a session runs, as far as it can be stopped. On the session's event loop, but for {@link
 * #execute}.
 */
public interface Interruptible {
  /** Runs a task on the event loop. Any thread. */
  void execute(Runnable task);

  /**
   * Marks what runs as cancelled, if a signal would hit nothing else, and the client has seen
   * nothing of it.
   *
   * @return whether it may be sent
   */
  boolean markCancelled();

  /** Marks what was sent last as seen waiting for another transaction. */
  void markWaited();

  /** Goes on with an answer that came while the signal was on its way. */
  void resume();
}
