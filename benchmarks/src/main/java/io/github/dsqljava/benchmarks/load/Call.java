package io.github.dsqljava.benchmarks.load;

import java.util.SplittableRandom;

/**
 * One caller's current execution of an operation. The caller uses it for one execution after the
 * other.
 */
public final class Call {
  private final int caller;
  private final SplittableRandom random;
  private long iteration;
  private long since;
  private long measuredAt;
  private boolean measured;

  /** The calls of one caller, counted from 0. */
  Call(int caller, long seed) {
    this.caller = caller;
    this.random = new SplittableRandom(seed + caller);
  }

  /** The number of the caller, from 0. */
  public int caller() {
    return caller;
  }

  /** The number of this caller's earlier calls. */
  public long iteration() {
    return iteration;
  }

  /** The caller's own random numbers, the same in each round. */
  public SplittableRandom random() {
    return random;
  }

  /** Ends the timed part, although work is left, such as closing. */
  public void measured() {
    measured = true;
    measuredAt = System.nanoTime();
  }

  /** Begins an execution. */
  void begin() {
    since = System.nanoTime();
    measured = false;
  }

  /** Ends an execution. */
  void end() {
    if (!measured) {
      measuredAt = System.nanoTime();
    }
    iteration++;
  }

  long beganAt() {
    return since;
  }

  long endedAt() {
    return measuredAt;
  }
}
