package io.github.dsqljava.local.occ;

/** A session, as seen by sessions that wait for its locks. Thread-safe. */
public interface Participant {
  /** Returns the process id of its PostgreSQL session. */
  int pid();

  /** Returns the number of times that it has released its locks for others. */
  int concessions();

  /** Returns the means to cancel the statement that it runs. */
  Interruption interruption();

  /**
   * Tells it that another session waits for its locks.
   *
   * @param seen its {@link #concessions} before the monitor queried PostgreSQL
   */
  void requestYield(int seen);

  /** Continues the work that waited for a signal. On its event loop. */
  void pump();
}
