package io.github.dsqljava.local.limits;

import java.util.concurrent.atomic.AtomicLong;

/** Memory that the sessions of a cluster share for one purpose. Thread-safe. */
public final class MemoryBudget {
  private final long bytes;
  private final AtomicLong taken = new AtomicLong();

  /**
   * @param bytes the limit for all takers together
   */
  public MemoryBudget(long bytes) {
    this.bytes = bytes;
  }

  /**
   * Takes bytes, which the caller has to give back; returns false, and takes none, if they are not
   * available.
   */
  public boolean take(long wanted) {
    if (taken.addAndGet(wanted) <= bytes) {
      return true;
    }
    taken.addAndGet(-wanted);
    return false;
  }

  /** Gives bytes back. */
  public void giveBack(long given) {
    taken.addAndGet(-given);
  }

  /** Returns the number of bytes taken. */
  public long taken() {
    return taken.get();
  }
}
