package io.github.dsqljava.benchmarks.load;

import java.util.SplittableRandom;

/**
 * One caller's current execution of an operation. Used by one caller, one execution after the
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

  /** Who calls, from 0. */
  public int caller() {
    return caller;
  }

  /** How often this caller has called before. */
  public long iteration() {
    return iteration;
  }

  /** The caller's own random numbers, the same in each round. */
  public SplittableRandom random() {
    return random;
  }

  /** What was to be timed is over, though there is something left to do, such as closing. */
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
