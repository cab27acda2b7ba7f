package io.github.dsqljava.local;

import io.github.dsqljava.local.iam.DbAction;
import io.github.dsqljava.local.iam.IamDirectory;
import io.github.dsqljava.local.iam.IamPrincipal;
import io.github.dsqljava.local.iam.TokenMaker;
import io.github.dsqljava.local.iam.TokenVerifier;
import io.github.dsqljava.local.postgres.CacheDirectory;
import io.github.dsqljava.local.postgres.PostgresServer;
import io.github.dsqljava.local.sql.StatementRewriter;
import io.github.dsqljava.local.tls.ClusterCertificates;
import io.github.dsqljava.local.wire.Cluster;
import io.github.dsqljava.local.wire.FrontEnd;
import java.io.IOException;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A local Aurora DSQL cluster: PostgreSQL 16 behind a front end that checks IAM tokens, TLS and
 * roles the way the service does. It listens on the loopback addresses only and needs neither
 * Docker nor an AWS account.
 *
 * <pre>{@code
 * try (DsqlLocal cluster = DsqlLocal.start()) {
 *   cluster.host();       // localhost
 *   cluster.port();       // a free port
 *   cluster.caFile();     // trust this certificate authority
 *   cluster.principal();  // sign tokens with its key, or use token("admin") as the password
 * }
 * }</pre>
 *
 * <p>The first start on a machine unpacks PostgreSQL and prepares a data directory in a cache,
 * which takes seconds; every other start takes a fraction of one. PostgreSQL never outlives the
 * JVM, not even one that is killed.
 *
 * <p>Thread-safe. Any number of clusters can run side by side, in one JVM or in several.
 */
public final class DsqlLocal implements AutoCloseable {
  /** The Region of a cluster unless {@link Builder#region} names another: {@code us-east-1}. */
  public static final String DEFAULT_REGION = "us-east-1";

  private static final String HOST = "localhost";
  // The account number AWS uses in its documentation.
  private static final String ACCOUNT = "123456789012";
  private static final String PRINCIPAL_ARN = "arn:aws:iam::" + ACCOUNT + ":user/dsql-local";
  private static final String ADMIN = "admin";
  private static final Duration TOKEN_LIFETIME = Duration.ofMinutes(15);

  private final String clusterId;
  private final String region;
  private final InstantSource clock;
  private final ClusterCertificates certificates;
  private final IamDirectory iam;
  private final IamPrincipal principal;
  private final PostgresServer postgres;
  private final FrontEnd frontEnd;

  private DsqlLocal(
      String clusterId,
      Builder builder,
      ClusterCertificates certificates,
      IamDirectory iam,
      IamPrincipal principal,
      PostgresServer postgres,
      FrontEnd frontEnd) {
    this.clusterId = clusterId;
    this.region = builder.region;
    this.clock = builder.clock;
    this.certificates = certificates;
    this.iam = iam;
    this.principal = principal;
    this.postgres = postgres;
    this.frontEnd = frontEnd;
  }

  /**
   * Starts a cluster with an empty database on a free port; returns when it accepts connections.
   *
   * @throws DsqlLocalException if it cannot be started
   */
  public static DsqlLocal start() {
    return builder().start();
  }

  /** Returns a builder with the defaults described at its methods. */
  public static Builder builder() {
    return new Builder();
  }

  /** Returns {@code localhost}: the name to connect to, and one the certificate is valid for. */
  public String host() {
    return HOST;
  }

  /** Returns the TCP port. */
  public int port() {
    return frontEnd.port();
  }

  /** Returns the cluster's id, 26 characters. */
  public String clusterId() {
    return clusterId;
  }

  /**
   * Returns {@code <id>.dsql.<region>.on.aws}: the cluster's name as on the service. The
   * certificate is valid for it and tokens may be signed for it; a client must map it to loopback
   * by itself.
   */
  public String clusterHost() {
    return clusterId + ".dsql." + region + ".on.aws";
  }

  /** Returns the Region that tokens must be signed for. */
  public String region() {
    return region;
  }

  /** Returns the certificate authority to trust. It stays the same for one cache directory. */
  public X509Certificate caCertificate() {
    return certificates.authority();
  }

  /** Returns a PEM file with {@link #caCertificate()}. */
  public Path caFile() {
    return certificates.authorityFile();
  }

