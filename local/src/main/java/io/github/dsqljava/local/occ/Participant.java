package io.github.dsqljava.local.occ;

/** A session, as those see it that wait for its locks. Thread-safe. */
public interface Participant {
  /** Returns the process id of its PostgreSQL session. */
  int pid();

  /** Returns how often it has released its locks for others. */
  int concessions();

  /** Returns what lets others stop the statement that it runs. */
  Interruption interruption();

  /**
   * Tells that somebody waits for its locks.
   *
   * @param seen its {@link #concessions} before PostgreSQL was asked who waits
   */
  void requestYield(int seen);

  /** Goes on with what waited for a signal. On its event loop. */
  void pump();
}
