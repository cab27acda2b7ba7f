package io.github.dsqljava.spi.pool;

import io.github.dsqljava.pool.CloseReason;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** One connection of a pool, from the request to open it to its end. Guarded by the pool's lock. */
final class PoolSlot<C> {

  /** The state of a slot. */
  enum State {
    OPENING,
    IDLE,
    LEASED,
    GONE
  }

  /** Taken before the connection was opened, because the server may count its age from then. */
  final long bornAt;

  /** The time at which a replacement is opened. */
  final long retireAt;

  /** The time from which it is not handed out any more. */
  final long expiresAt;

  State state = State.OPENING;
  private @Nullable C connection;
  @Nullable Lease<C> lease;

  /** The time at which it was leased, and the call that took it; null without a leak threshold. */
  long leasedAt;

  @Nullable TakenHere taken;

  private long openedAt;
  long idleSince;

  /** The last time at which it was known to be alive, while it is idle. */
  long checkedAt;

  /** Whether a replacement is to be opened. */
  boolean retiring;

  /** The reason to close it as soon as it is unused; null if there is none. */
  @Nullable CloseReason doomed;

  /** Whether its token was already refused once as expired. */
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

  /** Whether it must not be handed out any more. */
  boolean isTooOld(long now) {
    return now - expiresAt >= 0;
  }

  /** Asks its holder to give it back. */
  void markDue() {
    if (lease != null) {
      lease.markDue();
    }
  }

  /** Whether it has a holder that was not asked to give it back. */
  boolean isLeaseGoingOn() {
    return lease != null && !lease.isDue();
  }

  /** The time for which it has been open. */
  long openFor(long now) {
    return now - openedAt;
  }
}