  /** Returns the default principal: new keys at each start, allowed to connect as every role. */
  public IamPrincipal principal() {
    return principal;
  }

  /** Returns the IAM directory; principals added to it can log in at once. */
  public IamDirectory iam() {
    return iam;
  }

  /**
   * Returns a token of the default principal, to be used as the password of {@code user} within 15
   * minutes. Clients with an AWS SDK make their own from {@link #principal()}.
   */
  public String token(String user) {
    return token(principal, user);
  }

  /** Returns a token that another principal signed. */
  public String token(IamPrincipal signer, String user) {
    return TokenMaker.sign(
        signer, HOST, region, DbAction.requiredFor(user), TOKEN_LIFETIME, clock.instant());
  }

  /**
   * Returns the environment that points a program at this cluster: {@code CLUSTER_ENDPOINT}, {@code
   * CLUSTER_PORT}, {@code CLUSTER_USER}, {@code CLUSTER_ID}, {@code AWS_REGION}, {@code
   * AWS_ACCESS_KEY_ID}, {@code AWS_SECRET_ACCESS_KEY}, {@code CLUSTER_PRINCIPAL_ARN}, {@code
   * CLUSTER_CA_FILE}, {@code PGSSLROOTCERT}. AWS SDKs and libpq read theirs by themselves.
   */
  public Map<String, String> environment() {
    Map<String, String> environment = new LinkedHashMap<>();
    environment.put("CLUSTER_ENDPOINT", HOST);
    environment.put("CLUSTER_PORT", Integer.toString(port()));
    environment.put("CLUSTER_USER", ADMIN);
    environment.put("CLUSTER_ID", clusterId);
    environment.put("AWS_REGION", region);
    environment.put("AWS_ACCESS_KEY_ID", principal.accessKeyId());
    environment.put("AWS_SECRET_ACCESS_KEY", principal.secretAccessKey());
    environment.put("CLUSTER_PRINCIPAL_ARN", principal.arn());
    environment.put("CLUSTER_CA_FILE", caFile().toString());
    environment.put("PGSSLROOTCERT", caFile().toString());
    return Collections.unmodifiableMap(environment);
  }

  /** Returns how many client connections are open, whether logged in or not. */
  public int openConnections() {
    return frontEnd.connections();
  }

  /** Completes when PostgreSQL has ended, by {@link #close()} or by itself. */
  public CompletableFuture<Void> ended() {
    return postgres.ended();
  }

  /** Closes all connections and stops PostgreSQL; returns when both are gone. Idempotent. */
  @Override
  public void close() {
    try {
      frontEnd.close();
    } finally {
      try {
        postgres.close();
      } catch (IOException e) {
        throw new DsqlLocalException("the local cluster did not stop: " + e.getMessage(), e);
      }
    }
  }

  /** Shows where the cluster is; no secret. */
  @Override
  public String toString() {
    return "DsqlLocal[" + HOST + ":" + port() + ", " + clusterId + ", " + region + "]";
  }

  /**
   * Settings of a cluster that is about to start.
   *
   * <pre>{@code
   * DsqlLocal cluster = DsqlLocal.builder().port(5433).dataDirectory(Path.of("data")).start();
   * }</pre>
   *
   * <p>Not thread-safe; one builder can start several clusters.
   */
  public static final class Builder {
    private static final System.Logger LOG = System.getLogger(DsqlLocal.class.getName());
    private static final Pattern REGION = Pattern.compile("[a-z]{2}(-[a-z]+)+-[0-9]");
    private static final Duration DEFAULT_LOGIN_TIMEOUT = Duration.ofSeconds(60);

    private int port;
    private String region = DEFAULT_REGION;
    private @Nullable Path dataDirectory;
    private @Nullable Path cacheDirectory;
    private InstantSource clock = InstantSource.system();
    private Duration loginTimeout = DEFAULT_LOGIN_TIMEOUT;
    private Consumer<String> progress = step -> LOG.log(System.Logger.Level.INFO, step);

    private Builder() {}

    /**
     * Sets the TCP port. Default 0: a free one.
     *
     * @throws IllegalArgumentException outside 0 to 65535
     */
    public Builder port(int port) {
      if (port < 0 || port > 65535) {
        throw new IllegalArgumentException("port is " + port + ", not in 0..65535");
      }
      this.port = port;
      return this;
    }

