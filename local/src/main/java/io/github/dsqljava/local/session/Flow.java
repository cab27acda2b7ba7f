package io.github.dsqljava.local.session;

import io.github.dsqljava.local.protocol.ErrorMessage;

/** The calls that the parts of a session make to its runner. On the session's event loop. */
interface Flow {
  /**
   * Sends a group as it is.
   *
   * @param holding whether to hold its answer back, so that it can run again
   */
  void send(Run run, boolean holding);

  /** Makes a group fail with an error, and its transaction with it. */
  void fail(Run run, ErrorMessage error);

  /** Sends the client an error for a group that PostgreSQL does not get. */
  void tell(Run run, ErrorMessage error);

  /** Sends the client a notice. */
  void warn(ErrorMessage notice);

  /** A group is over, and the client has its whole answer. */
  void over(Run run, boolean failed);

  /** Runs the queued groups that can run now. */
  void pump();
}
