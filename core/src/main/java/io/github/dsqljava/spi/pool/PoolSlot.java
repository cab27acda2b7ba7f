package io.github.dsqljava.spi.pool;

import io.github.dsqljava.pool.CloseReason;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One connection of a pool from the moment it is asked for to the moment it is gone. Guarded by the
 * pool's lock.
 */
final class PoolSlot<C> {

  /** Where a slot stands. */
  enum State {
    OPENING,
    IDLE,
    LEASED,
    GONE
  }

  /** Counted from before the connection was opened, as the server may count from then. */
  final long bornAt;

  /** When a replacement is to be sought. */
  final long retireAt;

  /** From when on it is not handed out any more. */
  final long expiresAt;

  State state = State.OPENING;
  private @Nullable C connection;
  @Nullable Lease<C> lease;

  /** Since when it is leased, and by whom; null if nobody wants to know. */
  long leasedAt;

  @Nullable TakenHere taken;

  private long openedAt;
  long idleSince;

  /** When it was known to be alive, while it is idle. */
  long checkedAt;

  /** Its replacement is wanted. */
  boolean retiring;

  /** Why it is closed as soon as nobody uses it, if it is. */
  @Nullable CloseReason doomed;

  /** The token was refused as expired once already. */
  boolean secondToken;

  PoolSlot(long bornAt, long retireAt, long expiresAt) {
    this.bornAt = bornAt;
    this.retireAt = retireAt;
    this.expiresAt = expiresAt;
  }

  void connected(C opened, long now) {
    connection = opened;
    openedAt = now;
  }

  /** The connection of a slot that is, or was, open. */
  C connection() {
    return Objects.requireNonNull(connection, "not open yet");
  }

  boolean isOpen() {
    return state == State.IDLE || state == State.LEASED;
  }

  /** Whether nobody may have it any more. */
  boolean isTooOld(long now) {
    return now - expiresAt >= 0;
  }

  /** Whoever has it is to give it back. */
  void markDue() {
    if (lease != null) {
      lease.markDue();
    }
  }

  /** Whether somebody has it who may go on using it. */
  boolean isLeaseGoingOn() {
    return lease != null && !lease.isDue();
  }

  /** How long it has been open. */
  long openFor(long now) {
    return now - openedAt;
  }
}
