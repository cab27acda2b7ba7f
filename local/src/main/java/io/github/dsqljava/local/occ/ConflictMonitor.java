package io.github.dsqljava.local.occ;

import static java.util.Comparator.comparing;

import io.github.dsqljava.local.occ.Interruption.Leave;
import io.github.dsqljava.local.postgres.SystemConnection;
import io.github.dsqljava.local.postgres.Threads;
import java.io.IOException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;

/**
 * Detects that a session waits for another one's lock, and makes the other one give way. Sleeps
 * while at most one session is active. Queries PostgreSQL only while a statement runs longer than
 * most, or while a session of dsql-local itself may wait.
 */
final class ConflictMonitor implements Runnable {
  private static final System.Logger LOG = System.getLogger(ConflictMonitor.class.getName());

  /** The period of its checks. A wait for a lock costs a session about half of this. */
  private static final long PERIOD_NANOS = 1_000_000;

  /** Shorter statements are not suspected of waiting. */
  private static final long SUSPICIOUS_NANOS = 1_000_000;

  /** The time that a blocking statement may run before it is cancelled. */
  private static final long PATIENCE_NANOS = 10_000_000;

  /** The time from the last moment with two active sessions to the monitor's sleep. */
  private static final long ASLEEP_AFTER_NANOS = 100_000_000;

  /** The pause after an unexpected error. */
  private static final long PAUSE_NANOS = 100_000_000;

  private static final long LEAVE_LIMIT_MILLIS = 1000;

  /** The maximum age of {@link Contention#logPosition} while several sessions are active. */
  private static final long LOG_PERIOD_NANOS = 10_000_000;

  /** The same for a session that is alone. */
  private static final long LONE_LOG_PERIOD_NANOS = 200_000_000;

  private static final String LOG_POSITION = "SELECT pg_catalog.pg_current_wal_insert_lsn()";

  /**
   * Lists only locks that sessions hold for a transaction. Others, such as the one on the end of a
   * file, last for an instant.
   */
  private static final String WAITING =
      "SELECT pid, pg_catalog.array_to_string(pg_catalog.pg_blocking_pids(pid), ' ')"
          + " FROM (SELECT DISTINCT pid FROM pg_catalog.pg_locks WHERE NOT granted"
          + " AND locktype IN ('relation', 'object', 'tuple', 'transactionid', 'virtualxid',"
          + " 'speculative token'))"
          + " AS waiting";

  private final SystemConnection.Opener reopening;
  private volatile SystemConnection connection;
  private final Contention contention;
  private final Thread thread;
  private volatile boolean closed;
  private long lookedAtLog = System.nanoTime() - LONE_LOG_PERIOD_NANOS;

  /** Whether the monitor sleeps and needs {@link #wake}. */
  private volatile boolean asleep;

  @SuppressWarnings("this-escape")
  ConflictMonitor(
      SystemConnection connection, SystemConnection.Opener reopening, InstantSource clock) {
    this.connection = connection;
    this.reopening = reopening;
    this.thread = new Thread(this, "dsql-local-conflicts");
    this.contention = new Contention(this::wake, clock);
    thread.setDaemon(true);
  }

  Contention contention() {
    return contention;
  }

  void start() {
    thread.start();
  }

  @Override
  public void run() {
    while (!closed) {
      try {
        watch();
      } catch (SystemConnection.RefusedException | RuntimeException e) {
        // No other thread ends a wait for a lock, so the monitor must keep running.
        LOG.log(System.Logger.Level.WARNING, "resolving conflicts failed; trying again", e);
        LockSupport.parkNanos(this, PAUSE_NANOS);
      } catch (IOException e) {
        reconnect(e);
      }
    }
  }

  private void watch() throws IOException {
    long needed = System.nanoTime();
    while (!closed) {
      if (contention.active() >= 2) {
        needed = System.nanoTime();
      } else if (System.nanoTime() - needed > ASLEEP_AFTER_NANOS) {
        sleep();
        needed = System.nanoTime();
      }
      LockSupport.parkNanos(this, PERIOD_NANOS);
      if (contention.active() >= 2) {
        lookAtLog(LOG_PERIOD_NANOS);
        Map<Participant, Seen> before = sessions();
        if (contention.hasOutsiders() || isSuspicious(before)) {
          resolve(waiting(), before);
        }
      }
    }
  }

  /**
   * Sleeps until a second session is active. Either this thread sees that session, or {@link #wake}
   * sees that the thread sleeps.
   */
  private void sleep() throws IOException {
    asleep = true;
    while (contention.active() < 2 && !closed) {
      LockSupport.parkNanos(this, LONE_LOG_PERIOD_NANOS);
      if (contention.active() > 0) {
        lookAtLog(LONE_LOG_PERIOD_NANOS);
      }
    }
    asleep = false;
  }

