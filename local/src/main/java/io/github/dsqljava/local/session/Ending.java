package io.github.dsqljava.local.session;

import io.github.dsqljava.local.wire.ErrorMessage;

/** How a transaction ends, once it is known whether it has won. */
interface Ending {
  /** All changes stand in PostgreSQL, and nobody was faster. */
  void win();

  void lose(ErrorMessage error);
}
