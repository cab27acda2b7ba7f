package io.github.dsqljava.spi.pool;

import io.github.dsqljava.ClosedException;
import io.github.dsqljava.PoolBusyException;
import io.github.dsqljava.PoolTimeoutException;
import io.github.dsqljava.pool.CloseReason;
import io.github.dsqljava.pool.ConnectRate;
import io.github.dsqljava.pool.PoolHealth;
import io.github.dsqljava.pool.PoolListener;
import io.github.dsqljava.pool.PoolPolicy;
import io.github.dsqljava.pool.PoolStats;
import io.github.dsqljava.spi.FullJitter;
import java.io.EOFException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.ReentrantLock;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * A pool of connections that never blocks.
 *
 * <pre>{@code
 * CompletableFuture<Lease<C>> acquired = pool.acquire(null, Duration.ofSeconds(5));
 * acquired.thenAccept(lease -> use(lease.connection()).whenComplete((r, e) -> lease.release()));
 * }</pre>
 *
 * <p><b>Order.</b> Callers are served in the order in which they came, by the first connection that
 * is released or newly opened. A transaction that runs again keeps the place of its first arrival.
 * Of the idle connections the most recently used one goes first, so that the others reach the idle
 * timeout.
 *
 * <p><b>Threads.</b> Safe to use from several threads. All state changes happen under one lock.
 * Futures are completed, connections opened and closed, and the listener called after the lock is
 * released, on the thread that caused it: a caller's own, that of a {@link Lease}'s release, that
 * of a connection that was opened or lost, or the scheduler's.
 *
 * @param <C> the type of connections
 */
public final class AsyncPool<C> {

  /**
   * A connection that ends sooner counts as one that could not be opened, so that the pool backs
   * off from a server that closes every connection.
   */
  private static final long TOO_SHORT_A_LIFE = Duration.ofSeconds(1).toNanos();

  private static final Logger LOGGER = System.getLogger(AsyncPool.class.getPackageName());

  private final String name;
  private final PoolPolicy policy;
  private final CheckedSource<C> source;
  private final PoolScheduler scheduler;
  private final PoolListener listener;

  private final ReentrantLock lock = new ReentrantLock();
  // The following fields are guarded by the lock.
  private final PoolSlots<C> slots;
  private final OpenGate gate;
  private final PoolAlarm alarm;
  private final PoolTrouble trouble;
  private final PoolReadiness readiness;
  private final WaiterQueue<C> waiters = new WaiterQueue<>();
  private @Nullable Throwable lastFailure;
  private long lastFailureAt;

  private int closesUnderWay;
  private @Nullable CompletableFuture<Void> closing;
  private boolean aborting;

  private long opened;
  private long closed;
  private long openFailures;
  private long acquired;
  private long timeouts;

  /**
   * Makes a pool; {@link #start()} opens its minimum of connections.
   *
   * @param name its endpoint for messages, such as host and port
   * @param random draws lifetimes and pauses; used under a lock, so that it need not be thread-safe
   */
  public AsyncPool(
      String name,
      PoolPolicy policy,
      ConnectionSource<C> source,
      PoolScheduler scheduler,
      ConnectRate rate,
      RandomGenerator random,
      PoolListener listener) {
    this.name = name;
    this.policy = policy;
    this.source = new CheckedSource<>(source);
    this.scheduler = scheduler;
    this.listener = listener;
    this.slots = new PoolSlots<>(policy, random);
    this.gate =
        new OpenGate(new FullJitter(policy.baseBackoff(), policy.maxBackoff()), rate, random);
    this.alarm = new PoolAlarm(scheduler, this::wake);
    this.trouble = new PoolTrouble(name);
    this.readiness = new PoolReadiness(name, policy.minSize(), trouble);
  }

  /** Opens {@link PoolPolicy#minSize()} connections. Returns at once. */
  public void start() {
    change((now, effects) -> {});
  }

