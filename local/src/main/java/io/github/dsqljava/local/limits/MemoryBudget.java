package io.github.dsqljava.local.limits;

import java.util.concurrent.atomic.AtomicLong;

/** Memory that the sessions of a cluster share for one purpose. Thread-safe. */
public final class MemoryBudget {
  private final long bytes;
  private final AtomicLong taken = new AtomicLong();

  /**
   * @param bytes how many may be taken at a time, all takers together
   */
  public MemoryBudget(long bytes) {
    this.bytes = bytes;
  }

  /**
   * Takes bytes, which have to be given back; returns false, and takes none, if it has not got
   * them.
   */
  public boolean take(long wanted) {
    if (taken.addAndGet(wanted) <= bytes) {
      return true;
    }
    taken.addAndGet(-wanted);
    return false;
  }

  /** Gives back what was taken. */
  public void giveBack(long given) {
    taken.addAndGet(-given);
  }

  /** Returns how many bytes are taken. */
  public long taken() {
    return taken.get();
  }
}
