package io.github.dsqljava.local;

import io.github.dsqljava.local.catalog.CatalogVersion;
import io.github.dsqljava.local.faults.FaultPlan;
import io.github.dsqljava.local.frontend.Cluster;
import io.github.dsqljava.local.frontend.FrontEnd;
import io.github.dsqljava.local.frontend.ServerTls;
import io.github.dsqljava.local.iam.DbAction;
import io.github.dsqljava.local.iam.IamDirectory;
import io.github.dsqljava.local.iam.IamPrincipal;
import io.github.dsqljava.local.iam.TokenVerifier;
import io.github.dsqljava.local.jobs.Jobs;
import io.github.dsqljava.local.limits.Admission;
import io.github.dsqljava.local.limits.Limits;
import io.github.dsqljava.local.limits.LimitsInPostgresql;
import io.github.dsqljava.local.limits.MovableClock;
import io.github.dsqljava.local.occ.OptimisticConcurrency;
import io.github.dsqljava.local.postgres.CacheDirectory;
import io.github.dsqljava.local.postgres.PostgresServer;
import io.github.dsqljava.local.postgres.SystemConnection;
import io.github.dsqljava.local.session.Sessions;
import io.github.dsqljava.local.tls.ClusterCertificates;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Settings of a cluster that is about to start.
 *
 * <pre>{@code
 * DsqlLocal cluster = DsqlLocal.builder().port(5433).dataDirectory(Path.of("data")).start();
 * }</pre>
 *
 * <p>Not thread-safe; one builder can start several clusters.
 */
public final class DsqlLocalBuilder {
  private static final System.Logger LOG = System.getLogger(DsqlLocal.class.getName());
  private static final Pattern REGION = Pattern.compile("[a-z]{2}(-[a-z]+)+-[0-9]");
  private static final Duration DEFAULT_LOGIN_TIMEOUT = Duration.ofSeconds(60);

  private int port;
  private String region = DsqlLocal.DEFAULT_REGION;
  private @Nullable Path dataDirectory;
  private @Nullable Path cacheDirectory;
  private InstantSource clock = InstantSource.system();
  private Limits limits = Limits.standard();
  private boolean record;
  private @Nullable Path faultFile;
  private Duration loginTimeout = DEFAULT_LOGIN_TIMEOUT;
  private Duration jobDelay = Jobs.DEFAULT_DELAY;
  private Duration analyzePeriod = Jobs.ANALYZE_PERIOD;
  private Consumer<String> progress = step -> LOG.log(System.Logger.Level.INFO, step);

  DsqlLocalBuilder() {}

  /**
   * Sets the TCP port. Default 0: a free one.
   *
   * @throws IllegalArgumentException outside 0 to 65535
   */
  public DsqlLocalBuilder port(int port) {
    if (port < 0 || port > 65535) {
      throw new IllegalArgumentException("port is " + port + ", not in 0..65535");
    }
    this.port = port;
    return this;
  }

  /**
   * Sets the Region. Default {@link DsqlLocal#DEFAULT_REGION}.
   *
   * @throws IllegalArgumentException if it does not look like a Region
   */
  public DsqlLocalBuilder region(String region) {
    if (!REGION.matcher(region).matches()) {
      throw new IllegalArgumentException(
          "region is \"" + region + "\", which does not look like us-east-1");
    }
    this.region = region;
    return this;
  }

  /**
   * Sets a directory that keeps the data after the cluster, with fsync as PostgreSQL has it by
   * default. It must be missing, empty, or written by dsql-local. Default: a temporary one without
   * fsync, deleted by {@link DsqlLocal#close()}.
   */
  public DsqlLocalBuilder dataDirectory(Path directory) {
    this.dataDirectory = directory;
    return this;
  }

  /**
   * Sets the cache for PostgreSQL's binaries and the certificate authority. Default: the system
   * property {@value CacheDirectory#PROPERTY}, else {@code dsql-local} in the user's cache
   * directory, or {@code /var/cache/dsql-local} for root.
   */
  public DsqlLocalBuilder cacheDirectory(Path directory) {
    this.cacheDirectory = directory;
    return this;
  }