  /**
   * Waits for {@link PoolPolicy#minSize()} open connections, without a time limit.
   *
   * @return completes at once if they are open or the minimum is 0; fails with a {@link
   *     ClosedException} if the pool is closed before
   */
  public CompletableFuture<Void> ready() {
    CompletableFuture<Void> ready = new CompletableFuture<>();
    change((now, effects) -> readiness.await(ready));
    return ready;
  }

  /** Returns the pool's health from its own state, without contacting the server. */
  public PoolHealth health() {
    lock.lock();
    try {
      return readiness.health(slots.open(), closing != null, lastFailure, scheduler.nanoTime());
    } finally {
      lock.unlock();
    }
  }

  // --- handing out

  /**
   * Hands out a connection. Cancelling the future, or completing it in any other way, frees the
   * caller's place.
   *
   * @param preference selects the best connection by {@link ConnectionSource#suits}; or null
   * @param timeout the longest wait
   * @return the connection, or a {@link PoolTimeoutException} whose cause is the last failure to
   *     open one since the call, if any; a {@link PoolBusyException} if too many callers wait; a
   *     {@link ClosedException}; or the failure to open a connection, if it makes no sense to wait
   *     for another one
   */
  public CompletableFuture<Lease<C>> acquire(@Nullable Object preference, Duration timeout) {
    return acquire(preference, timeout, /* ahead= */ false);
  }

  /**
   * As {@link #acquire(Object, Duration)}.
   *
   * @param ahead whether it goes ahead of those that wait, however many they are: it is a
   *     transaction whose turn it is in the {@link ConflictLane}. It was served before, and so it
   *     came before all of them; and behind it waits the lane, which would get on no faster than
   *     the queue is long
   */
  public CompletableFuture<Lease<C>> acquire(
      @Nullable Object preference, Duration timeout, boolean ahead) {
    Effects effects = new Effects(listener);
    CompletableFuture<Lease<C>> result;
    lock.lock();
    try {
      result = acquire(preference, timeout, ahead, effects);
    } finally {
      lock.unlock();
    }
    effects.run();
    return result;
  }

  private CompletableFuture<Lease<C>> acquire(
      @Nullable Object preference, Duration timeout, boolean ahead, Effects effects) {
    if (closing != null) {
      return refuse(closedException(), effects);
    }
    long now = scheduler.nanoTime();
    TakenHere taken = policy.leakThreshold().isPresent() ? new TakenHere() : null;
    PoolSlot<C> ready = slots.takeIdle(now, connection -> source.suits(connection, preference));
    if (ready != null) {
      effects.tell(to -> to.acquired(Duration.ZERO));
      return CompletableFuture.completedFuture(lease(ready, taken, now, effects));
    }
    closeTooOld(now, effects);
    if (!ahead && waiters.size() >= policy.maxWaiting() + slots.openable()) {
      fill(now, effects);
      return refuse(new PoolBusyException(name, waiters.size(), describe()), effects);
    }
    Waiter<C> waiter = new Waiter<>(preference, timeout, ahead, now, taken, this::forget);
    waiters.add(waiter);
    fill(now, effects);
    alarm.set(waiter.deadline, now, effects);
    return waiter;
  }

  private ClosedException closedException() {
    return new ClosedException("The pool of connections to " + name);
  }

  private CompletableFuture<Lease<C>> refuse(RuntimeException reason, Effects effects) {
    effects.tell(to -> to.acquireFailed(reason, Duration.ZERO));
    return CompletableFuture.failedFuture(reason);
  }

  private void forget(Waiter<C> waiter) {
    lock.lock();
    try {
      waiters.remove(waiter);
    } finally {
      lock.unlock();
    }
  }

