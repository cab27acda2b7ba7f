package io.github.dsqljava.local.request;

import org.jspecify.annotations.Nullable;

/**
 * What a client's name for a prepared statement stands for from one of its messages on: unless that
 * message fails or is skipped, which only PostgreSQL's answer tells. Then it stands for what it
 * stood for before. Belongs to an event loop.
 */
public final class Naming {
  private enum Fate {
    OPEN,
    DONE,
    FAILED
  }

  private final @Nullable Prepared prepared;
  private @Nullable Naming before;
  private Fate fate = Fate.OPEN;
  private boolean mayBeGone;

  /**
   * @param prepared the statement; null if there is none any more
   * @param before what the name stood for; null if nobody has used it
   */
  Naming(@Nullable Prepared prepared, @Nullable Naming before) {
    this.prepared = prepared;
    this.before = before == null ? null : before.withoutFailures();
  }

  private @Nullable Naming withoutFailures() {
    Naming known = this;
    while (known != null && known.fate == Fate.FAILED) {
      known = known.before;
    }
    return known;
  }

  /** The message has been answered, or will never be. */
  void settle(boolean done) {
    if (fate == Fate.OPEN) {
      fate = done ? Fate.DONE : Fate.FAILED;
      before = done ? null : before;
    }
  }

  /** Whether it is known that the message has failed. */
  boolean hasFailed() {
    return fate == Fate.FAILED;
  }

  /** Whether the name may still stand for something else. */
  boolean isUncertain() {
    return fate == Fate.OPEN && before != null;
  }

  /** Whether PostgreSQL has said so, and nothing has been done since that may have ended it. */
  boolean isConfirmed() {
    return fate == Fate.DONE && !mayBeGone;
  }

  /** The statement may be gone: DEALLOCATE ALL. */
  void mayBeGone() {
    mayBeGone = true;
  }

  /** Returns the statement, as far as is known; null if there is none. */
  @Nullable Prepared prepared() {
    Naming known = withoutFailures();
    return known == null ? null : known.prepared;
  }

  /** Whether the name stands for nothing, and that is certain. */
  boolean isUnused() {
    Naming known = withoutFailures();
    return known == null || (known.fate == Fate.DONE && known.prepared == null);
  }
}
