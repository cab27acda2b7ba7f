package io.github.dsqljava.local.jobs;

import io.github.dsqljava.local.occ.OptimisticConcurrency;
import io.github.dsqljava.local.postgres.SystemConnection;
import io.github.dsqljava.local.postgres.Threads;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Runs the asynchronous jobs of a cluster, one after the other, on a thread and a PostgreSQL
 * session of its own. {@code jobs.sql} defines the jobs and their work; this class decides when
 * they run.
 *
 * <p>A job is submitted for the first half of the delay and processing for the second. The service
 * has both states; their proportion is unknown. A test may stop the clock or move it by hand, so
 * the thread looks for due work every tenth of a second while a job is open.
 *
 * <p>Jobs are rows of the database, so an open job continues when a cluster is started again on the
 * same data. Thread-safe.
 */
public final class Jobs implements AutoCloseable, Runnable {
  /**
   * The default duration of a job: the shortest one observed on the service, even for an empty
   * table. The service may take 30 seconds.
   */
  public static final Duration DEFAULT_DELAY = Duration.ofSeconds(2);

  /**
   * The period of the search for tables that need ANALYZE: that of PostgreSQL's autovacuum
   * (autovacuum_naptime). The service's period is unknown.
   */
  public static final Duration ANALYZE_PERIOD = Duration.ofMinutes(1);

  private static final System.Logger LOG = System.getLogger(Jobs.class.getName());

  /** The service forgets finished jobs after some 30 minutes. */
  private static final Duration KEPT = Duration.ofMinutes(30);

  private static final String OLDEST =
      "SELECT floor(extract(epoch FROM min(update_time)) * 1000)::bigint FROM dsql_internal.jobs"
          + " WHERE status IN ('completed', 'failed')";

  private static final long OPEN_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

  /** The pause of a blocked job, so that sessions queued behind it get ahead. */
  private static final long POSTPONED_NANOS = TimeUnit.SECONDS.toNanos(1);

  private static final long KEPT_NANOS = TimeUnit.SECONDS.toNanos(1);

  /** The pause after an unexpected error. */
  private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

  /** The lock timeout of the first try, during which no session is asked to give way. */
  private static final int FIRST_TRY_MILLIS = 5;

  /**
   * The lock timeout of the second try. Sessions that want the same table may queue behind the job
   * for this long.
   */
  private static final int SECOND_TRY_MILLIS = 200;

  private final OptimisticConcurrency cluster;
  private final SystemConnection.Opener connections;
  private final InstantSource clock;
  private final Duration delay;
  private final long analyzeNanos;
  private final Thread thread;

  private volatile SystemConnection connection;

  /** The time from which there may be new jobs; null if there are none. */
  private final AtomicReference<@Nullable Instant> woken = new AtomicReference<>();

  private volatile boolean closed;

  /** The jobs that are not finished. */
  private List<Job> open = List.of();

  /** The time at which the oldest finished job is deleted; null if none is finished. */
  private @Nullable Instant forgetAt;

  /** The jobs that another session blocked, with the {@link System#nanoTime} of their next try. */
  private final Map<String, Long> postponed = new HashMap<>();

  private long analyzedAt = System.nanoTime();

  @SuppressWarnings("this-escape")
  private Jobs(
      OptimisticConcurrency cluster,
      SystemConnection.Opener connections,
      SystemConnection connection,
      InstantSource clock,
      Duration delay,
      Duration analyzePeriod) {
    this.cluster = cluster;
    this.connections = connections;
    this.connection = connection;
    this.clock = clock;
    this.delay = delay;
    this.analyzeNanos = analyzePeriod.toNanos();
    this.thread = new Thread(this, "dsql-local-jobs");
    thread.setDaemon(true);
  }

  /**
   * Prepares PostgreSQL and begins to run jobs. Has to be called before the first client comes.
   * Blocks for some milliseconds.
   *
   * @param connections open connections of PostgreSQL's superuser
   * @param clock measures the delay, and gives the times in {@code sys.jobs}
   * @param delay duration of a job, from the commit of its statement
   * @param analyzePeriod period of the search for tables that need ANALYZE, in real time
   */
  public static Jobs start(
      OptimisticConcurrency cluster,
      SystemConnection.Opener connections,
      InstantSource clock,
      Duration delay,
      Duration analyzePeriod)
      throws IOException {
    SystemConnection connection = connections.open();
    try (InputStream script = Jobs.class.getResourceAsStream("jobs.sql")) {
      prepare(connection);
      connection.run(Objects.requireNonNull(script, "jobs.sql"));
    } catch (IOException | RuntimeException e) {
      connection.close();
      throw e;
    }
    Jobs jobs = new Jobs(cluster, connections, connection, clock, delay, analyzePeriod);
    jobs.wake(); // there may be some of an earlier run
    cluster.contention().whenSchemaChanges(jobs::wake);
    jobs.thread.start();
    return jobs;
  }

  /**
   * Lets a job see the changes that it waited for (read committed). Keeps its work if PostgreSQL
   * has to recover after the death of one of its processes (synchronous commit).
   */
  private static void prepare(SystemConnection connection) throws IOException {
    connection.query("SET default_transaction_isolation = 'read committed'");
    connection.query("SET synchronous_commit = on");
    connection.query("SET search_path = pg_catalog");
  }

  /** Reads the clock now, because the client may move it after its answer. */
  private void wake() {
    woken.compareAndSet(null, clock.instant());
    LockSupport.unpark(thread);
  }

