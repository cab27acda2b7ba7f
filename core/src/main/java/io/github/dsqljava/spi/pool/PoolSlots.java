package io.github.dsqljava.spi.pool;

import io.github.dsqljava.pool.CloseReason;
import io.github.dsqljava.pool.PoolPolicy;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * The connections of a pool by their states. It counts them and decides whether more are needed; it
 * does not open or close them. Guarded by the pool's lock.
 */
final class PoolSlots<C> {

  private final int minSize;
  private final int maxSize;
  private final long maxLifetime;
  private final long lifetimeJitter;
  private final long idleTimeout;
  private final long idleCheck;
  private final @Nullable Duration leakThreshold;
  private final RandomGenerator random;

  private final Set<PoolSlot<C>> all = new LinkedHashSet<>(); // the oldest comes first
  private final Deque<PoolSlot<C>> idle = new ArrayDeque<>(); // the one used last comes first
  private int opening;
  private int retiring;

  /** Open connections that will be closed when their use ends. */
  private int doomed;

  PoolSlots(PoolPolicy policy, RandomGenerator random) {
    this.minSize = policy.minSize();
    this.maxSize = policy.maxSize();
    this.maxLifetime = policy.maxLifetime().toNanos();
    this.lifetimeJitter = policy.lifetimeJitter().toNanos();
    this.idleTimeout = policy.idleTimeout().toNanos();
    this.idleCheck = policy.idleCheck().toNanos();
    this.leakThreshold = policy.leakThreshold().orElse(null);
    this.random = random;
  }

  // --- one connection's way

  /** Adds a connection that is about to be opened. */
  PoolSlot<C> add(long now) {
    long early = random.nextLong(lifetimeJitter + 1);
    PoolSlot<C> slot = new PoolSlot<>(now, now + maxLifetime - early, now + maxLifetime);
    all.add(slot);
    opening++;
    return slot;
  }

  /** A connection is open; the pool holds it until it decides on its use. */
  void opened(PoolSlot<C> slot, C connection, long now) {
    slot.connected(connection, now);
    slot.state = PoolSlot.State.LEASED;
    opening--;
    if (slot.doomed != null) {
      doomed++;
    }
  }

  /** Makes a connection idle. Returns the time of its idle timeout or check. */
  long keep(PoolSlot<C> slot, long now) {
    slot.state = PoolSlot.State.IDLE;
    slot.idleSince = now;
    slot.checkedAt = now;
    idle.addFirst(slot);
    return now + Math.min(idleTimeout, idleCheck);
  }

  /** Takes out the idle connections that are due for a check. */
  List<PoolSlot<C>> takeUnchecked(long now) {
    List<PoolSlot<C>> found = new ArrayList<>();
    for (PoolSlot<C> slot : idle) {
      if (now - slot.checkedAt >= idleCheck) {
        found.add(slot);
      }
    }
    for (PoolSlot<C> slot : found) {
      idle.remove(slot);
      slot.state = PoolSlot.State.LEASED;
    }
    return found;
  }

  /** Makes a connection that was found alive idle again, in its old place. */
  long keepOn(PoolSlot<C> slot, long now) {
    slot.state = PoolSlot.State.IDLE;
    slot.checkedAt = now;
    List<PoolSlot<C>> usedSince = new ArrayList<>();
    while (!idle.isEmpty() && idle.getFirst().idleSince - slot.idleSince > 0) {
      usedSince.add(0, idle.removeFirst());
    }
    idle.addFirst(slot);
    usedSince.forEach(idle::addFirst);
    return now + idleCheck;
  }

  /**
   * Takes the idle connection that fits best: one that suits and is not retiring; else one that is
   * not retiring; else any. Never one that is too old.
   */
  @Nullable PoolSlot<C> takeIdle(long now, Predicate<C> suits) {
    PoolSlot<C> best = null;
    for (PoolSlot<C> slot : idle) {
      if (slot.isTooOld(now)) {
        continue;
      }
      if (!slot.retiring && suits.test(slot.connection())) {
        best = slot;
        break;
      }
      if (best == null || best.retiring && !slot.retiring) {
        best = slot;
      }
    }
    if (best != null) {
      idle.remove(best);
      best.state = PoolSlot.State.LEASED;
    }
    return best;
  }

  /** Marks a connection for replacement if it has reached the age for it. */
  void retireIfDue(PoolSlot<C> slot, long now) {
    if (slot.isOpen() && !slot.retiring && slot.doomed == null && now - slot.retireAt >= 0) {
      slot.retiring = true;
      retiring++;
    }
  }

  /**
   * Marks a connection that is in use or being opened, to be closed afterwards.
   *
   * @return false if it was marked already
   */
  boolean doom(PoolSlot<C> slot, CloseReason reason) {
    if (slot.doomed != null) {
      return false;
    }
    slot.doomed = reason;
    slot.markDue();
    if (slot.retiring) {
      slot.retiring = false;
      retiring--;
    }
    if (slot.isOpen()) {
      doomed++;
    }
    return true;
  }

