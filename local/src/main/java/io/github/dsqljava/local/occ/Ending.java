package io.github.dsqljava.local.occ;

import io.github.dsqljava.local.protocol.ErrorMessage;

/** How a transaction ends, once it is known whether it has won. */
public interface Ending {
  /** All changes stand in PostgreSQL, and no conflicting transaction committed first. */
  void win();

  /** The transaction has lost; the client is to be told this. */
  void lose(ErrorMessage error);
}
