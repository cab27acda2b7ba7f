package io.github.dsqljava.spi.pool;

import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * When a {@link ConflictLane} gets out of the way of others: of another process that wants the same
 * rows, or of first attempts of its own. Its attempts lose to them one after the other; after a few
 * of those in a row it pauses for some attempts' time, longer from loss to loss, up to a bound at
 * which the others still leave something over. Guarded by the lane's lock.
 */
final class LanePauses {

  /** Losses that are bad luck. Without them, a pool that is alone would pause for its own. */
  private static final int BAD_LUCK = 2;

  /** The bound of the first pause, in attempts' times. */
  private static final int FIRST = 4;

  /**
   * The largest bound. A larger one saves attempts and costs time (tried in the simulation of
   * docs/benchmarks.md).
   */
  private static final int LARGEST = 8;

  /** And never longer, however slow the transactions are. */
  private static final long LONGEST = Duration.ofSeconds(1).toNanos();

  private final RandomGenerator random;
  private int losses;

  LanePauses(RandomGenerator random) {
    this.random = random;
  }

  /**
   * An attempt has lost, but not to one of the lane.
   *
   * @param usual how long an attempt takes
   * @return how long the lane pauses, in nanoseconds
   */
  long lost(long usual) {
    losses++;
    if (!isLosing()) {
      return 0;
    }
    int doublings = Math.min(losses - BAD_LUCK - 1, LARGEST);
    return random.nextLong(Math.min(LONGEST, usual * Math.min(LARGEST, FIRST << doublings)) + 1);
  }

  /** An attempt has committed. */
  void committed() {
    losses = 0;
  }

  /**
   * The lane is empty. Who comes next, perhaps hours later and for other rows, has lost to nobody
   * yet. A lane that others keep from committing is not empty: its losers wait in it.
   */
  void forget() {
    losses = 0;
  }

  /** As long as others have the rows, one attempt at a time finds that out as well as two. */
  boolean isLosing() {
    return losses > BAD_LUCK;
  }
}
