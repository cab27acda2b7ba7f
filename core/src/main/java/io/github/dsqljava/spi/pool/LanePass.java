package io.github.dsqljava.spi.pool;

import java.time.Duration;

/**
 * One transaction's way through a {@link ConflictLane}, from its first lost conflict to its end.
 * Its number is its place in the queue. A transaction that loses in the lane stays ahead of all
 * that came later, unless it keeps losing to transactions outside of the lane.
 *
 * <p>Safe to use from several threads.
 */
public final class LanePass {

  /** The state of a pass. */
  enum State {
    /** Not in the lane. */
    OUTSIDE,
    /** It waits for its turn. */
    WAITING,
    /** An attempt runs. */
    RUNNING,
    /** An attempt runs, and its COMMIT was sent. */
    COMMITTING
  }

  private final ConflictLane lane;

  // Guarded by the lane's lock.
  /** Its place in the queue; changes only while it does not wait. */
  long number;

  State state = State.OUTSIDE;
  Runnable turn = () -> {};

  /** The time at which it began to wait. */
  long since;

  /** The time at which its patience ends; changes only while it does not wait. */
  long deadline;

  /** The time at which its turn came; then the time at which its attempt got a connection. */
  long begunAt;

  /** The time at which its COMMIT was sent. */
  long committingAt;

  /** The number of commits in the lane before its attempt began. */
  long commits;

  LanePass(ConflictLane lane, long number) {
    this.lane = lane;
    this.number = number;
  }

  /**
   * Compares by deadline, then by place. The deadlines of a lane are at most two centuries apart.
   */
  static int compareDeadlines(LanePass one, LanePass other) {
    int first = Long.signum(one.deadline - other.deadline);
    return first == 0 ? Long.compare(one.number, other.number) : first;
  }

  /**
   * Its attempt has lost a conflict, and it waits for its turn.
   *
   * @param patience the longest wait; afterwards it gets its turn in any case, and the caller has
   *     to check whether it is too late
   * @param turn called once, unless {@link #leave()} comes first; must not block
   */
  public void await(Duration patience, Runnable turn) {
    lane.await(this, patience, turn);
  }

  /** The attempt has its connection and begins. */
  public void started() {
    lane.started(this);
  }

  /** The current attempt has sent COMMIT, or is about to. */
  public void committing() {
    lane.committing(this);
  }

  /** The transaction is committed. */
  public void committed() {
    lane.leave(this, /* committed= */ true);
  }

  /**
   * The transaction continues outside of the lane, or has ended. Has to be called in every case but
   * {@link #committed()}.
   */
  public void leave() {
    lane.leave(this, /* committed= */ false);
  }
}
