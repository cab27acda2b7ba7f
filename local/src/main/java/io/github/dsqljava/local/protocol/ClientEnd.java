package io.github.dsqljava.local.protocol;

/**
 * How a client's connection is to end: an event in the pipeline of its PostgreSQL session, behind
 * all that was written to the client.
 */
public enum ClientEnd {
  /** Like a network ends it: without an end of TLS. */
  CUT,
  /** In good order. */
  CLOSED
}
