package io.github.dsqljava.spi.pool;

import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * The pauses of a {@link ConflictLane} whose attempts lose to transactions outside of it: to
 * another process that updates the same rows, or to first attempts of its own pool. After a few
 * such losses in a row it pauses for the time of some attempts, longer from loss to loss, up to a
 * bound. Guarded by the lane's lock.
 */
final class LanePauses {

  /**
   * The number of losses in a row that count as chance, so that a pool without competitors does not
   * pause.
   */
  private static final int BAD_LUCK = 2;

  /** The bound of the first pause, in attempts' times. */
  private static final int FIRST = 4;

  /**
   * The largest bound. A larger one saves attempts and costs time (tried in the simulation of
   * docs/benchmarks.md).
   */
  private static final int LARGEST = 8;

  /** The longest pause, even for slow transactions. */
  private static final long LONGEST = Duration.ofSeconds(1).toNanos();

  private final RandomGenerator random;
  private int losses;

  LanePauses(RandomGenerator random) {
    this.random = random;
  }

  /**
   * An attempt has lost, but not to one of the lane.
   *
   * @param usual the usual time of an attempt, in nanoseconds
   * @return the pause of the lane, in nanoseconds
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
   * The lane is empty: forgets the losses, because the next transaction may come hours later and
   * for other rows. A lane that others keep from committing is not empty, as its losers wait in it.
   */
  void forget() {
    losses = 0;
  }

  /**
   * Whether the lane loses to others; then one attempt at a time is enough to find out when that
   * ends.
   */
  boolean isLosing() {
    return losses > BAD_LUCK;
  }
}