  private Lease<C> lease(PoolSlot<C> slot, @Nullable TakenHere taken, long now, Effects effects) {
    Lease<C> lease =
        new Lease<>(slot.connection(), (ended, reusable) -> end(ended, slot, reusable));
    slot.lease = lease;
    slot.taken = taken;
    slot.leasedAt = now;
    if (taken != null) {
      policy
          .leakThreshold()
          .ifPresent(threshold -> alarm.set(now + threshold.toNanos(), now, effects));
    }
    acquired++;
    return lease;
  }

  /** Ends a lease; see {@link Lease#release()} and {@link Lease#discard()}. */
  private boolean end(Lease<C> lease, PoolSlot<C> slot, boolean reusable) {
    Effects effects = new Effects(listener);
    lock.lock();
    try {
      if (slot.lease != lease) {
        return false;
      }
      slot.lease = null;
      slot.taken = null;
      long now = scheduler.nanoTime();
      if (slot.doomed != null) {
        close(slot, slot.doomed, now, effects);
      } else if (!reusable) {
        close(slot, CloseReason.BROKEN, now, effects);
      } else if (slot.isTooOld(now)) {
        close(slot, CloseReason.LIFETIME, now, effects);
      } else {
        slots.retireIfDue(slot, now);
        handOver(slot, now, effects);
      }
      fill(now, effects);
    } finally {
      lock.unlock();
    }
    effects.run();
    return true;
  }

  /** Gives an unused open connection to the first caller in the queue, or keeps it idle. */
  private void handOver(PoolSlot<C> slot, long now, Effects effects) {
    Waiter<C> waiter = waiters.poll();
    if (waiter == null) {
      alarm.set(slots.keep(slot, now), now, effects);
    } else {
      serve(waiter, slot, now, effects);
    }
  }

  private void serve(Waiter<C> waiter, PoolSlot<C> slot, long now, Effects effects) {
    Lease<C> lease = lease(slot, waiter.taken, now, effects);
    Duration waited = Duration.ofNanos(now - waiter.since);
    effects.add(
        () -> {
          if (!waiter.serve(lease)) {
            lease.release(); // it has gone in the meantime
          }
        });
    effects.tell(to -> to.acquired(waited));
  }

  private void fail(Waiter<C> waiter, Throwable failure, long now, Effects effects) {
    Duration waited = Duration.ofNanos(now - waiter.since);
    effects.add(() -> waiter.refuse(failure));
    effects.tell(to -> to.acquireFailed(failure, waited));
  }

  // --- opening

  /**
   * Opens the needed connections that the rate allows, and sets the alarm for those that must wait.
   */
  private void fill(long now, Effects effects) {
    while (closing == null && slots.wantsMore(waiters.size())) {
      long wait = gate.pass(now, slots.opening());
      if (wait != 0) {
        if (wait != OpenGate.NOT_BEFORE_THE_NEXT_OUTCOME) {
          alarm.set(now + wait, now, effects);
        }
        return;
      }
      // The callers before this one have an attempt each already.
      Object preference = waiters.preferenceAt(slots.opening());
      PoolSlot<C> slot = slots.add(now);
      effects.add(() -> open(slot, preference));
    }
    gate.leave();
  }

  private void open(PoolSlot<C> slot, @Nullable Object preference) {
    source.open(
        preference,
        () -> lost(slot),
        connection -> change((now, effects) -> opened(slot, connection, now, effects)),
        failure -> notOpened(slot, preference, failure));
  }

  private void opened(PoolSlot<C> slot, C connection, long now, Effects effects) {
    slots.opened(slot, connection, now);
    opened++;
    Duration took = Duration.ofNanos(now - slot.bornAt);
    effects.tell(to -> to.opened(took));
    if (slot.doomed != CloseReason.LOST) {
      gate.succeeded();
      trouble.succeeded(now, effects);
    } else if (closing == null) {
      endedTooSoon(slot, now, effects);
    }
    if (slot.doomed != null) {
      close(slot, slot.doomed, now, effects);
      return;
    }
    alarm.set(slot.retireAt, now, effects);
    replaceOne(now, effects);
    handOver(slot, now, effects);
  }