  private void lookAtLog(long period) throws IOException {
    long now = System.nanoTime();
    if (now - lookedAtLog >= period) {
      contention.logPosition(connection.query(LOG_POSITION).get(0).get(0));
      lookedAtLog = now;
    }
  }

  /**
   * Unparks the thread only while it sleeps, because an unpark costs as much as a short statement.
   */
  private void wake() {
    if (asleep) {
      LockSupport.unpark(thread);
    }
  }

  private void reconnect(IOException cause) {
    if (closed) {
      return;
    }
    LOG.log(System.Logger.Level.WARNING, "conflicts wait for a new connection", cause);
    connection.close();
    LockSupport.parkNanos(this, PAUSE_NANOS);
    try {
      connection = reopening.open();
    } catch (IOException e) {
      return; // and the old connection fails again
    }
    if (closed) {
      connection.close();
    }
  }

  /**
   * The state of a session before the monitor queries PostgreSQL. PostgreSQL's answer says nothing
   * about later statements.
   *
   * @param busySince 0 if it runs nothing
   */
  private record Seen(long busySince, int concessions) {
    boolean isBusyFor(long nanos, long now) {
      return busySince != 0 && now - busySince > nanos;
    }
  }

  private Map<Participant, Seen> sessions() {
    Map<Participant, Seen> sessions = new HashMap<>();
    for (Participant session : contention.sessions()) {
      sessions.put(session, new Seen(session.interruption().busySince(), session.concessions()));
    }
    return sessions;
  }

  private static boolean isSuspicious(Map<Participant, Seen> sessions) {
    long now = System.nanoTime();
    return sessions.values().stream().anyMatch(seen -> seen.isBusyFor(SUSPICIOUS_NANOS, now));
  }

  private WaitGraph waiting() throws IOException {
    Map<Integer, Set<Integer>> blockers = new HashMap<>();
    for (List<String> row : connection.query(WAITING)) {
      Set<Integer> pids = new HashSet<>();
      for (String pid : row.get(1).split(" ")) {
        if (!pid.isEmpty()) {
          pids.add(Integer.parseInt(pid));
        }
      }
      blockers.put(Integer.parseInt(row.get(0)), pids);
    }
    return new WaitGraph(blockers);
  }

  private void resolve(WaitGraph graph, Map<Participant, Seen> sessions) throws IOException {
    for (int pid : graph.blockers().keySet()) {
      Participant waiting = contention.session(pid);
      Seen seen = waiting == null ? null : sessions.get(waiting);
      if (waiting != null && seen != null && seen.busySince != 0) {
        waiting.interruption().noteWait(seen.busySince);
      }
    }
    long now = System.nanoTime();
    for (int pid : graph.blocking()) {
      Participant blocking = contention.session(pid);
      Seen seen = blocking == null ? null : sessions.get(blocking);
      if (blocking == null || seen == null) {
        continue;
      }
      blocking.requestYield(seen.concessions);
      if (!graph.waits(pid)
          && seen.isBusyFor(PATIENCE_NANOS, now)
          && blocking.interruption().leave() == Leave.TO_SET_OTHERS_FREE) {
        cancel(blocking, seen.busySince);
      }
    }
    breakCircle(graph, sessions);
  }

  /** Cancels one member of a circle of waits at a time, because that may free the others. */
  private void breakCircle(WaitGraph graph, Map<Participant, Seen> sessions) throws IOException {
    List<Participant> members = new ArrayList<>();
    for (int pid : graph.inCircles()) {
      Participant member = contention.session(pid);
      Seen seen = member == null ? null : sessions.get(member);
      if (member != null && seen != null && seen.busySince != 0) {
        members.add(member);
      }
    }
    if (members.isEmpty()) {
      return;
    }
    // Prefers a statement to a commit: it continues without locks, so it joins no new circle.
    Participant victim =
        Collections.max(members, comparing(member -> member.interruption().leave()));
    Seen seen = sessions.get(victim);
    if (seen != null) {
      cancel(victim, seen.busySince);
    }
  }

  private void cancel(Participant session, long since) throws IOException {
    if (!hasLeave(session, since)) {
      return;
    }
    try {
      // After the query, the signal is sent, and PostgreSQL handles it before the next message.
      connection.query("SELECT pg_catalog.pg_cancel_backend(" + session.pid() + ")");
    } finally {
      session.interruption().delivered(session::pump);
    }
  }

  private static boolean hasLeave(Participant session, long since) {
    CompletableFuture<Boolean> leave = session.interruption().prepare(since);
    try {
      leave.get(LEAVE_LIMIT_MILLIS, TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (ExecutionException | TimeoutException e) {
      // The session has not answered in time; the monitor withdraws its request.
    }
    leave.complete(false);
    return leave.join();
  }

  /** Returns when the thread has ended. */
  void close() {
    closed = true;
    connection.close();
    LockSupport.unpark(thread);
    Threads.awaitEnd(thread);
  }
}
