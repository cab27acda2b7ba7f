package io.github.dsqljava.r2dbc.wire;

import java.util.ArrayDeque;
import java.util.Deque;

/**
 * The messages in flight: sent by the client and not yet answered with ReadyForQuery.
 *
 * <p>Not thread-safe.
 */
final class Flights {

  /** The messages that one ReadyForQuery answers. */
  private static final class Flight {
    boolean parses;
    boolean binds;

    /** Whether its statement was prepared in an earlier flight. */
    boolean usesPrepared() {
      return binds && !parses;
    }
  }

  private final Deque<Flight> sent = new ArrayDeque<>();
  private Flight open = new Flight();
  private boolean begun;

  /** Adds the login, which also ends with ReadyForQuery. */
  void login() {
    sent.add(new Flight());
  }

  void message(byte type) {
    switch (type) {
      case 'P' -> {
        open.parses = true;
        begun = true;
      }
      case 'B' -> {
        open.binds = true;
        begun = true;
      }
      case 'D', 'E', 'C', 'H' -> begun = true;
      case 'Q', 'S' -> {
        sent.add(open);
        open = new Flight();
        begun = false;
      }
      default -> {} // passwords, COPY data, Terminate
    }
  }

  void ready() {
    sent.poll();
  }

  boolean isQuiet() {
    return sent.isEmpty() && !begun;
  }

  /** Whether the statement that the server answers now had been prepared before. */
  boolean answeredUsesPrepared() {
    Flight first = sent.peek();
    return first == null ? open.usesPrepared() : first.usesPrepared();
  }
}
