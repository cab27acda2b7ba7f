package io.github.dsqljava.local.occ;

import io.github.dsqljava.local.dialect.Trait;
import io.github.dsqljava.local.dialect.TransactionEffect;
import io.github.dsqljava.local.request.Group;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Collection;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * The state that the sessions of a cluster share. It tells a session when no other one can be in
 * the way, so that a lone session pays nothing. Thread-safe.
 *
 * <p>A lone session sends its statements <em>unguarded</em>: no savepoint or transaction of
 * dsql-local protects them. It first registers the statement, then checks that it is alone. A
 * session that becomes active first registers itself, then looks for unguarded statements. So of
 * two sessions at least one sees the other.
 */
public final class Contention {
  /** The longest wait for other sessions' unguarded statements. */
  public static final Duration PATIENCE = Duration.ofMillis(20);

  private final CommitHistory history = new CommitHistory();
  private final OccCalls calls = OccCalls.withNewPassword();
  private final InstantSource clock;
  private final Map<Integer, Participant> sessions = new ConcurrentHashMap<>();
  private final AtomicInteger active = new AtomicInteger();
  private final AtomicInteger outsiders = new AtomicInteger();
  private final AtomicLong epoch = new AtomicLong();
  private final AtomicInteger unguarded = new AtomicInteger();
  private final Queue<Runnable> waiting = new ConcurrentLinkedQueue<>();
  private final Runnable secondOneActive;
  private volatile boolean foreignKeys;
  private volatile boolean functions;
  private volatile String logPosition = "";
  private volatile Runnable schemaChanges = () -> {};

  /**
   * @param secondOneActive called whenever a session gets active while another one is; must not
   *     block
   * @param clock by which transactions age
   */
  public Contention(Runnable secondOneActive, InstantSource clock) {
    this.clock = clock;
    this.secondOneActive = secondOneActive;
  }

  /** Returns the commits with which transactions may conflict. */
  public CommitHistory history() {
    return history;
  }

  /** Returns the calls of our functions in PostgreSQL. */
  OccCalls calls() {
    return calls;
  }

  /** A session begins. */
  public void add(Participant session) {
    sessions.put(session.pid(), session);
  }

  /** A session is over. */
  public void remove(Participant session) {
    sessions.remove(session.pid(), session);
  }

  @Nullable Participant session(int pid) {
    return sessions.get(pid);
  }

  Collection<Participant> sessions() {
    return sessions.values();
  }

  /** A session runs a statement or has a transaction open. */
  public void activated() {
    if (active.incrementAndGet() > 1) {
      secondOneActive.run();
    }
  }

  /** The session is idle again; it may have committed something. */
  public void deactivated() {
    epoch.incrementAndGet();
    active.decrementAndGet();
  }

  /** A session of dsql-local itself, which {@link #sessions} does not list, may wait for locks. */
  void outsiderBegins() {
    outsiders.incrementAndGet();
    activated();
  }

  void outsiderEnds() {
    deactivated();
    outsiders.decrementAndGet();
  }

  boolean hasOutsiders() {
    return outsiders.get() > 0;
  }

  /** Returns the number of active sessions. */
  public int active() {
    return active.get();
  }

  /**
   * Whether another session may be in the way of a statement sent now, or has been since the
   * transaction began.
   *
   * @param running the transaction; null outside of one
   * @param active whether the session that asks counts as active
   */
  public boolean isContended(@Nullable Transaction running, boolean active) {
    return active() > (active ? 1 : 0) || (running != null && epoch() != running.epoch());
  }

  /**
   * Returns a recent position of PostgreSQL's write-ahead log; empty if none is known. The monitor
   * updates it, so that no transaction has to query it.
   */
  String logPosition() {
    return logPosition;
  }

  void logPosition(String reached) {
    logPosition = reached;
  }

  /** Changes whenever anything may have been committed. */
  long epoch() {
    return epoch.get();
  }

  /**
   * Begins a transaction.
   *
   * @param implicit whether the session, not the client, begins it
   */
  public Transaction transaction(boolean implicit) {
    return new Transaction(epoch(), logPosition, clock.instant(), implicit);
  }

  /** A statement is sent unguarded. */
  public void beginUnguarded() {
    unguarded.incrementAndGet();
  }

  /**
   * Whether a transaction has certainly changed and locked nothing so far, so that it loses nothing
   * by going back to {@link Transaction#BASE}.
   */
  public boolean hasOnlyRead(Transaction running) {
    return running.hasOnlyRead() && (!running.hasExecuted() || !hasFunctions());
  }

  /** Whether a group certainly changes, locks and sets nothing. */
  public boolean onlyReads(Group group) {
    return group.effect() == TransactionEffect.NONE
        && !group.has(Trait.CHANGES_ROWS)
        && !group.has(Trait.LOCKS_ROWS)
        && !group.has(Trait.SETS)
        && !group.has(Trait.MAY_SET)
        && !hasFunctions();
  }

  /** The answer to an unguarded statement has come. */
  public void endUnguarded() {
    if (unguarded.decrementAndGet() == 0) {
      for (Runnable task = waiting.poll(); task != null; task = waiting.poll()) {
        task.run();
      }
    }
  }

  /** Returns the number of statements that run unguarded now. */
  public int unguarded() {
    return unguarded.get();
  }

  /**
   * Runs a task once, as soon as no statement runs unguarded.
   *
   * @param task must not block; on any thread
   */
  public void whenGuarded(Runnable task) {
    waiting.add(task);
    if (unguarded.get() == 0 && waiting.remove(task)) {
      task.run();
    }
  }

  /**
   * Sets the task to call after each commit by which a client may have changed the schema.
   *
   * @param task must not block; on any thread
   */
  public void whenSchemaChanges(Runnable task) {
    schemaChanges = task;
  }

  /** A client has committed a possible change of the schema. */
  public void schemaChanged() {
    schemaChanges.run();
  }

  /**
   * Whether there is a foreign key, so that a change of one row may lock another one. Once there
   * was one, it stays true.
   */
  public boolean hasForeignKeys() {
    return foreignKeys;
  }

  /** There is a foreign key. */
  public void foreignKeyAdded() {
    foreignKeys = true;
  }

  /**
   * Whether a plain query may change or lock rows, because there is a client's function or a view
   * that locks rows. Once there was one, it stays true.
   */
  public boolean hasFunctions() {
    return functions;
  }

  /** There is a client's function, or a view that locks rows. */
  public void functionAdded() {
    functions = true;
  }

  /**
   * Whether a statement or a transaction may lock rows, or change some and so lock those that they
   * refer to.
   *
   * @param locks whether its text has a locking clause
   * @param changes whether its text changes rows
   */
  public boolean mayLock(boolean locks, boolean changes) {
    return locks || (changes && hasForeignKeys()) || hasFunctions();
  }
}
