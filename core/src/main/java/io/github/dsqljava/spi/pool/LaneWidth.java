package io.github.dsqljava.spi.pool;

import java.time.Duration;

/**
 * How narrow a {@link ConflictLane} is, learnt from what becomes of the attempts in it. One ladder:
 * at the bottom an attempt begins when the answer to the COMMIT before it is there; a few rungs up
 * it begins when that COMMIT is sent; above that there are two attempts at once, then three, and so
 * on. Guarded by the lane's lock.
 */
final class LaneWidth {

  /** The rung from which on nobody waits for a COMMIT that was sent. */
  static final int AT_COMMIT = 8;

  /** The most attempts at once. More than that need no lane. */
  static final int WIDEST = 256;

  /** So many commits more than losses weigh for a rung up, and fewer for a rung down. */
  private static final int COMMITS_FOR_A_RUNG = 16;

  /** A loss weighs as much as this: the lane settles where one attempt of nine is lost. */
  private static final int COMMITS_FOR_A_LOSS = 8;

  /**
   * An attempt that takes longer than this, and longer than four times the usual, is in nobody's
   * way any more: others must not wait for a slow one that perhaps touches other rows.
   */
  private static final long SLOW = Duration.ofSeconds(1).toNanos();

  /** The same while it is not known how long they usually take, and the most there is. */
  private static final long SLOW_AT_FIRST = Duration.ofSeconds(10).toNanos();

  private static final int TIMES_THE_USUAL = 4;

  /** The share of the newest in the average. */
  private static final int SHARE = 8;

  private int rung = AT_COMMIT;
  private int commits;
  private long commitNanos;
  private long attemptNanos;

  /** How many may be under way whose COMMIT was not sent. */
  int places() {
    return Math.max(1, rung - AT_COMMIT + 1);
  }

  /** For how long a COMMIT under way counts as not sent; for ever on the lowest rung. */
  long delay() {
    if (rung == 0) {
      return Long.MAX_VALUE;
    }
    return rung >= AT_COMMIT ? 0 : commitNanos * (AT_COMMIT - rung) / AT_COMMIT;
  }

  /** How long an attempt usually takes; 0 as long as there was none. */
  long usual() {
    return attemptNanos;
  }

  /** For how long an attempt keeps its place. */
  long slow() {
    return attemptNanos == 0
        ? SLOW_AT_FIRST
        : Math.min(SLOW_AT_FIRST, Math.max(SLOW, TIMES_THE_USUAL * attemptNanos));
  }

  /** An attempt has ended, after so long, with a commit or without. */
  void ended(long took) {
    attemptNanos = average(attemptNanos, Math.max(1, took));
  }

  /**
   * It has committed.
   *
   * @param took from sending COMMIT to its answer, or a negative number
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
   * Two in the lane were in each other's way. It takes some of that to get narrower: where
   * conflicts are spread over many rows, a few of a hundred attempts are lost at any width, and an
   * attempt at a time would only make all wait.
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
