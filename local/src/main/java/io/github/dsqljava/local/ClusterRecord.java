package io.github.dsqljava.local;

import io.github.dsqljava.local.journal.Journal;
import io.github.dsqljava.local.journal.RecordedStatement;
import io.github.dsqljava.local.journal.RefusedLogin;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Predicate;

/**
 * The record of a cluster: statements with their answers, and refused logins.
 *
 * <pre>{@code
 * cluster.record().start();
 * // ... the code under test connects, and works
 * List<RecordedStatement> seen = cluster.record().awaitStatements(3, Duration.ofSeconds(10));
 * assertThat(cluster.record().conflicts()).hasSize(1);
 * }</pre>
 *
 * <p>It is off until {@link #start} or {@link DsqlLocalBuilder#record}, and costs nothing while it
 * is off. It records a connection that logs in while it is on, and no older one.
 *
 * <p>A statement stands in the record before its client gets the answer, so a test that has the
 * answer finds the statement here. Statements of one connection are in the order in which they were
 * sent, those of several in the order of their answers. Empty statements are left out. A syntax
 * error in a Query with several statements belongs to the first of them. An error after the answer
 * to the last statement, from the COMMIT of its implicit transaction, is an entry of its own with
 * that statement's text.
 *
 * <p>It keeps the newest {@value #MAX_ENTRIES} statements, with no more than {@value
 * #MAX_CHARACTERS} characters of text, and the newest {@value #MAX_ENTRIES} refused logins.
 *
 * <p>Thread-safe. Nothing here blocks but {@link #awaitStatements}.
 */
public final class ClusterRecord {
  static final int MAX_ENTRIES = 10_000;
  static final int MAX_CHARACTERS = 16 * 1024 * 1024;

  private record Waiter(long number, CompletableFuture<List<RecordedStatement>> future) {}

  private final Deque<RecordedStatement> statements = new ArrayDeque<>();
  private final Deque<RefusedLogin> logins = new ArrayDeque<>();
  private final List<Waiter> waiters = new ArrayList<>();
  private final Journal journal = new Entries();
  private long characters;
  private long dropped;
  private volatile boolean on;

  ClusterRecord(boolean on) {
    this.on = on;
  }

  Journal journal() {
    return journal;
  }

  /** Turns the record on for connections that log in from now on. */
  public void start() {
    on = true;
  }

  /** Turns the record off. Its entries stay. */
  public void stop() {
    on = false;
  }

  /** Empties the record. */
  public synchronized void clear() {
    statements.clear();
    logins.clear();
    characters = 0;
    dropped = 0;
  }

  /** Returns the statements that have been answered, or never will be. */
  public synchronized List<RecordedStatement> statements() {
    return List.copyOf(statements);
  }

  /** Returns the statements that were answered with SQLSTATE 40001. */
  public List<RecordedStatement> conflicts() {
    return statements(RecordedStatement::isConflict);
  }

  /** Returns those of them that were answered with a conflict of one kind. */
  public List<RecordedStatement> conflicts(CommitConflict kind) {
    String code =
        switch (kind) {
          case DATA -> "(OC000)";
          case SCHEMA -> "(OC001)";
        };
    return statements(statement -> statement.isConflict() && statement.message().contains(code));
  }

  /** Returns the statements that were refused: SQLSTATE 0A000 and those of class 54. */
  public List<RecordedStatement> refusals() {
    return statements(RecordedStatement::isRefusal);
  }

  private List<RecordedStatement> statements(Predicate<RecordedStatement> which) {
    return statements().stream().filter(which).toList();
  }

  /** Returns the logins that were answered with an error. */
  public synchronized List<RefusedLogin> refusedLogins() {
    return List.copyOf(logins);
  }

  /** Returns the number of statements that newer ones have displaced. */
  public synchronized long dropped() {
    return dropped;
  }

  /**
   * Returns a future of {@link #statements} that completes after this number of statements since
   * the start or the last {@link #clear}. It completes in the common pool.
   */
  public synchronized CompletableFuture<List<RecordedStatement>> whenStatements(int count) {
    var future = new CompletableFuture<List<RecordedStatement>>();
    waiters.add(new Waiter(count, future));
    completeWaiters();
    return future;
  }

  /**
   * Waits for this number of statements since the start or the last {@link #clear}.
   *
   * @return all statements that are in the record then
   * @throws TimeoutException if it takes too long; its message names the recorded statements
   */
  public List<RecordedStatement> awaitStatements(int count, Duration timeout)
      throws InterruptedException, TimeoutException {
    CompletableFuture<List<RecordedStatement>> future = whenStatements(count);
    try {
      return future.get(timeout.toNanos(), TimeUnit.NANOSECONDS);
    } catch (ExecutionException e) {
      throw new IllegalStateException(e.getCause());
    } catch (TimeoutException e) {
      List<RecordedStatement> seen = statements();
      var late =
          new TimeoutException(
              "not "
                  + count
                  + " statements within "
                  + timeout
                  + ", but "
                  + seen.size()
                  + ": "
                  + seen);
      late.initCause(e);
      throw late;
    } finally {
      forget(future);
    }
  }

  private synchronized void forget(CompletableFuture<?> future) {
    waiters.removeIf(waiter -> waiter.future == future);
  }

  @SuppressWarnings("FutureReturnValueIgnored") // it is the same future
  private void completeWaiters() {
    long seen = dropped + statements.size();
    Iterator<Waiter> all = waiters.iterator();
    while (all.hasNext()) {
      Waiter waiter = all.next();
      if (waiter.number <= seen) {
        all.remove();
        List<RecordedStatement> now = statements();
        waiter.future.completeAsync(() -> now);
      }
    }
  }

  private synchronized void add(RecordedStatement statement) {
    statements.addLast(statement);
    characters += statement.sql().length();
    while (statements.size() > MAX_ENTRIES || characters > MAX_CHARACTERS) {
      characters -= statements.removeFirst().sql().length();
      dropped++;
    }
    completeWaiters();
  }

  private synchronized void add(RefusedLogin login) {
    logins.addLast(login);
    if (logins.size() > MAX_ENTRIES) {
      logins.removeFirst();
    }
  }

  /** Shows the number of entries. */
  @Override
  public synchronized String toString() {
    return "ClusterRecord["
        + (on ? "on" : "off")
        + ", "
        + statements.size()
        + " statements, "
        + logins.size()
        + " refused logins, "
        + dropped
        + " dropped]";
  }

  private final class Entries implements Journal {
    @Override
    public boolean isOn() {
      return on;
    }

    @Override
    public void add(RecordedStatement statement) {
      if (on) {
        ClusterRecord.this.add(statement);
      }
    }

    @Override
    public void add(RefusedLogin login) {
      if (on) {
        ClusterRecord.this.add(login);
      }
    }
  }
}