  /** A new connection is open, so a retiring one may go: an idle one now, a leased one later. */
  private void replaceOne(long now, Effects effects) {
    PoolSlot<C> old = slots.nextToRetire();
    if (old != null && old.state == PoolSlot.State.IDLE) {
      close(old, CloseReason.LIFETIME, now, effects);
    } else if (old != null) {
      slots.doom(old, CloseReason.LIFETIME);
    }
  }

  private void notOpened(PoolSlot<C> slot, @Nullable Object preference, Throwable failure) {
    ConnectFailureKind kind = source.kindOf(failure);
    change(
        (now, effects) -> {
          if (kind == ConnectFailureKind.TOKEN_EXPIRED && !slot.secondToken && closing == null) {
            slot.secondToken = true;
            Duration wait = Duration.ofNanos(gate.passAgain(now));
            effects.add(() -> openAgain(slot, preference, failure, wait));
          } else {
            notOpened(slot, kind, failure, now, effects);
          }
        });
  }

  private void openAgain(
      PoolSlot<C> slot, @Nullable Object preference, Throwable refusal, Duration wait) {
    if (wait.isZero()) {
      open(slot, preference);
      return;
    }
    scheduler.schedule(
        wait,
        () ->
            change(
                (now, effects) -> {
                  if (closing == null) {
                    effects.add(() -> open(slot, preference));
                  } else {
                    notOpened(slot, ConnectFailureKind.TOKEN_EXPIRED, refusal, now, effects);
                  }
                }));
  }

  private void notOpened(
      PoolSlot<C> slot, ConnectFailureKind kind, Throwable failure, long now, Effects effects) {
    slots.remove(slot);
    openFailures++;
    Duration took = Duration.ofNanos(now - slot.bornAt);
    effects.tell(to -> to.openFailed(failure, took));
    if (closing != null) {
      return;
    }
    if (!slots.mayComeBack()) {
      for (Waiter<C> waiter : concernedBy(kind)) {
        fail(waiter, failure, now, effects);
      }
    }
    // Backs off after every failure, so that repeated refusals do not use up the cluster's logins.
    pause(slot, failure, now, effects);
  }

  /** Takes out the callers that a failure of this kind makes fail. */
  private List<Waiter<C>> concernedBy(ConnectFailureKind kind) {
    return switch (kind) {
      case OVERLOADED, UNREACHABLE -> List.of();
      case LASTING, TOKEN_EXPIRED -> waiters.pollAll();
      case UNEXPECTED -> {
        Waiter<C> first = waiters.poll();
        yield first == null ? List.of() : List.of(first);
      }
    };
  }

  private void pause(PoolSlot<C> slot, Throwable failure, long now, Effects effects) {
    remember(failure, now);
    trouble.failed(failure, waiters.size(), now, effects);
    Duration pause = gate.failed(slot.bornAt, now);
    if (pause != null) {
      effects.tell(to -> to.backoff(pause, failure));
    }
  }

  private void remember(Throwable failure, long now) {
    lastFailure = failure;
    lastFailureAt = now;
  }

  // --- losing and ageing

  private void lost(PoolSlot<C> slot) {
    change(
        (now, effects) -> {
          if (slot.isOpen() && slot.doomed == null && slot.openFor(now) < TOO_SHORT_A_LIFE) {
            endedTooSoon(slot, now, effects);
          }
          switch (slot.state) {
            case IDLE -> close(slot, CloseReason.LOST, now, effects);
            case OPENING -> slots.doom(slot, CloseReason.LOST);
            // The holder may notice late; the pool gives the place to other callers now.
            case LEASED -> abort(slot, CloseReason.LOST, now, effects);
            case GONE -> {} // the pool has closed it itself
          }
        });
  }

  private void endedTooSoon(PoolSlot<C> slot, long now, Effects effects) {
    pause(slot, new EOFException("The connection ended as soon as it was open"), now, effects);
  }

