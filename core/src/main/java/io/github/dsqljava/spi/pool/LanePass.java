package io.github.dsqljava.spi.pool;

import java.time.Duration;

/**
 * One transaction's way through a {@link ConflictLane}, from its first lost conflict to its end.
 * Its number is its place: one that loses in the lane as well is ahead of all that came later,
 * unless it goes on losing to others than those in the lane.
 *
 * <p>Safe to use from several threads.
 */
public final class LanePass {

  /** Where it stands. */
  enum State {
    /** Not in the lane. */
    OUTSIDE,
    /** It waits for its turn. */
    WAITING,
    /** An attempt is under way. */
    RUNNING,
    /** And its COMMIT was sent. */
    COMMITTING
  }

  private final ConflictLane lane;

  // Guarded by the lane's lock.
  /** Its place among those that wait; changes only while it does not. */
  long number;

  State state = State.OUTSIDE;
  Runnable turn = () -> {};

  /** When it began to wait. */
  long since;

  /** When it does not want to wait any more; changes only while it does not wait. */
  long deadline;

  /** When its turn came, then when its attempt had its connection. */
  long begunAt;

  /** When its COMMIT was sent. */
  long committingAt;

  /** How many commits there had been in the lane when its attempt began. */
  long commits;

  LanePass(ConflictLane lane, long number) {
    this.lane = lane;
    this.number = number;
  }

  /** By deadline, then by place. The deadlines of a lane are at most two centuries apart. */
  static int compareDeadlines(LanePass one, LanePass other) {
    int first = Long.signum(one.deadline - other.deadline);
    return first == 0 ? Long.compare(one.number, other.number) : first;
  }

  /**
   * Its attempt has lost a conflict, and it waits for its turn.
   *
   * @param patience how long it waits; afterwards it is its turn in any case, and it is for the
   *     caller to see that it is late
   * @param turn called once, unless {@link #leave()} comes first; must not block
   */
  public void await(Duration patience, Runnable turn) {
    lane.await(this, patience, turn);
  }

  /** The attempt has its connection and begins. */
  public void started() {
    lane.started(this);
  }

  /** The attempt under way has sent COMMIT, or is about to. */
  public void committing() {
    lane.committing(this);
  }

  /** The transaction is committed. */
  public void committed() {
    lane.leave(this, /* committed= */ true);
  }

  /** The transaction goes on outside the lane, or has ended. To be called whatever happens. */
  public void leave() {
    lane.leave(this, /* committed= */ false);
  }
}
