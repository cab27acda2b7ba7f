package io.github.dsqljava.r2dbc.wire;

import org.jspecify.annotations.Nullable;

/**
 * A BEGIN that travels in front of what is sent next, and whose answers the driver does not expect.
 */
final class BeginAhead {

  /** ParseComplete, BindComplete, CommandComplete. */
  private static final int ANSWERS = 3;

  private final SessionNotes notes;
  private @Nullable String held;
  private int due;
  private volatile boolean failed;

  BeginAhead(SessionNotes notes) {
    this.notes = notes;
  }

  void hold(String sql) {
    held = sql;
  }

  boolean isHeld() {
    return held != null;
  }

  /** The BEGIN that was held, if there is one, and is so no longer. */
  @Nullable String take() {
    String sql = held;
    held = null;
    return sql;
  }

  /** Another one uses the connection. */
  void forget() {
    held = null;
    failed = false;
  }

  /** It was sent, as messages of their own, in front of those of the driver. */
  void sentAhead() {
    due = ANSWERS;
  }

  boolean awaitsAnswers() {
    return due > 0;
  }

  /** Whether the server has refused it. */
  boolean hasFailed() {
    return failed;
  }

  void fail() {
    failed = true;
  }

  void note(byte type, byte[] body) {
    if (type == ServerMessages.ERROR) {
      notes.error(ServerMessages.error(body), /* prepared= */ false);
      failed = true;
      due = 0;
    } else if (type == ServerMessages.COMMAND_COMPLETE) {
      notes.tag(ServerMessages.tag(body));
      due--;
    } else if (type == ServerMessages.PARSE_COMPLETE || type == ServerMessages.BIND_COMPLETE) {
      due--;
    }
  }
}
