package io.github.dsqljava.local.journal;

import org.jspecify.annotations.Nullable;

/**
 * Records the statements and refused logins of a cluster. Called on event loops: must be
 * thread-safe and not block.
 */
public interface Journal {
  /** Whether to record connections that log in now. */
  boolean isOn();

  /** Returns the journal for a connection that logs in now; null if it is not recorded. */
  default @Nullable Journal ofConnection() {
    return isOn() ? this : null;
  }

  /** A statement has been answered, or will never be. */
  void add(RecordedStatement statement);

  /** A login has been refused. */
  void add(RefusedLogin login);

  /** A client has been logged in. */
  default void connected(int processId, String user) {}

  /** Its connection is over. */
  default void disconnected(int processId, String user) {}

  /** A transaction has released its locks for another one; it has kept its changes, or has lost. */
  default void gaveWay(int processId, String user, boolean lost) {}
}
