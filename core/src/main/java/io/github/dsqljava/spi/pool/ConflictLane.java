package io.github.dsqljava.spi.pool;

import io.github.dsqljava.pool.PoolListener;
import io.github.dsqljava.pool.PoolStats;
import java.time.Duration;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.NavigableSet;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.locks.ReentrantLock;
import java.util.random.RandomGenerator;

/**
 * Keeps the transactions of a pool that lost a conflict from conflicting with each other again:
 * they run again one after the other, in the order in which they came here.
 *
 * <pre>{@code
 * LanePass pass = lane.pass(); // after the first conflict
 * pass.await(patience, () -> attempt()); // after each
 * pass.started(); // in the attempt, when it has its connection
 * pass.committing(); // before the answer to COMMIT
 * pass.committed(); // or leave()
 * }</pre>
 *
 * <p><b>Width.</b> The lane learns how many attempts it may let through at once: see {@link
 * LaneWidth}. While its attempts do not conflict, it gets wider, so that conflicts over many
 * different rows do not queue up behind each other.
 *
 * <p><b>Others.</b> First attempts do not wait: those on other rows would gain nothing by waiting,
 * and the lane cannot tell them apart. If attempts in the lane lose although no other one in it has
 * committed meanwhile, transactions outside of it update the same rows, most likely in another
 * process. After several such losses in a row the whole lane pauses: see {@link LanePauses}.
 *
 * <p><b>Slow ones.</b> An attempt that takes much longer than usual loses its place, so that the
 * others can continue.
 *
 * <p><b>Connections.</b> A transaction that has its turn keeps its place while it waits for a
 * connection: in a pool without an idle one, the next in the lane would get none either. It waits
 * at the head of the pool's queue ({@link AsyncPool#acquire(Object, Duration, boolean)}), so that
 * the lane does not stand still while the pool serves other callers. That wait is not part of the
 * attempt, from which the lane learns. But it uses up the time for which a slow attempt keeps its
 * place, a second at least. After that the next one gets its turn and waits for a connection, too;
 * if two connections come free at once, the two begin together and may conflict. The wait has a
 * bound because it includes the program's own hook for a new connection: one that hangs must not
 * stop the whole lane.
 *
 * <p><b>Cost.</b> Only transactions that have lost a conflict come here. Others take neither its
 * lock nor a pass, which is what {@link #isUntouched()} shows.
 *
 * <p><b>Threads.</b> Safe to use from several. State changes happen under one lock. Turns and the
 * listener are called after it is released, on the thread that caused them or the scheduler's.
 */
public final class ConflictLane {
  private final PoolScheduler scheduler;
  private final PoolListener listener;

  private final ReentrantLock lock = new ReentrantLock();
  // The following fields are guarded by the lock.
  private final LaneWidth width = new LaneWidth();
  private final LanePauses pauses;
  private final PoolAlarm alarm;
  private final NavigableSet<LanePass> waiting =
      new TreeSet<>(Comparator.comparingLong(pass -> pass.number));

  /** The same passes, the earliest deadline first. */
  private final NavigableSet<LanePass> byDeadline = new TreeSet<>(LanePass::compareDeadlines);

  private final Set<LanePass> inside = new LinkedHashSet<>();
  private long passes;
  private long turns;

  /** The number of transactions that have committed in the lane. */
  private long commits;

  private boolean closed;

  /** The end of a pause, before which no attempt begins. */
  private long pausesUntil;

  /**
   * Makes an empty lane.
   *
   * @param listener hears how long each transaction waited for its turn
   * @param random used under the lane's lock, so that it need not be thread-safe
   */
  public ConflictLane(PoolScheduler scheduler, PoolListener listener, RandomGenerator random) {
    this.scheduler = scheduler;
    this.listener = listener;
    this.pauses = new LanePauses(random);
    this.pausesUntil = scheduler.nanoTime();
    this.alarm = new PoolAlarm(scheduler, this::wake);
  }

  /** Returns a pass for a transaction that has lost a conflict for the first time. */
  public LanePass pass() {
    lock.lock();
    try {
      return new LanePass(this, passes++);
    } finally {
      lock.unlock();
    }
  }

  /** The pool is closed: all waiting transactions get their turn at once, and fail at the pool. */
  public void close() {
    change((now, effects) -> closed = true);
  }

  /** Whether no transaction has called {@link #pass()} yet. */
  public boolean isUntouched() {
    lock.lock();
    try {
      return passes == 0;
    } finally {
      lock.unlock();
    }
  }

  /** Adds the figures of the lane. */
  public PoolStats addTo(PoolStats stats) {
    lock.lock();
    try {
      return stats.toBuilder().conflictWaiting(waiting.size()).conflictTurns(turns).build();
    } finally {
      lock.unlock();
    }
  }

