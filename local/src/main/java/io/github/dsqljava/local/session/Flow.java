package io.github.dsqljava.local.session;

import io.github.dsqljava.local.protocol.ErrorMessage;

/** What the parts of a session ask of its runner. On the session's event loop. */
interface Flow {
  /**
   * Sends a group as it is.
   *
   * @param holding whether its answer is held back, so that it can be run again
   */
  void send(Run run, boolean holding);

  /** Makes a group fail with an error, and its transaction with it. */
  void fail(Run run, ErrorMessage error);

  /** Tells an error for a group that PostgreSQL does not get. */
  void tell(Run run, ErrorMessage error);

  /** Tells the client a notice. */
  void warn(ErrorMessage notice);

  /** A group is over; what the client is to be told of it has been said. */
  void over(Run run, boolean failed);

  /** Runs what can be run now. */
  void pump();
}