  private void wake(int number) {
    change(
        (now, effects) -> {
          if (alarm.isValid(number) && closing == null) {
            age(now, effects);
          }
        });
  }

  /** Retires connections, closes expired ones, checks idle ones, and times out callers. */
  private void age(long now, Effects effects) {
    slots.retireDue(now);
    closeTooOld(now, effects);
    for (PoolSlot<C> slot = slots.idleTooLong(now); slot != null; slot = slots.idleTooLong(now)) {
      close(slot, CloseReason.IDLE, now, effects);
    }
    for (PoolSlot<C> slot : slots.heldTooLong(now)) {
      report(Duration.ofNanos(now - slot.leasedAt), slot.taken, effects);
      slot.taken = null;
    }
    for (PoolSlot<C> slot : slots.takeUnchecked(now)) {
      effects.add(() -> source.check(slot.connection(), alive -> change(checked(slot, alive))));
    }
    for (Waiter<C> waiter : waiters.late(now)) {
      timeouts++;
      Throwable cause = lastFailureAt - waiter.since >= 0 ? lastFailure : null;
      fail(waiter, new PoolTimeoutException(name, waiter.timeout, describe(), cause), now, effects);
      waiters.remove(waiter);
    }
    long horizon = now + PoolAlarm.LONGEST_SLEEP;
    alarm.set(waiters.nextDeadline(slots.nextDue(horizon)), now, effects);
  }

  private void report(Duration held, @Nullable TakenHere taken, Effects effects) {
    if (taken == null) {
      return;
    }
    effects.add(
        () ->
            LOGGER.log(
                Level.WARNING,
                "A connection to "
                    + name
                    + " has not been given back for "
                    + held
                    + ". If it never is, the pool has one connection less. Check the code after the"
                    + " call below, or raise leakThreshold",
                taken));
    effects.tell(to -> to.heldTooLong(held, taken));
  }

  private Change checked(PoolSlot<C> slot, boolean alive) {
    return (now, effects) -> {
      if (slot.state == PoolSlot.State.GONE) {
        return; // lost or given up meanwhile
      }
      if (!alive) {
        abort(slot, CloseReason.LOST, now, effects);
      } else if (slot.doomed != null) {
        close(slot, slot.doomed, now, effects);
      } else if (waiters.size() > 0 && !slot.isTooOld(now)) {
        handOver(slot, now, effects);
      } else {
        alarm.set(slots.keepOn(slot, now), now, effects);
      }
    };
  }

  private void closeTooOld(long now, Effects effects) {
    for (PoolSlot<C> slot : slots.idleAndTooOld(now)) {
      close(slot, CloseReason.LIFETIME, now, effects);
    }
  }

  /**
   * Gives up all current connections: idle ones now, others when their use ends; none of them is
   * handed out any more. For use when the data they were opened with has changed.
   *
   * @return the number of connections given up
   */
  public int expireConnections() {
    int[] count = new int[1];
    change(
        (now, effects) -> {
          if (closing == null) {
            count[0] = giveUpAll(CloseReason.EXPIRED, now, effects);
          }
        });
    return count[0];
  }

  private int giveUpAll(CloseReason reason, long now, Effects effects) {
    int count = 0;
    for (PoolSlot<C> slot : slots.list()) {
      if (slot.state == PoolSlot.State.IDLE) {
        close(slot, reason, now, effects);
        count++;
      } else if (slots.doom(slot, reason)) {
        count++;
      }
    }
    return count;
  }

  // --- closing

  /** Closes an unused connection in order. */
  private void close(PoolSlot<C> slot, CloseReason reason, long now, Effects effects) {
    C connection = remove(slot, reason, now, effects);
    effects.add(() -> source.close(connection, this::ended));
  }

  /** Cuts a connection that is broken or still in use. */
  private void abort(PoolSlot<C> slot, CloseReason reason, long now, Effects effects) {
    C connection = remove(slot, reason, now, effects);
    effects.add(() -> source.abort(connection, this::ended));
  }

