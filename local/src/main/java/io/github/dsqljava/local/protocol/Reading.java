package io.github.dsqljava.local.protocol;

/**
 * Asks to read PostgreSQL's answers although the client does not take them: an event in the
 * pipeline of its PostgreSQL session. Sent while another session waits for locks of that session.
 */
public enum Reading {
  /** Answers to the client, as far as there is memory for them. */
  AHEAD_OF_CLIENT,
  /** Answers that the client does not get. */
  PAST_CLIENT
}
