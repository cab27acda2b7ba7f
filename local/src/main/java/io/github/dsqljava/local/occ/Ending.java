package io.github.dsqljava.local.occ;

import io.github.dsqljava.local.protocol.ErrorMessage;

/** Receives the outcome of a transaction's commit. */
public interface Ending {
  /** All changes stand in PostgreSQL, and no conflicting transaction committed first. */
  void win();

  /** The transaction has lost; the client gets this error. */
  void lose(ErrorMessage error);
}
