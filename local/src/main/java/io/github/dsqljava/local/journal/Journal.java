package io.github.dsqljava.local.journal;

/**
 * Takes down the statements and refused logins of a cluster. Called on event loops: must be
 * thread-safe and not block.
 */
public interface Journal {
  /** Whether connections that log in now are to be taken down. */
  boolean isOn();

  /** A statement has been answered, or will never be. */
  void add(RecordedStatement statement);

  /** A login has been refused. */
  void add(RefusedLogin login);
}
