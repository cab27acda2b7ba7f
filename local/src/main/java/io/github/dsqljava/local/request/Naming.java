package io.github.dsqljava.local.request;

import org.jspecify.annotations.Nullable;

/**
 * The meaning that a Parse or Close message gives to the name of a prepared statement. Only
 * PostgreSQL's answer tells whether the message succeeds; if it fails or is skipped, the name keeps
 * its old meaning. Belongs to an event loop.
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
   * @param before the meaning before; null if the name was unused
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

  /** The message has been answered, or never will be. */
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

  /** Whether the name may still have its old meaning. */
  boolean isUncertain() {
    return fate == Fate.OPEN && before != null;
  }

  /** Whether PostgreSQL has confirmed the message, and no DEALLOCATE has come since. */
  boolean isConfirmed() {
    return fate == Fate.DONE && !mayBeGone;
  }

  /** A DEALLOCATE may have removed the statement. */
  void mayBeGone() {
    mayBeGone = true;
  }

  /** Returns the statement, as far as is known; null if there is none. */
  @Nullable Prepared prepared() {
    Naming known = withoutFailures();
    return known == null ? null : known.prepared;
  }

  /** Whether the name certainly stands for no statement. */
  boolean isUnused() {
    Naming known = withoutFailures();
    return known == null || (known.fate == Fate.DONE && known.prepared == null);
  }
}