  /** Removes a connection that is closed or could not be opened. */
  void remove(PoolSlot<C> slot) {
    all.remove(slot);
    switch (slot.state) {
      case OPENING -> opening--;
      case IDLE -> idle.remove(slot);
      case LEASED, GONE -> {}
    }
    if (slot.retiring) {
      retiring--;
    }
    if (slot.doomed != null && slot.isOpen()) {
      doomed--;
    }
    slot.retiring = false;
    slot.markDue();
    slot.lease = null;
    slot.taken = null;
    slot.state = PoolSlot.State.GONE;
  }

  // --- ageing

  /**
   * Marks connections that have reached the age for it for replacement, and asks the holders of
   * those that are too old to give them back.
   */
  void retireDue(long now) {
    for (PoolSlot<C> slot : all) {
      retireIfDue(slot, now);
      if (slot.isTooOld(now)) {
        slot.markDue();
      }
    }
  }

  /**
   * Returns the retiring connection to close when a new one is open: an idle one, else the oldest;
   * null if none is retiring.
   */
  @Nullable PoolSlot<C> nextToRetire() {
    if (retiring == 0) {
      return null;
    }
    PoolSlot<C> oldest = null;
    for (PoolSlot<C> slot : all) {
      if (slot.retiring && slot.state == PoolSlot.State.IDLE) {
        return slot;
      }
      if (slot.retiring && oldest == null) {
        oldest = slot;
      }
    }
    return oldest;
  }

  List<PoolSlot<C>> idleAndTooOld(long now) {
    List<PoolSlot<C>> found = new ArrayList<>();
    for (PoolSlot<C> slot : idle) {
      if (slot.isTooOld(now)) {
        found.add(slot);
      }
    }
    return found;
  }

  /**
   * Returns the connection with the longest idle time, if that is too long and it is not needed;
   * else null.
   */
  @Nullable PoolSlot<C> idleTooLong(long now) {
    PoolSlot<C> longest = idle.peekLast();
    return longest != null && lasting() > minSize && now - longest.idleSince >= idleTimeout
        ? longest
        : null;
  }

  /** Returns the connections that were held for too long. */
  List<PoolSlot<C>> heldTooLong(long now) {
    if (leakThreshold == null) {
      return List.of();
    }
    List<PoolSlot<C>> found = new ArrayList<>();
    for (PoolSlot<C> slot : all) {
      if (slot.taken != null && now - slot.leasedAt >= leakThreshold.toNanos()) {
        found.add(slot);
      }
    }
    return found;
  }

  /** Returns the time of the next event in the life of a connection, at the latest the horizon. */
  long nextDue(long horizon) {
    long next = horizon;
    for (PoolSlot<C> slot : all) {
      if (slot.taken != null && leakThreshold != null) {
        next = Times.earlier(next, slot.leasedAt + leakThreshold.toNanos());
      }
      if (slot.isOpen() && slot.doomed == null) {
        if (!slot.retiring) {
          next = Times.earlier(next, slot.retireAt);
        } else if (slot.state == PoolSlot.State.IDLE || slot.isLeaseGoingOn()) {
          next = Times.earlier(next, slot.expiresAt);
        }
        if (slot.state == PoolSlot.State.IDLE) {
          next = Times.earlier(next, slot.checkedAt + idleCheck);
        }
      }
    }
    PoolSlot<C> longest = idle.peekLast();
    return longest == null || lasting() <= minSize
        ? next
        : Times.earlier(next, longest.idleSince + idleTimeout);
  }

  // --- how many

  /** Returns the number of connections that are not about to go. */
  private int lasting() {
    return all.size() - retiring - doomed;
  }

  /** Returns the number of connections allowed above the maximum while some are being replaced. */
  private int overlap() {
    return retiring + doomed == 0 ? 0 : Math.max(1, maxSize / 4);
  }

  /** Whether to open one more. */
  boolean wantsMore(int waiting) {
    if (all.size() >= maxSize + overlap()) {
      return false;
    }
    return lasting() < minSize
        || lasting() < maxSize && waiting > opening
        // a successor for each that retires
        || lasting() < Math.min(maxSize, open() - doomed);
  }

  /** Returns the number of connections that are being opened or could be, for waiting callers. */
  int openable() {
    return opening + Math.max(0, Math.min(maxSize - lasting(), maxSize + overlap() - all.size()));
  }

  /** Whether a connection in use may serve another caller afterwards. */
  boolean mayComeBack() {
    return open() > doomed;
  }

  /** Returns the number of connections that are open or being opened. */
  int size() {
    return all.size();
  }

  int open() {
    return all.size() - opening;
  }

  int opening() {
    return opening;
  }

  int idle() {
    return idle.size();
  }

  /** Returns the number of connections that will go, with or without a replacement. */
  int leaving() {
    return retiring + doomed;
  }

  /** Returns a copy of all connections, the oldest first. */
  List<PoolSlot<C>> list() {
    return List.copyOf(all);
  }
}