  private C remove(PoolSlot<C> slot, CloseReason reason, long now, Effects effects) {
    slots.remove(slot);
    closed++;
    closesUnderWay++;
    Duration age = Duration.ofNanos(now - slot.bornAt);
    effects.tell(to -> to.closed(reason, age));
    return slot.connection();
  }

  private void ended() {
    change((now, effects) -> closesUnderWay--);
  }

  /**
   * Closes the pool. Waiting callers fail, and idle connections are closed. Connections in use are
   * closed when they come back, or when the grace period is over; then their statements fail. A
   * second call can only shorten the grace period.
   *
   * @param grace the time that connections in use may stay open; none if it is zero or less
   * @return completes when every connection is closed; it does not wait for one that is still being
   *     opened at the end of the grace period, which is closed as soon as it is open
   */
  public CompletableFuture<Void> close(Duration grace) {
    CompletableFuture<Void> result = new CompletableFuture<>();
    change(
        (now, effects) -> {
          if (closing == null) {
            closing = new CompletableFuture<>();
            for (Waiter<C> waiter : waiters.pollAll()) {
              fail(waiter, closedException(), now, effects);
            }
            giveUpAll(CloseReason.POOL_CLOSED, now, effects);
          }
          CompletableFuture<Void> all = closing;
          effects.add(
              () -> {
                var unused = all.whenComplete((done, failure) -> result.complete(null));
              });
          Duration wait = Times.bounded(grace);
          if (wait.isZero()) {
            abort(now, effects);
          } else if (slots.size() > 0) {
            // Not behind the callbacks of those that fail here.
            effects.addFirst(() -> scheduler.schedule(wait, () -> change(this::abort)));
          }
        });
    return result;
  }

  private void abort(long now, Effects effects) {
    aborting = true;
    for (PoolSlot<C> slot : slots.list()) {
      if (slot.isOpen()) {
        abort(slot, CloseReason.POOL_CLOSED, now, effects);
      }
    }
  }

  private void completeClosing(Effects effects) {
    CompletableFuture<Void> all = closing;
    if (all != null && closesUnderWay == 0 && slots.size() == (aborting ? slots.opening() : 0)) {
      effects.add(() -> all.complete(null));
    }
  }

  // --- looking at it

  /** Returns the state of the pool at this moment, and its counters. */
  public PoolStats stats() {
    lock.lock();
    try {
      return PoolStats.builder()
          .idle(slots.idle())
          .leased(slots.open() - slots.idle())
          .opening(slots.opening())
          .retiring(slots.leaving())
          .waiting(waiters.size())
          .opened(opened)
          .closed(closed)
          .openFailures(openFailures)
          .acquired(acquired)
          .timeouts(timeouts)
          .build();
    } finally {
      lock.unlock();
    }
  }

  /** Makes a conflict lane for this pool's transactions, on its clock. */
  public ConflictLane conflictLane() {
    return new ConflictLane(scheduler, listener, () -> ThreadLocalRandom.current().nextLong());
  }

  /** The listener that hears of this pool's events. */
  public PoolListener listener() {
    return listener;
  }

  /** The settings of this pool. */
  public PoolPolicy policy() {
    return policy;
  }

  /** Its endpoint and state. */
  @Override
  public String toString() {
    lock.lock();
    try {
      return "AsyncPool[" + name + ", " + describe() + "]";
    } finally {
      lock.unlock();
    }
  }

  private String describe() {
    return (slots.open() - slots.idle())
        + " of at most "
        + policy.maxSize()
        + " connections in use, "
        + slots.opening()
        + " being opened, "
        + waiters.size()
        + " waiting";
  }

  /** A change of the state. */
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
      fill(now, effects);
      readiness.look(slots.open(), closing == null ? null : closedException(), effects);
      completeClosing(effects);
    } finally {
      lock.unlock();
    }
    effects.run();
  }
}
