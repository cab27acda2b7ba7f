package io.github.dsqljava.local.session;

import io.github.dsqljava.local.occ.CommitHistory;
import java.time.Duration;
import java.util.Collection;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * What the sessions of a cluster know of one another: enough to tell when nobody else can be in the
 * way, so that whoever is alone pays nothing. Thread-safe.
 *
 * <p>A session that is alone sends its statements <em>unguarded</em>. It says so first, and looks
 * whether it is alone after that; a session that gets active says so first, and looks for unguarded
 * statements after that. So of two at least one sees the other.
 */
final class Contention {
  /** How long what somebody has sent unguarded is waited for. */
  static final Duration PATIENCE = Duration.ofMillis(20);

  final CommitHistory history = new CommitHistory();
  final Terms terms;

  /** Counts the changes of the catalog that were committed. */
  final AtomicLong catalogVersion = new AtomicLong();

  private final Map<Integer, Session> sessions = new ConcurrentHashMap<>();
  private final AtomicInteger active = new AtomicInteger();
  private final AtomicInteger outsiders = new AtomicInteger();
  private final AtomicLong epoch = new AtomicLong();
  private final AtomicInteger unguarded = new AtomicInteger();
  private final Queue<Runnable> waiting = new ConcurrentLinkedQueue<>();
  private final Runnable secondOneActive;
  private volatile boolean foreignKeys;
  private volatile Runnable schemaChanges = () -> {};

  /**
   * @param secondOneActive called whenever a session gets active while another one is; must not
   *     block
   */
  Contention(Runnable secondOneActive, Terms terms) {
    this.terms = terms;
    this.secondOneActive = secondOneActive;
  }

  void add(Session session) {
    sessions.put(session.pid(), session);
  }

  void remove(Session session) {
    sessions.remove(session.pid(), session);
  }

  @Nullable Session session(int pid) {
    return sessions.get(pid);
  }

  Collection<Session> sessions() {
    return sessions.values();
  }

  /** A session runs a statement or has a transaction open. */
  void activated() {
    if (active.incrementAndGet() > 1) {
      secondOneActive.run();
    }
  }

  /** It does not any more; something may have been committed. */
  void deactivated() {
    epoch.incrementAndGet();
    active.decrementAndGet();
  }

  /** A session of the cluster's own, which {@link #sessions} does not know, may wait for locks. */
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

  int active() {
    return active.get();
  }

  /** Changes whenever anything may have been committed. */
  long epoch() {
    return epoch.get();
  }

  /**
   * @param implicit whether it is ours
   */
  Transaction transaction(boolean implicit) {
    return new Transaction(epoch(), terms.clock().instant(), implicit);
  }

  void beginUnguarded() {
    unguarded.incrementAndGet();
  }

  void endUnguarded() {
    if (unguarded.decrementAndGet() == 0) {
      for (Runnable task = waiting.poll(); task != null; task = waiting.poll()) {
        task.run();
      }
    }
  }

  /** How many statements run unguarded now. */
  int unguarded() {
    return unguarded.get();
  }

  /**
   * Calls back once, as soon as nothing runs unguarded.
   *
   * @param task must not block; on any thread
   */
  void whenGuarded(Runnable task) {
    waiting.add(task);
    if (unguarded.get() == 0 && waiting.remove(task)) {
      task.run();
    }
  }

  /**
   * Sets what is called whenever a client may have changed the schema, and has committed that.
   *
   * @param task must not block; on any thread
   */
  void whenSchemaChanges(Runnable task) {
    schemaChanges = task;
  }

  void schemaChanged() {
    schemaChanges.run();
  }

  /**
   * Whether there is a foreign key, so that a change of one row may lock another one. Once there
   * was one, it stays true.
   */
  boolean hasForeignKeys() {
    return foreignKeys;
  }

  void foreignKeyAdded() {
    foreignKeys = true;
  }
}