  @Override
  public void run() {
    while (!closed) {
      try {
        step();
      } catch (SystemConnection.RefusedException | RuntimeException e) {
        LOG.log(System.Logger.Level.WARNING, "running the jobs failed; trying again", e);
        woken.compareAndSet(null, clock.instant());
        LockSupport.parkNanos(this, PAUSE_NANOS);
      } catch (IOException e) {
        reconnect(e);
      }
    }
  }

  private void step() throws IOException {
    if (System.nanoTime() - analyzedAt >= analyzeNanos) {
      analyzedAt = System.nanoTime();
      one("SELECT dsql_internal.job_find_tables_to_analyze()");
      woken.compareAndSet(null, clock.instant()); // also finds jobs without a wake-up
    }
    Instant since = woken.getAndSet(null);
    if (since != null) {
      begin(since);
      look();
    }
    Instant now = clock.instant();
    boolean changed = false;
    for (Job job : open) {
      changed |= advance(job, now);
    }
    if (forgetAt != null && !now.isBefore(forgetAt)) {
      connection.query(
          "DELETE FROM dsql_internal.jobs WHERE status IN ('completed', 'failed')"
              + " AND update_time <= "
              + literal(now.minus(KEPT)));
      changed = true;
    }
    if (changed) {
      look();
    }
    if (woken.get() == null && !closed) {
      LockSupport.parkNanos(this, pause());
    }
  }

  /** Sets the start time of new jobs. */
  private void begin(Instant since) throws IOException {
    connection.query(
        "UPDATE dsql_internal.jobs SET start_time = "
            + literal(since)
            + ", update_time = "
            + literal(since)
            + " WHERE start_time IS NULL");
  }

  private void look() throws IOException {
    open = connection.query(Job.QUERY).stream().map(Job::of).toList();
    List<String> oldest = connection.query(OLDEST).get(0);
    forgetAt =
        oldest.get(0).isEmpty()
            ? null
            : Instant.ofEpochMilli(Long.parseLong(oldest.get(0))).plus(KEPT);
  }

  /** Does the due work of a job; returns whether there was any. */
  private boolean advance(Job job, Instant now) throws IOException {
    boolean changed = false;
    if (!job.isProcessing() && job.isOlderThan(delay.dividedBy(2), now)) {
      set(job, "processing", now);
      changed = true;
    }
    Long later = postponed.get(job.id());
    if (job.isOlderThan(delay, now) && (later == null || System.nanoTime() - later >= 0)) {
      changed |= finish(job, now);
    }
    return changed;
  }

  /**
   * Finishes a job; returns false if it has to be tried again later. Then resets the session,
   * because a client's function that the job called may have changed its settings.
   */
  private boolean finish(Job job, Instant now) throws IOException {
    try {
      return run(job, now);
    } finally {
      connection.query("RESET ALL");
      prepare(connection);
    }
  }

  private boolean run(Job job, Instant now) throws IOException {
    String run = "SELECT dsql_internal.job_run('" + job.id() + "', " + literal(now) + ")";
    try {
      if (one(limited(run, FIRST_TRY_MILLIS)).equals("t")
          || last(cluster.query(connection, limited(run, SECOND_TRY_MILLIS))).equals("t")) {
        postponed.remove(job.id());
        return true;
      }
      postponed.put(job.id(), System.nanoTime() + POSTPONED_NANOS);
      return false;
    } catch (SystemConnection.RefusedException e) {
      // The other jobs have to go on.
      LOG.log(System.Logger.Level.WARNING, "job " + job.id() + " failed", e);
      set(job, "failed", now);
      return true;
    }
  }

  private static String limited(String query, int lockMillis) {
    return "SET lock_timeout = " + lockMillis + "; " + query;
  }

  private void set(Job job, String status, Instant now) throws IOException {
    connection.query(
        "UPDATE dsql_internal.jobs SET status = '"
            + status
            + "', update_time = "
            + literal(now)
            + " WHERE job_id = '"
            + job.id()
            + "' AND status IN ('submitted', 'processing')");
  }

  private String one(String query) throws IOException {
    return last(connection.query(query));
  }

  private static String last(List<List<String>> rows) {
    return rows.get(rows.size() - 1).get(0);
  }

  private static String literal(Instant instant) {
    return "'" + instant + "'::timestamptz";
  }

  private long pause() {
    long pause = analyzeNanos - (System.nanoTime() - analyzedAt);
    if (!open.isEmpty()) {
      return Math.min(OPEN_NANOS, pause);
    }
    return forgetAt == null ? pause : Math.min(KEPT_NANOS, pause);
  }

  private void reconnect(IOException cause) {
    if (closed) {
      return;
    }
    LOG.log(System.Logger.Level.WARNING, "jobs wait for a new connection", cause);
    connection.close();
    LockSupport.parkNanos(this, PAUSE_NANOS);
    try {
      SystemConnection next = connections.open();
      connection = next;
      prepare(next);
      woken.compareAndSet(null, clock.instant());
    } catch (IOException e) {
      return; // and the old connection fails again
    }
    if (closed) {
      connection.close();
    }
  }

  /** Waits until no job runs any more. Open jobs stay open. */
  @Override
  public void close() {
    closed = true;
    connection.close();
    LockSupport.unpark(thread);
    Threads.awaitEnd(thread);
  }
}
