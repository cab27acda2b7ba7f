package io.github.dsqljava.local.session;

import io.github.dsqljava.local.wire.ErrorMessage;

/** What the parts of a session ask of it. */
interface Flow {
  /** Sends a group as it is. */
  void send(ClientGroup group, boolean holding);

  /** Answers a group with an error; the transaction is failed after that. */
  void abort(ClientGroup group, ErrorMessage error);

  /** Answers a group with an error that PostgreSQL did not give; the status is the last one. */
  void answer(ClientGroup group, ErrorMessage error);

  /** A group is over; what the client is to be told of it has been said. */
  void over(ClientGroup group, boolean failed);

  /** Runs what can be run now. */
  void pump();

  /** Steps of our own are over. */
  void settled();
}