  /**
   * Sets the clock that tokens are judged by. Connections, transactions and jobs age by it, too,
   * and by what {@link DsqlLocal#advanceTime} adds. Default: the system's.
   */
  public DsqlLocalBuilder clock(InstantSource clock) {
    this.clock = clock;
    return this;
  }

  /**
   * Sets how long a client may take from connecting to being logged in. Default 60 seconds, as
   * PostgreSQL's authentication_timeout; the service's own value is unknown.
   *
   * @throws IllegalArgumentException unless positive
   */
  public DsqlLocalBuilder loginTimeout(Duration timeout) {
    if (timeout.isNegative() || timeout.isZero()) {
      throw new IllegalArgumentException("loginTimeout is " + timeout + ", not positive");
    }
    this.loginTimeout = timeout;
    return this;
  }

  /** Sets the limits. Default: those of the service. */
  public DsqlLocalBuilder limits(Limits limits) {
    this.limits = limits;
    return this;
  }

  /**
   * Sets how long an asynchronous job takes: {@code CREATE INDEX ASYNC}, {@code ALTER TABLE ASYNC},
   * and jobs that no client asks for. Measured by {@link #clock} and what {@link
   * DsqlLocal#advanceTime} adds. Default 2 seconds, the least that the service needs; it may take
   * 30. With 0, jobs run as soon as possible, but still asynchronously.
   *
   * @throws IllegalArgumentException if negative
   */
  public DsqlLocalBuilder jobDelay(Duration delay) {
    if (delay.isNegative()) {
      throw new IllegalArgumentException("jobDelay is " + delay + ", which is negative");
    }
    this.jobDelay = delay;
    return this;
  }

  /** Sets how often the cluster looks for tables that need ANALYZE, in real time. */
  DsqlLocalBuilder analyzePeriod(Duration period) {
    analyzePeriod = period;
    return this;
  }

  /** Sets the consumer of messages about steps that take long. Default: the log, at level INFO. */
  public DsqlLocalBuilder progress(Consumer<String> progress) {
    this.progress = progress;
    return this;
  }

  /**
   * Sets whether {@link DsqlLocal#record()} is on from the start. Default: it is off, and costs
   * nothing.
   */
  public DsqlLocalBuilder record(boolean on) {
    this.record = on;
    return this;
  }

  /**
   * Sets a file of faults to arm, for tests in other languages; {@link ClusterFaults} describes
   * each fault. One fault a line, {@code #} begins a comment:
   *
   * <pre>{@code
   * conflict-commits 3
   * conflict-commits 2 schema on shop.orders
   * conflict-begins 1
   * lose-commit-answers 1
   * cut-before-commit 1
   * unavailable-at-commit 1 committed      # or rolled-back
   * unavailable-at-statement 1
   * refuse-logins 2 rate-exceeded          # a LoginRefusal in lower case, with dashes
   * close-after-messages 20                # the next login; "of 3" for three of them
   * cut-connections older-than 3300        # seconds; once, when the file is read
   * }</pre>
   *
   * <p>The cluster reads the file again within a tenth of a second after a change; replacing it by
   * a rename is best. Its new faults replace the old ones that have not struck. Faults that were
   * armed through {@link DsqlLocal#faults} stay. An empty or missing file disarms. After reading,
   * the cluster copies the file to {@code <file>.armed} beside it, until it is closed. A file with
   * a bad line changes nothing; the log names the line.
   *
   * @throws IllegalArgumentException if the file cannot be read, or a line is bad; says which, and
   *     what is allowed
   */
  public DsqlLocalBuilder faults(Path file) {
    Path absolute = file.toAbsolutePath();
    FaultFile.check(absolute);
    this.faultFile = absolute;
    return this;
  }

  /**
   * Starts the cluster; returns when it accepts connections.
   *
   * @throws DsqlLocalException if it cannot be started
   */
  public DsqlLocal start() {
    try {
      return open();
    } catch (IOException e) {
      throw new DsqlLocalException("the local cluster could not be started: " + e.getMessage(), e);
    }
  }

