package io.github.dsqljava.spi.pool;

import java.time.Duration;

/**
 * The width of a {@link ConflictLane}, learnt from the outcomes of its attempts. It is a ladder. On
 * the lowest rung an attempt begins after the answer to the previous COMMIT. Some rungs up it
 * begins when that COMMIT is sent. Above that two attempts run at once, then three, and so on.
 * Guarded by the lane's lock.
 */
final class LaneWidth {

  /** The lowest rung on which no attempt waits for a COMMIT that was sent. */
  static final int AT_COMMIT = 8;

  /** The largest number of attempts at once; more would need no lane. */
  static final int WIDEST = 256;

  /** The surplus of commits over weighted losses for a step up, and the deficit for a step down. */
  private static final int COMMITS_FOR_A_RUNG = 16;

  /** The weight of a loss in commits: the lane settles where one attempt in nine is lost. */
  private static final int COMMITS_FOR_A_LOSS = 8;

  /**
   * An attempt that takes longer than this, and longer than four times the usual, loses its place,
   * so that others do not wait for a slow one that may touch other rows.
   */
  private static final long SLOW = Duration.ofSeconds(1).toNanos();

  /** The same while the usual time is unknown, and the upper bound. */
  private static final long SLOW_AT_FIRST = Duration.ofSeconds(10).toNanos();

  private static final int TIMES_THE_USUAL = 4;

  /** The newest value counts for one part in this number in the average. */
  private static final int SHARE = 8;

  private int rung = AT_COMMIT;
  private int commits;
  private long commitNanos;
  private long attemptNanos;

  /** Returns the number of attempts that may run before their COMMIT is sent. */
  int places() {
    return Math.max(1, rung - AT_COMMIT + 1);
  }

  /**
   * Returns the time for which a COMMIT in flight counts as not sent; for ever on the lowest rung.
   */
  long delay() {
    if (rung == 0) {
      return Long.MAX_VALUE;
    }
    return rung >= AT_COMMIT ? 0 : commitNanos * (AT_COMMIT - rung) / AT_COMMIT;
  }

  /** Returns the usual time of an attempt; 0 before the first one. */
  long usual() {
    return attemptNanos;
  }

  /** Returns the time for which an attempt keeps its place. */
  long slow() {
    return attemptNanos == 0
        ? SLOW_AT_FIRST
        : Math.min(SLOW_AT_FIRST, Math.max(SLOW, TIMES_THE_USUAL * attemptNanos));
  }

  /** An attempt has ended, with or without a commit. */
  void ended(long took) {
    attemptNanos = average(attemptNanos, Math.max(1, took));
  }

  /**
   * An attempt has committed.
   *
   * @param took time from sending COMMIT to its answer; negative if unknown
   * @param wanted whether others wait, so that a wider lane would be of use
   */
  void committed(long took, boolean wanted) {
    if (took >= 0) {
      commitNanos = average(commitNanos, took);
    }
    if (wanted && ++commits >= COMMITS_FOR_A_RUNG) {
      commits = 0;
      rung = Math.min(rung + 1, AT_COMMIT + WIDEST - 1);
    }
  }

  private static long average(long before, long value) {
    return before == 0 ? value : before + (value - before) / SHARE;
  }

  /**
   * Two attempts in the lane conflicted. The lane gets narrower only after several: where conflicts
   * are spread over many rows, a few in a hundred attempts are lost at any width, and running one
   * at a time would only make all of them wait.
   */
  void tooWide() {
    commits -= COMMITS_FOR_A_LOSS;
    if (commits > -COMMITS_FOR_A_RUNG) {
      return;
    }
    commits = 0;
    rung = rung > AT_COMMIT ? AT_COMMIT + (rung - AT_COMMIT) / 2 : Math.max(0, rung - 1);
  }
}