  /** Whether no pass is in the lane. To be called under the lock, or in tests of one thread. */
  boolean isIdle() {
    return waiting.isEmpty() && inside.isEmpty();
  }

  // --- what a pass does

  void await(LanePass pass, Duration patience, Runnable turn) {
    change(
        (now, effects) -> {
          if (inside.remove(pass)) {
            lost(pass, now);
          }
          pass.state = LanePass.State.WAITING;
          pass.turn = turn;
          pass.since = now;
          pass.deadline = now + Times.bounded(patience).toNanos();
          waiting.add(pass);
          byDeadline.add(pass);
        });
  }

  private void lost(LanePass pass, long now) {
    width.ended(now - pass.begunAt);
    if (commits == pass.commits) {
      pausesUntil = now + pauses.lost(width.usual());
      if (pauses.isLosing()) {
        // A transaction that loses each time, such as a long one on a hot row, goes to the end, so
        // that it does not hold up the rest of the lane.
        pass.number = passes++;
      }
    } else {
      width.tooWide();
    }
  }

  void started(LanePass pass) {
    change(
        (now, effects) -> {
          if (pass.state == LanePass.State.RUNNING) {
            pass.begunAt = now;
            pass.commits = commits; // its snapshot is yet to be taken
          }
        });
  }

  void committing(LanePass pass) {
    change(
        (now, effects) -> {
          if (pass.state == LanePass.State.RUNNING) {
            pass.state = LanePass.State.COMMITTING;
            pass.committingAt = now;
          }
        });
  }

  void leave(LanePass pass, boolean committed) {
    change(
        (now, effects) -> {
          if (inside.remove(pass) && committed) {
            commits++;
            pauses.committed();
            width.ended(now - pass.begunAt);
            width.committed(
                pass.state == LanePass.State.COMMITTING ? now - pass.committingAt : -1,
                !waiting.isEmpty());
          }
          if (waiting.remove(pass)) {
            byDeadline.remove(pass);
          }
          pass.state = LanePass.State.OUTSIDE;
        });
  }

  // --- turns

  private void admit(long now, Effects effects) {
    while (!waiting.isEmpty()) {
      long wait = closed ? 0 : waitForAPlace(now);
      if (wait > 0) {
        long place = now + Math.min(wait, PoolAlarm.LONGEST_SLEEP);
        alarm.set(Times.earlier(place, byDeadline.first().deadline), now, effects);
        return;
      }
      begin(waiting.first(), now, effects);
    }
  }

  /** Returns zero if there is a place; else the longest time until there is one. */
  private long waitForAPlace(long now) {
    if (pausesUntil - now > 0) {
      return pausesUntil - now;
    }
    long wait = Long.MAX_VALUE;
    int taken = 0;
    for (LanePass pass : inside) {
      long left = left(pass, now);
      if (left > 0) {
        taken++;
        wait = Math.min(wait, left);
      }
    }
    return taken < width.places() ? 0 : wait;
  }

  /** Returns the time for which a pass keeps its place if nothing else happens. */
  private long left(LanePass pass, long now) {
    long slow = width.slow() - (now - pass.begunAt);
    return pass.state == LanePass.State.COMMITTING && !pauses.isLosing()
        ? Math.min(slow, width.delay() - (now - pass.committingAt))
        : slow;
  }

  private void begin(LanePass pass, long now, Effects effects) {
    waiting.remove(pass);
    byDeadline.remove(pass);
    pass.state = LanePass.State.RUNNING;
    pass.begunAt = now;
    pass.commits = commits;
    inside.add(pass);
    turns++;
    Duration waited = Duration.ofNanos(now - pass.since);
    Runnable turn = pass.turn;
    effects.tell(to -> to.conflictTurn(waited));
    effects.add(turn);
  }

  /** Lets passes go whose deadline has come; they take no place. */
  private void expire(long now, Effects effects) {
    while (!byDeadline.isEmpty() && now - byDeadline.first().deadline >= 0) {
      LanePass late = byDeadline.first();
      byDeadline.remove(late);
      waiting.remove(late);
      late.state = LanePass.State.OUTSIDE;
      effects.add(late.turn);
    }
  }

  /** Called by the timer. An outdated timer is harmless. */
  private void wake(int number) {
    change((now, effects) -> alarm.isValid(number));
  }

  @FunctionalInterface
  private interface Change {
    void apply(long now, Effects effects);
  }

  private void change(Change change) {
    Effects effects = new Effects(listener);
    lock.lock();
    try {
      long now = scheduler.nanoTime();
      change.apply(now, effects);
      expire(now, effects);
      admit(now, effects);
      if (isIdle()) {
        pauses.forget();
      }
    } finally {
      lock.unlock();
    }
    effects.run();
  }
}
