package io.github.dsqljava.local.protocol;

/**
 * Asks to end a client's connection: an event in the pipeline of its PostgreSQL session, handled
 * after everything that was written to the client.
 */
public enum ClientEnd {
  /** As when the network fails: without TLS's close_notify. */
  CUT,
  /** In good order. */
  CLOSED
}