    /**
     * Sets the Region. Default {@link #DEFAULT_REGION}.
     *
     * @throws IllegalArgumentException if it does not look like a Region
     */
    public Builder region(String region) {
      if (!REGION.matcher(region).matches()) {
        throw new IllegalArgumentException(
            "region is \"" + region + "\", which does not look like us-east-1");
      }
      this.region = region;
      return this;
    }

    /**
     * Sets a directory in which the data lives on, with fsync as PostgreSQL has it by default. It
     * must be missing, empty, or written by dsql-local. Default: a temporary one without fsync,
     * deleted by {@link #close()}.
     */
    public Builder dataDirectory(Path directory) {
      this.dataDirectory = directory;
      return this;
    }

    /**
     * Sets the cache for PostgreSQL's binaries and the certificate authority. Default: the system
     * property {@value CacheDirectory#PROPERTY}, else {@code dsql-local} in the user's cache
     * directory, or {@code /var/cache/dsql-local} for root.
     */
    public Builder cacheDirectory(Path directory) {
      this.cacheDirectory = directory;
      return this;
    }

    /** Sets the clock that tokens are judged by. Default: the system's. */
    public Builder clock(InstantSource clock) {
      this.clock = clock;
      return this;
    }

    /**
     * Sets how long a client may take from connecting to being logged in. Default 60 seconds, as
     * PostgreSQL's authentication_timeout; the service's own value is unknown.
     *
     * @throws IllegalArgumentException unless positive
     */
    public Builder loginTimeout(Duration timeout) {
      if (timeout.isNegative() || timeout.isZero()) {
        throw new IllegalArgumentException("loginTimeout is " + timeout + ", not positive");
      }
      this.loginTimeout = timeout;
      return this;
    }

    /** Sets who is told about steps that take long. Default: the log, at level INFO. */
    public Builder progress(Consumer<String> progress) {
      this.progress = progress;
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
        throw new DsqlLocalException(
            "the local cluster could not be started: " + e.getMessage(), e);
      }
    }

    private DsqlLocal open() throws IOException {
      CacheDirectory cache = CacheDirectory.open(cacheDirectory);
      // Both take most of a second the first time, and neither needs the other.
      CompletableFuture<ClusterCertificates> certificatesLater =
          CompletableFuture.supplyAsync(() -> certificates(cache), runInNewThread());
      PostgresServer postgres = PostgresServer.start(cache, dataDirectory, progress);
      try {
        ClusterCertificates certificates = await(certificatesLater);
        String clusterId =
            dataDirectory == null ? ClusterId.random() : ClusterId.of(postgres.dataDirectory());
        IamDirectory iam = new IamDirectory();
        IamPrincipal principal =
            IamPrincipal.generate(PRINCIPAL_ARN, DbAction.DB_CONNECT, DbAction.DB_CONNECT_ADMIN);
        iam.add(principal);
        FrontEnd frontEnd = FrontEnd.listen(port, cluster(clusterId, iam, postgres), certificates);
        return new DsqlLocal(clusterId, this, certificates, iam, principal, postgres, frontEnd);
      } catch (IOException | RuntimeException e) {
        postgres.close();
        throw e;
      }
    }

    private Cluster cluster(String clusterId, IamDirectory iam, PostgresServer postgres) {
      Set<String> hosts = Set.of(HOST, clusterId + ".dsql." + region + ".on.aws");
      TokenVerifier verifier =
          new TokenVerifier(
              iam,
              clock,
              region,
              "arn:aws:dsql:" + region + ":" + ACCOUNT + ":cluster/" + clusterId,
              hosts);
      return new Cluster(
          clusterId,
          hosts,
          verifier::verify,
          StatementRewriter.standard()::rewrite,
          postgres.socket(),
          PostgresServer.SYSTEM_ROLE,
          loginTimeout);
    }

    private ClusterCertificates certificates(CacheDirectory cache) {
      try {
        return cache.locked(
            "tls", () -> ClusterCertificates.loadOrCreate(cache.path().resolve("tls"), region));
      } catch (IOException e) {
        throw new CompletionException(e);
      }
    }

    private static java.util.concurrent.Executor runInNewThread() {
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
}
