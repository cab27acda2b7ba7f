package io.github.dsqljava.r2dbc.wire;

import org.jspecify.annotations.Nullable;

/** A BEGIN that is sent in front of the next message. The driver does not expect its answers. */
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

  /** Returns the held BEGIN and holds it no longer; null if there is none. */
  @Nullable String take() {
    String sql = held;
    held = null;
    return sql;
  }

  /** The next use of the connection begins. */
  void forget() {
    held = null;
    failed = false;
  }

  /** The BEGIN was sent as separate messages in front of the driver's. */
  void sentAhead() {
    due = ANSWERS;
  }

  boolean awaitsAnswers() {
    return due > 0;
  }

  /** Whether the server has refused the BEGIN. */
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
