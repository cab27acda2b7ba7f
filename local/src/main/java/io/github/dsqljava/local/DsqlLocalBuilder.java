package io.github.dsqljava.local;

import io.github.dsqljava.local.catalog.CatalogVersion;
import io.github.dsqljava.local.catalog.SchemaReach;
import io.github.dsqljava.local.faults.FaultPlan;
import io.github.dsqljava.local.frontend.Cluster;
import io.github.dsqljava.local.frontend.FrontEnd;
import io.github.dsqljava.local.frontend.NettyLog;
import io.github.dsqljava.local.frontend.ServerTls;
import io.github.dsqljava.local.iam.IamDirectory;
import io.github.dsqljava.local.iam.IamPrincipal;
import io.github.dsqljava.local.iam.TokenVerifier;
import io.github.dsqljava.local.jobs.Jobs;
import io.github.dsqljava.local.journal.Journal;
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
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
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

  private static final Duration DEFAULT_TOKEN_LIFETIME = Duration.ofMinutes(15);

  private int port;
  private String region = DsqlLocal.DEFAULT_REGION;
  private @Nullable Path dataDirectory;
  private @Nullable Path cacheDirectory;
  private InstantSource clock = InstantSource.system();
  private Limits limits = Limits.standard();
  private boolean record;
  private boolean keptIdentity;
  private @Nullable String clusterId;
  private @Nullable IamPrincipal principal;
  private boolean serverNameRequired = true;
  private boolean explainDpuEstimate;
  private SchemaReach schemaReach = SchemaReach.CLUSTER;
  private boolean summary;
  private @Nullable Consumer<String> statementLog;
  private boolean ahead = true;
  private Duration tokenLifetime = DEFAULT_TOKEN_LIFETIME;
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
   * Sets the clock for the validity of tokens. Connections, transactions and jobs age by it, too,
   * plus the time that {@link DsqlLocal#advanceTime} adds. Default: the system's.
   */
  public DsqlLocalBuilder clock(InstantSource clock) {
    this.clock = clock;
    return this;
  }

  /**
   * Sets the longest time from a client's connect to the end of its login. Default 60 seconds, as
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

  /**
   * Sets the lifetime of tokens of {@link DsqlLocal#token}. Default 15 minutes, as AWS SDKs make
   * them. A pool that holds one as its password needs a longer one.
   *
   * @throws IllegalArgumentException unless between 1 second and 7 days, the service's bounds
   */
  public DsqlLocalBuilder tokenLifetime(Duration lifetime) {
    if (lifetime.compareTo(Duration.ofSeconds(1)) < 0
        || lifetime.compareTo(TokenVerifier.MAX_LIFETIME) > 0) {
      throw new IllegalArgumentException(
          "tokenLifetime is " + lifetime + ", not between 1 second and 7 days");
    }
    this.tokenLifetime = lifetime;
    return this;
  }

  /**
   * Sets whether to prepare, after the start of this cluster, an empty PostgreSQL for the next one
   * with the same limits. That start then takes a third of the time. Default: true, from the second
   * such cluster of a JVM on, unless there is a {@link #dataDirectory}. At most one is kept; it
   * takes some 35 MB of memory and ends with the JVM.
   */
  public DsqlLocalBuilder ahead(boolean ahead) {
    this.ahead = ahead;
    return this;
  }

  /** Sets the limits. Default: those of the service. */
  public DsqlLocalBuilder limits(Limits limits) {
    this.limits = limits;
    return this;
  }

  /**
   * Sets the duration of asynchronous jobs: {@code CREATE INDEX ASYNC}, {@code ALTER TABLE ASYNC},
   * and jobs that no client asks for. Measured by {@link #clock} plus the time that {@link
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

  /** Sets the period of the search for tables that need ANALYZE, in real time. */
  DsqlLocalBuilder analyzePeriod(Duration period) {
    analyzePeriod = period;
    return this;
  }

  /**
   * Sets whether the cluster has the id and the access key that the cache keeps beside the
   * certificate authority, so that its name, its keys and the line for a hosts file are the same at
   * each start; the first such start makes them. {@link #clusterId} and {@link #accessKey} win, and
   * so does the id of a data directory that has one. Where the cache keeps none and cannot be
   * written to, the cluster has new ones and {@link #progress} is told. Default: false, a new
   * identity for each cluster.
   */
  public DsqlLocalBuilder keptIdentity(boolean on) {
    this.keptIdentity = on;
    return this;
  }

  /**
   * Sets the cluster's id, which is the first part of {@link DsqlLocal#clusterHost()}. Default: the
   * one that the data directory keeps, or a new one.
   *
   * @throws IllegalArgumentException unless it is 26 lower-case letters and digits
   */
  public DsqlLocalBuilder clusterId(String id) {
    if (!ClusterId.isOne(id)) {
      throw new IllegalArgumentException(
          "cluster-id is \"" + id + "\", not 26 lower-case letters and digits");
    }
    this.clusterId = id;
    return this;
  }

  /**
   * Sets the access key of {@link DsqlLocal#principal()}. Default: a new one. It is for this
   * cluster only, so never use a key that is valid elsewhere.
   *
   * @throws IllegalArgumentException if the id is not of letters and digits, or the secret is blank
   */
  public DsqlLocalBuilder accessKey(String accessKeyId, String secretAccessKey) {
    this.principal = KeptIdentity.principal(accessKeyId, secretAccessKey);
    return this;
  }

  /**
   * Sets whether the cluster uses one access key together with all other clusters of this JVM that
   * have this setting. AWS SDKs read one key from the system properties of the JVM, so with it they
   * can log in to each of them; see {@link DsqlLocal#setSystemProperties}. Off by default.
   */
  public DsqlLocalBuilder sharedAccessKey(boolean shared) {
    this.principal = shared ? KeptIdentity.OF_THE_JVM : null;
    return this;
  }

  /**
   * Sets whether a client has to send a TLS server name, as on the service. If false, clients that
   * send none get in, such as a JVM that connects to {@code localhost} and most clients that
   * connect to 127.0.0.1. The name of another cluster is always refused. Default: true.
   */
  public DsqlLocalBuilder serverNameRequired(boolean required) {
    this.serverNameRequired = required;
    return this;
  }

  /**
   * Sets which sessions get a schema conflict (OC001) when another one has changed the schema.
   * Default: {@link SchemaReach#CLUSTER}, all of them, because a client that copes with that copes
   * with the other, too. The service's behaviour is unknown.
   */
  public DsqlLocalBuilder schemaReach(SchemaReach reach) {
    this.schemaReach = reach;
    return this;
  }

  /**
   * Sets the consumer of log lines. Each answered statement makes a line with time, session, role,
   * duration, text and answer, and so do each connection and each transaction that gives way to
   * another one. (Refused logins are in the log of this class, with the reason and the remedy.) The
   * consumer is called on event loops, one line at a time for each session; it must be thread-safe
   * and not block. Default: none, at no cost.
   */
  public DsqlLocalBuilder statementLog(Consumer<String> lines) {
    this.statementLog = lines;
    return this;
  }

  /**
   * Sets whether EXPLAIN ANALYZE VERBOSE ends with a "Statement DPU Estimate", as on the service.
   * The numbers are made up, and the block says so, because AWS does not document the cost of a
   * statement. Default: false, so that nobody takes them for a price.
   */
  public DsqlLocalBuilder explainDpuEstimate(boolean shown) {
    this.explainDpuEstimate = shown;
    return this;
  }

  /** Sets whether {@link DsqlLocal#summary()} counts. Default: it does not, and costs nothing. */
  public DsqlLocalBuilder summary(boolean on) {
    this.summary = on;
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
      throw new DsqlLocalException("the local cluster could not be started: " + reason(e), e);
    }
  }

  /** Adds the kind of failure: Java's file system exceptions often name nothing but the file. */
  private static String reason(IOException e) {
    if (!(e instanceof FileSystemException file) || file.getReason() != null) {
      return String.valueOf(e.getMessage());
    }
    String what =
        e instanceof AccessDeniedException
            ? "no access to "
            : e instanceof NoSuchFileException
                ? "there is no "
                : e.getClass().getSimpleName() + " ";
    return what
        + e.getMessage()
        + "; a cache of this account's own can be named by the system property dsql.local.cache";
  }

  /**
   * Returns the {@link DsqlLocal#clusterHost()} of this builder's clusters, without starting one.
   * It is known before the start if {@link #clusterId} is set, if the data directory has one, or
   * with {@link #keptIdentity}; else every start makes another one.
   *
   * @throws DsqlLocalException if the cache or the data directory cannot be read
   * @throws IllegalStateException if it is not known
   */
  public String clusterHost() {
    try {
      Optional<String> kept =
          dataDirectory == null ? Optional.empty() : ClusterId.kept(dataDirectory);
      if (kept.isEmpty() && clusterId == null && !keptIdentity) {
        throw new IllegalStateException("every start of this builder makes another cluster id");
      }
      String id =
          kept.isPresent()
              ? kept.get()
              : clusterId != null
                  ? clusterId
                  : KeptIdentity.of(CacheDirectory.open(cacheDirectory)).clusterId();
      return new ClusterIdentity(id, region).serviceHost();
    } catch (IOException e) {
      throw new DsqlLocalException("the cluster's name is not known: " + reason(e), e);
    }
  }

  private KeptIdentity kept(CacheDirectory cache) throws IOException {
    if (!keptIdentity) {
      return KeptIdentity.random();
    }
    try {
      return KeptIdentity.of(cache);
    } catch (IOException e) {
      if (cache.isWritable()) {
        throw e;
      }
      progress.accept("This cluster has an identity for this start only: " + e.getMessage());
      return KeptIdentity.random();
    }
  }

  private String id(KeptIdentity kept, PostgresServer postgres) throws IOException {
    String fresh = clusterId != null ? clusterId : kept.clusterId();
    return dataDirectory == null ? fresh : ClusterId.of(postgres.dataDirectory(), clusterId, fresh);
  }

  /** A kept name has a kept file; it may be in the command line of other programs. */
  private Path hostsFile(ClusterIdentity identity, CacheDirectory cache, PostgresServer postgres)
      throws IOException {
    Path kept = KeptIdentity.directory(cache).resolve(identity.id() + ".hosts");
    boolean keep =
        keptIdentity && (cache.isWritable() || HostsFile.isWritten(kept, identity.serviceHost()));
    Path file = keep ? kept : postgres.socket().resolveSibling("hosts");
    return HostsFile.write(file, identity.serviceHost());
  }

  private DsqlLocal open() throws IOException {
    NettyLog.takeOver();
    if (dataDirectory != null) {
      ClusterId.check(dataDirectory, clusterId);
    }
    MovableClock time = new MovableClock(clock);
    CacheDirectory cache = CacheDirectory.open(cacheDirectory);
    // Both take most of a second the first time, and are independent of each other.
    CompletableFuture<ServerTls> tlsLater =
        CompletableFuture.supplyAsync(() -> tls(cache), runInNewThread());
    SpareServers.Maker maker = () -> serverWithRules(cache);
    boolean spares = ahead && dataDirectory == null;
    PostgresServer postgres =
        spares ? SpareServers.take(cache, limits, maker) : serverWithRules(cache);
    OptimisticConcurrency concurrency = null;
    Jobs jobs = null;
    try {
      SystemConnection.Opener connections =
          () -> SystemConnection.open(postgres.socket(), PostgresServer.SYSTEM_ROLE);
      concurrency = OptimisticConcurrency.start(connections, time);
      jobs = Jobs.start(concurrency, connections, time, jobDelay, analyzePeriod);
      ServerTls tls = await(tlsLater);
      KeptIdentity kept = kept(cache);
      ClusterIdentity identity = new ClusterIdentity(id(kept, postgres), region);
      IamDirectory iam = new IamDirectory();
      IamPrincipal first = principal != null ? principal : kept.principal();
      iam.add(first);
      Path hostsFile = hostsFile(identity, cache, postgres);
      FaultPlan faults = new FaultPlan();
      ClusterRecord clusterRecord = new ClusterRecord(record);
      Tally tally = new Tally();
      Journal journal = journal(clusterRecord, tally);
      FrontEnd frontEnd =
          FrontEnd.listen(
              port, cluster(identity, iam, postgres, concurrency, faults, journal, tls, time), tls);
      ClusterFaults clusterFaults = new ClusterFaults(faults, frontEnd, clock, time);
      FaultFile watched;
      try {
        watched = faultFile == null ? null : FaultFile.open(faultFile, faults, clusterFaults, time);
      } catch (IOException | RuntimeException e) {
        frontEnd.close();
        throw e;
      }
      if (spares) {
        SpareServers.prepare(cache, limits, maker);
      }
      return new DsqlLocal(
          identity,
          clock,
          tokenLifetime,
          time,
          tls.certificates(),
          iam,
          first,
          hostsFile,
          postgres,
          concurrency,
          jobs,
          frontEnd,
          clusterFaults,
          watched,
          clusterRecord,
          tally);
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

  private PostgresServer serverWithRules(CacheDirectory cache) throws IOException {
    PostgresServer postgres = PostgresServer.start(cache, dataDirectory, progress, limits);
    try (SystemConnection connection =
        SystemConnection.open(postgres.socket(), PostgresServer.SYSTEM_ROLE)) {
      connection.run(LimitsInPostgresql.script());
      CatalogVersion.installRules(connection);
      return postgres;
    } catch (IOException | RuntimeException e) {
      postgres.close();
      throw e;
    }
  }

  private Cluster cluster(
      ClusterIdentity identity,
      IamDirectory iam,
      PostgresServer postgres,
      OptimisticConcurrency concurrency,
      FaultPlan faults,
      Journal journal,
      ServerTls tls,
      InstantSource time) {
    TokenVerifier verifier =
        new TokenVerifier(iam, clock, region, identity.arn(), identity.hosts());
    Sessions sessions =
        new Sessions(
            concurrency.contention(),
            faults,
            journal,
            limits,
            schemaReach,
            time,
            explainDpuEstimate);
    return new Cluster(
        identity.id(),
        identity.serviceHost(),
        tls.certificates().authorityFile(),
        identity.hosts(),
        serverNameRequired,
        verifier::verify,
        postgres.socket(),
        PostgresServer.SYSTEM_ROLE,
        loginTimeout,
        sessions::handler,
        faults,
        journal,
        limits,
        new Admission(limits, time),
        time);
  }

  private ServerTls tls(CacheDirectory cache) {
    try {
      Path directory = KeptIdentity.directory(cache);
      Optional<ClusterCertificates> complete = ClusterCertificates.load(directory, region);
      return ServerTls.of(
          complete.isPresent()
              ? complete.get()
              : cache.locked("tls", () -> ClusterCertificates.loadOrCreate(directory, region)));
    } catch (IOException e) {
      throw new CompletionException(e);
    }
  }

  private Journal journal(ClusterRecord clusterRecord, Tally tally) {
    List<Journal> journals = new ArrayList<>();
    journals.add(clusterRecord.journal());
    if (summary) {
      journals.add(tally);
    }
    if (statementLog != null) {
      journals.add(new StatementLog(statementLog, clock));
    }
    return journals.size() == 1 ? journals.get(0) : new Journals(journals);
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
