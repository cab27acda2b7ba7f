package io.github.dsqljava.local;

import io.github.dsqljava.local.frontend.FrontEnd;
import io.github.dsqljava.local.iam.DbAction;
import io.github.dsqljava.local.iam.IamDirectory;
import io.github.dsqljava.local.iam.IamPrincipal;
import io.github.dsqljava.local.iam.TokenMaker;
import io.github.dsqljava.local.jobs.Jobs;
import io.github.dsqljava.local.limits.MovableClock;
import io.github.dsqljava.local.occ.OptimisticConcurrency;
import io.github.dsqljava.local.postgres.PostgresServer;
import io.github.dsqljava.local.postgres.SystemConnection;
import io.github.dsqljava.local.tls.ClusterCertificates;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import javax.sql.DataSource;
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
  /**
   * The Region of a cluster unless {@link DsqlLocalBuilder#region} names another: {@code
   * us-east-1}.
   */
  public static final String DEFAULT_REGION = "us-east-1";

  /** The ARN of {@link #principal()} in every cluster, to be named in AWS IAM GRANT. */
  public static final String PRINCIPAL_ARN = ClusterIdentity.PRINCIPAL_ARN;

  /** The password of {@link #trustStore()}. It keeps nothing secret: certificates are public. */
  public static final String TRUST_STORE_PASSWORD = ClusterCertificates.TRUST_STORE_PASSWORD;

  private static final String ADMIN = "admin";

  private final ClusterIdentity identity;
  private final InstantSource clock;
  private final Duration tokenLifetime;
  private final MovableClock time;
  private final ClusterCertificates certificates;
  private final IamDirectory iam;
  private final IamPrincipal principal;
  private final Path hostsFile;
  private final PostgresServer postgres;
  private final OptimisticConcurrency concurrency;
  private final Jobs jobs;
  private final FrontEnd frontEnd;
  private final ClusterFaults faults;
  private final @Nullable FaultFile faultFile;
  private final ClusterRecord record;
  private final Tally tally;
  private final UnaryOperator<String> tokens = this::token;
  private @Nullable KeyProperties keyProperties;
  private boolean closing;

  DsqlLocal(
      ClusterIdentity identity,
      InstantSource clock,
      Duration tokenLifetime,
      MovableClock time,
      ClusterCertificates certificates,
      IamDirectory iam,
      IamPrincipal principal,
      Path hostsFile,
      PostgresServer postgres,
      OptimisticConcurrency concurrency,
      Jobs jobs,
      FrontEnd frontEnd,
      ClusterFaults faults,
      @Nullable FaultFile faultFile,
      ClusterRecord record,
      Tally tally) {
    this.identity = identity;
    this.clock = clock;
    this.tokenLifetime = tokenLifetime;
    this.time = time;
    this.certificates = certificates;
    this.iam = iam;
    this.principal = principal;
    this.hostsFile = hostsFile;
    this.postgres = postgres;
    this.concurrency = concurrency;
    this.jobs = jobs;
    this.frontEnd = frontEnd;
    this.faults = faults;
    this.faultFile = faultFile;
    this.record = record;
    this.tally = tally;
    OpenClusters.add(port(), tokens);
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
  public static DsqlLocalBuilder builder() {
    return new DsqlLocalBuilder();
  }

  /** Returns {@code localhost}: the name to connect to, and one the certificate is valid for. */
  public String host() {
    return ClusterIdentity.LOCALHOST;
  }

  /** Returns the TCP port. */
  public int port() {
    return frontEnd.port();
  }

  /** Returns the cluster's id, 26 characters. */
  public String clusterId() {
    return identity.id();
  }

  /**
   * Returns {@code <id>.dsql.<region>.on.aws}: the cluster's name as on the service. The
   * certificate is valid for it and tokens may be signed for it; a client must map it to loopback
   * by itself.
   */
  public String clusterHost() {
    return identity.serviceHost();
  }

  /** Returns the Region that tokens must be signed for. */
  public String region() {
    return identity.region();
  }

  /** Returns the certificate authority to trust. It stays the same for one cache directory. */
  public X509Certificate caCertificate() {
    return certificates.authority();
  }

  /** Returns a PEM file with {@link #caCertificate()}. */
  public Path caFile() {
    return certificates.authorityFile();
  }

  /**
   * Returns a PKCS12 file with {@link #caCertificate()} alone, for programs that take their trust
   * from {@code javax.net.ssl.trustStore}. Its password is {@link #TRUST_STORE_PASSWORD}.
   */
  public Path trustStore() {
    return certificates.trustStore();
  }

  /**
   * Returns a file in the format of {@code /etc/hosts} that maps {@link #clusterHost()} to
   * 127.0.0.1, for {@code -Djdk.net.hosts.file}. It also has the lines of the system's file,
   * because a JVM with that property asks nobody else for names.
   */
  public Path hostsFile() {
    return hostsFile;
  }

  /** Returns the line for the same purpose in the system's own hosts file. */
  public String hostsLine() {
    return hostsLine(clusterHost());
  }

  /** Returns the line that gives a cluster's name, {@link #clusterHost()}, a loopback address. */
  public static String hostsLine(String clusterHost) {
    return HostsFile.line(clusterHost);
  }

  /**
   * Returns the default principal, allowed to connect as every role. Its keys are new at each start
   * unless {@link DsqlLocalBuilder#keptIdentity} or {@link DsqlLocalBuilder#accessKey} says
   * otherwise.
   */
  public IamPrincipal principal() {
    return principal;
  }

  /** Returns the IAM directory; principals added to it can log in at once. */
  public IamDirectory iam() {
    return iam;
  }

  /** Returns the means to make this cluster fail on demand. */
  public ClusterFaults faults() {
    return faults;
  }

  /** Returns the means to drop what a test has made. */
  public ClusterObjects objects() {
    return new ClusterObjects(
        () -> SystemConnection.open(postgres.socket(), PostgresServer.SYSTEM_ROLE));
  }

  /** Returns the record of statements and answers, which is off unless it was turned on. */
  public ClusterRecord record() {
    return record;
  }

  /**
   * Returns a summary so far, in a few lines: connections, statements, conflicts, errors by
   * SQLSTATE and refused logins. Counts only with {@link DsqlLocalBuilder#summary}.
   */
  public String summary() {
    return tally.text();
  }

  /**
   * Returns a token of the default principal, to be used as the password of {@code user} within
   * {@link DsqlLocalBuilder#tokenLifetime}, by default 15 minutes. Clients with an AWS SDK make
   * their own from {@link #principal()}.
   */
  public String token(String user) {
    return token(principal, user);
  }

  /** Returns a token that another principal signed. */
  public String token(IamPrincipal signer, String user) {
    return TokenMaker.sign(
        signer, host(), region(), DbAction.requiredFor(user), tokenLifetime, clock.instant());
  }

  /** Returns {@link #jdbcUrl(String)} for {@code admin}. */
  public String jdbcUrl() {
    return jdbcUrl(ADMIN);
  }

  /**
   * Returns a complete URL for pgjdbc: name, certificate authority, user, and {@link FreshToken},
   * which makes a new token for each connection. So a pool can hold the URL. It contains no secret
   * and works in this JVM.
   */
  public String jdbcUrl(String user) {
    return "jdbc:postgresql:"
        + urlRest(user)
        + "&authenticationPluginClassName="
        + FreshToken.class.getName();
  }

  /**
   * Returns a URL for AWS's JDBC connector, which finds keys where the AWS SDK does: see {@link
   * #setSystemProperties}.
   */
  public String awsJdbcUrl() {
    return "jdbc:aws-dsql:postgresql:" + urlRest(ADMIN);
  }

  private String urlRest(String user) {
    return "//"
        + clusterHost()
        + ":"
        + port()
        + "/postgres?user="
        + URLEncoder.encode(user, StandardCharsets.UTF_8)
        + "&sslmode=verify-full&sslrootcert="
        + URLEncoder.encode(caFile().toString(), StandardCharsets.UTF_8)
        + "&socketFactory="
        + LoopbackSocketFactory.class.getName();
  }

  /** Returns {@link #dataSource(String)} for {@code admin}. */
  public DataSource dataSource() {
    return dataSource(ADMIN);
  }

  /**
   * Returns a data source for pgjdbc. It is no pool: each call opens a connection, with a fresh
   * token. Thread-safe.
   *
   * @throws DsqlLocalException if pgjdbc is not on the class path
   */
  public DataSource dataSource(String user) {
    return new ClusterDataSource(user, this::jdbcUrl, tokens);
  }

  /**
   * Returns the {@code ConnectionFactoryOptions} of R2DBC for r2dbc-postgresql, by the names of the
   * options. The password is a {@code Supplier<String>} of fresh tokens, so a pool can hold them;
   * all other values are strings and numbers.
   */
  public Map<String, Object> r2dbcOptions() {
    Map<String, Object> options = new LinkedHashMap<>();
    options.put("driver", "postgresql");
    options.put("host", host());
    options.put("port", port());
    options.put("database", "postgres");
    options.put("user", ADMIN);
    options.put("password", (Supplier<String>) () -> token(ADMIN));
    options.put("sslMode", "verify-full");
    options.put("sslRootCert", caFile().toString());
    return Collections.unmodifiableMap(options);
  }

  /**
   * Sets the system properties from which AWS SDKs in this JVM take keys and Region: {@code
   * aws.accessKeyId}, {@code aws.secretAccessKey} and {@code aws.region}; {@code aws.sessionToken}
   * is cleared. {@link #close} restores their former values, unless somebody else has set them
   * since. If several clusters set them, the last one counts, and when it closes, the one before
   * it. Clusters that are used together need {@link DsqlLocalBuilder#sharedAccessKey}. Idempotent.
   *
   * @throws IllegalStateException if the cluster is closed
   */
  public synchronized void setSystemProperties() {
    if (closing) {
      throw new IllegalStateException("the cluster is closed");
    }
    if (keyProperties == null) {
      keyProperties = KeyProperties.set(principal, region());
    }
  }

  /** Restores the former values of the system properties, as {@link #close} does. Idempotent. */
  public synchronized void restoreSystemProperties() {
    if (keyProperties != null) {
      keyProperties.restore();
      keyProperties = null;
    }
  }

  /**
   * Returns the environment that points a program at this cluster: {@code CLUSTER_ENDPOINT}, {@code
   * CLUSTER_PORT}, {@code CLUSTER_USER}, {@code CLUSTER_ID}, {@code CLUSTER_HOST} (the name as on
   * the service), {@code AWS_REGION}, {@code AWS_ACCESS_KEY_ID}, {@code AWS_SECRET_ACCESS_KEY},
   * {@code CLUSTER_PRINCIPAL_ARN}, {@code CLUSTER_CA_FILE}, {@code CLUSTER_HOSTS_FILE} ({@link
   * #hostsFile()}), {@code CLUSTER_TRUST_STORE}, {@code CLUSTER_TRUST_STORE_PASSWORD}, {@code
   * PGSSLROOTCERT}, {@code PGHOSTADDR}, {@code NODE_EXTRA_CA_CERTS}. AWS SDKs, libpq and Node.js
   * read theirs by themselves.
   */
  public Map<String, String> environment() {
    Map<String, String> environment = new LinkedHashMap<>();
    environment.put("CLUSTER_ENDPOINT", host());
    environment.put("CLUSTER_PORT", Integer.toString(port()));
    environment.put("CLUSTER_USER", ADMIN);
    environment.put("CLUSTER_ID", clusterId());
    environment.put("CLUSTER_HOST", clusterHost());
    environment.put("AWS_REGION", region());
    environment.put("AWS_ACCESS_KEY_ID", principal.accessKeyId());
    environment.put("AWS_SECRET_ACCESS_KEY", principal.secretAccessKey());
    environment.put("CLUSTER_PRINCIPAL_ARN", principal.arn());
    environment.put("CLUSTER_CA_FILE", caFile().toString());
    environment.put("CLUSTER_HOSTS_FILE", hostsFile().toString());
    environment.put("CLUSTER_TRUST_STORE", trustStore().toString());
    environment.put("CLUSTER_TRUST_STORE_PASSWORD", TRUST_STORE_PASSWORD);
    environment.put("PGSSLROOTCERT", caFile().toString());
    // libpq connects to this address under any host name, and checks the certificate's name.
    environment.put("PGHOSTADDR", ClusterIdentity.LOOPBACK);
    environment.put("NODE_EXTRA_CA_CERTS", caFile().toString());
    return Collections.unmodifiableMap(environment);
  }

  /**
   * Moves the clock of connections, transactions and jobs forward. Connections that are too old
   * then are closed within a moment. Tokens go by {@link DsqlLocalBuilder#clock}: their signers
   * have clocks of their own. The age of a running statement is checked at its end. A change of
   * rows outside of a transaction ages in real time only.
   *
   * @throws IllegalArgumentException if the duration is negative
   */
  public void advanceTime(Duration duration) {
    time.advance(duration);
  }

  /** Returns the number of open client connections, logged in or not. */
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
    OpenClusters.remove(port(), tokens);
    synchronized (this) {
      closing = true;
      restoreSystemProperties();
    }
    if (faultFile != null) {
      faultFile.close();
    }
    frontEnd.close();
    jobs.close();
    concurrency.close();
    try {
      postgres.close();
    } catch (IOException e) {
      throw new DsqlLocalException("the local cluster did not stop: " + e.getMessage(), e);
    }
  }

  /** Shows where the cluster is; no secret. */
  @Override
  public String toString() {
    return "DsqlLocal[" + host() + ":" + port() + ", " + clusterId() + ", " + region() + "]";
  }
}