  private DsqlLocal open() throws IOException {
    MovableClock time = new MovableClock(clock);
    CacheDirectory cache = CacheDirectory.open(cacheDirectory);
    // Both take most of a second the first time, and neither needs the other.
    CompletableFuture<ServerTls> tlsLater =
        CompletableFuture.supplyAsync(() -> tls(cache), runInNewThread());
    PostgresServer postgres = PostgresServer.start(cache, dataDirectory, progress, limits);
    OptimisticConcurrency concurrency = null;
    Jobs jobs = null;
    try {
      SystemConnection.Opener connections =
          () -> SystemConnection.open(postgres.socket(), PostgresServer.SYSTEM_ROLE);
      concurrency = OptimisticConcurrency.start(connections, time);
      installRules(connections);
      jobs = Jobs.start(concurrency, connections, time, jobDelay, analyzePeriod);
      ServerTls tls = await(tlsLater);
      ClusterIdentity identity =
          new ClusterIdentity(
              dataDirectory == null ? ClusterId.random() : ClusterId.of(postgres.dataDirectory()),
              region);
      IamDirectory iam = new IamDirectory();
      IamPrincipal principal =
          IamPrincipal.generate(
              ClusterIdentity.PRINCIPAL_ARN, DbAction.DB_CONNECT, DbAction.DB_CONNECT_ADMIN);
      iam.add(principal);
      FaultPlan faults = new FaultPlan();
      ClusterRecord clusterRecord = new ClusterRecord(record);
      FrontEnd frontEnd =
          FrontEnd.listen(
              port,
              cluster(identity, iam, postgres, concurrency, faults, clusterRecord, time),
              tls);
      ClusterFaults clusterFaults = new ClusterFaults(faults, frontEnd, clock, time);
      FaultFile watched;
      try {
        watched = faultFile == null ? null : FaultFile.open(faultFile, faults, clusterFaults, time);
      } catch (IOException | RuntimeException e) {
        frontEnd.close();
        throw e;
      }
      return new DsqlLocal(
          identity,
          clock,
          time,
          tls.certificates(),
          iam,
          principal,
          postgres,
          concurrency,
          jobs,
          frontEnd,
          clusterFaults,
          watched,
          clusterRecord);
    } catch (IOException | RuntimeException e) {
      if (jobs != null) {
        jobs.close();
      }
      if (concurrency != null) {
        concurrency.close();
      }
      postgres.close();
      throw e;
    }
  }

  private void installRules(SystemConnection.Opener connections) throws IOException {
    try (SystemConnection connection = connections.open()) {
      connection.run(LimitsInPostgresql.script());
      CatalogVersion.installRules(connection);
    }
  }

  private Cluster cluster(
      ClusterIdentity identity,
      IamDirectory iam,
      PostgresServer postgres,
      OptimisticConcurrency concurrency,
      FaultPlan faults,
      ClusterRecord clusterRecord,
      InstantSource time) {
    TokenVerifier verifier =
        new TokenVerifier(iam, clock, region, identity.arn(), identity.hosts());
    Sessions sessions =
        new Sessions(concurrency.contention(), faults, clusterRecord.journal(), limits, time);
    return new Cluster(
        identity.id(),
        identity.hosts(),
        verifier::verify,
        postgres.socket(),
        PostgresServer.SYSTEM_ROLE,
        loginTimeout,
        sessions::handler,
        faults,
        clusterRecord.journal(),
        limits,
        new Admission(limits, time),
        time);
  }

  private ServerTls tls(CacheDirectory cache) {
    try {
      ClusterCertificates certificates =
          cache.locked(
              "tls", () -> ClusterCertificates.loadOrCreate(cache.path().resolve("tls"), region));
      return ServerTls.of(certificates);
    } catch (IOException e) {
      throw new CompletionException(e);
    }
  }

  private static Executor runInNewThread() {
    return task -> {
      Thread thread = new Thread(task, "dsql-local-certificates");
      thread.setDaemon(true);
      thread.start();
    };
  }

  private static <T> T await(CompletableFuture<T> future) throws IOException {
    try {
      return future.join();
    } catch (CompletionException e) {
      if (e.getCause() instanceof IOException cause) {
        throw cause;
      }
      throw e;
    }
  }
}
