package io.github.dsqljava;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import software.amazon.awssdk.identity.spi.AwsCredentialsIdentity;
import software.amazon.awssdk.identity.spi.IdentityProvider;

/**
 * Collects settings for a {@link DsqlConfig}.
 *
 * <pre>{@code
 * DsqlConfig config = DsqlConfig.builder()
 *     .environment(System.getenv())             // lowest
 *     .url("dsql://app@host?region=us-east-1")  // above it
 *     .user("reporting")                        // highest
 *     .build();
 * }</pre>
 *
 * <p>Precedence, whatever the order of the calls: a setter of this class, then {@link #url}, then
 * {@link #environment}, then the default. A second call of the same method replaces the first. Only
 * the region has one step more: see {@link #region}.
 *
 * <p>Every setter checks its argument and throws {@link InvalidConfigurationException}. Not
 * thread-safe.
 */
public final class DsqlConfigBuilder {

  private final SettingValues explicit;
  private SettingValues url;
  private SettingValues environment;
  private RegionChain regionChain;

  DsqlConfigBuilder() {
    explicit = new SettingValues();
    url = new SettingValues();
    environment = new SettingValues();
    regionChain = RegionChain.AWS_DEFAULT;
  }

  DsqlConfigBuilder(DsqlConfigBuilder other) {
    explicit = new SettingValues(other.explicit);
    url = new SettingValues(other.url);
    environment = new SettingValues(other.environment);
    regionChain = other.regionChain;
  }

  /**
   * Settings from a URL: {@code dsql://user@host:port/database?key=value&...}, or the same with
   * {@code postgresql://}. Keys: {@code region}, {@code profile}, {@code schema}, {@code
   * tokenDurationSecs}, {@code tokenAction}, {@code tokenHost}, {@code applicationNamePrefix},
   * {@code caFile}, {@code tlsNegotiation}, {@code earlyPassword}, {@code connectTimeoutSecs}.
   * Percent-encoded parts are decoded; a plus sign is a plus sign.
   *
   * @throws InvalidConfigurationException for an unknown or repeated key, a password, a fragment,
   *     an IP address, or a malformed value; the message never shows the URL
   */
  public DsqlConfigBuilder url(String text) {
    url = ConfigUrl.parse(Objects.requireNonNull(text, "url"));
    return this;
  }

  /**
   * Settings from environment variables: CLUSTER_ENDPOINT, CLUSTER_PORT, CLUSTER_USER,
   * CLUSTER_CA_FILE and AWS_REGION. An empty variable counts as not set; all others are ignored.
   *
   * @param variables as {@link System#getenv()} returns them
   */
  public DsqlConfigBuilder environment(Map<String, String> variables) {
    SettingValues values = new SettingValues();
    for (Setting<?> setting : Setting.ALL) {
      String variable = setting.variable();
      String text = variable == null ? null : variables.get(variable);
      if (text != null && !text.isEmpty()) {
        values.parse(setting, text, "environment variable " + variable);
      }
    }
    environment = values;
    return this;
  }

  /**
   * The cluster: a host name, or a bare cluster id of 26 characters, which needs a region. No
   * default; see {@link ClusterEndpoint} for what is accepted.
   */
  public DsqlConfigBuilder endpoint(String hostOrClusterId) {
    return set(Setting.ENDPOINT, hostOrClusterId);
  }

  /** The TCP port, 1 to 65535. Default 5432. */
  public DsqlConfigBuilder port(int port) {
    return set(Setting.PORT, port);
  }

  /**
   * The AWS region of the cluster. Looked for in this order: this setter, the URL's {@code region},
   * the host name, AWS_REGION from {@link #environment}, the AWS default region chain. AWS_REGION
   * stands behind the host name because it is a part of that chain: it says where the program runs,
   * not where the cluster is.
   */
  public DsqlConfigBuilder region(String region) {
    return set(Setting.REGION, region);
  }

  /** The database user. Default {@code admin}, the only user a new cluster has. */
  public DsqlConfigBuilder user(String user) {
    return set(Setting.USER, user);
  }

  /** The database. Default {@code postgres}, the only one a cluster has. */
  public DsqlConfigBuilder database(String database) {
    return set(Setting.DATABASE, database);
  }

  /**
   * The schema that unqualified names mean, sent as {@code search_path}. Default {@code public} for
   * user {@code admin} and {@code myschema} for every other user, who has no rights in {@code
   * public}.
   *
   * @param name one schema, unquoted, as long as PostgreSQL keeps it: 63 bytes
   */
  public DsqlConfigBuilder schema(String name) {
    return set(Setting.SCHEMA, name);
  }

  /**
   * The profile in {@code ~/.aws} whose credentials (and region, if nothing nearer names one) are
   * used. Default: none, the AWS default credentials chain. Not together with {@link
   * #credentialsProvider}.
   */
  public DsqlConfigBuilder profile(String profile) {
    return set(Setting.PROFILE, profile);
  }

  /**
   * Where credentials come from; any provider of the AWS SDK fits. It may block: it is never called
   * on an event loop. The connector does not close it. Default: the AWS default credentials chain.
   * Not together with {@link #profile}.
   */
  public DsqlConfigBuilder credentialsProvider(
      IdentityProvider<? extends AwsCredentialsIdentity> provider) {
    return set(Setting.CREDENTIALS_PROVIDER, provider);
  }

  /**
   * How long a token may be used for opening a connection, 1 second to 7 days in whole seconds.
   * Default 15 minutes, as in the AWS SDK and CLI. Connections already open do not depend on it.
   */
  public DsqlConfigBuilder tokenLifetime(Duration lifetime) {
    return set(Setting.TOKEN_LIFETIME, lifetime);
  }

  /**
   * The IAM action the token asks for. Default {@code DbConnectAdmin} for user {@code admin},
   * {@code DbConnect} for every other user, which is what the service accepts today.
   */
  public DsqlConfigBuilder tokenAction(TokenAction action) {
    return set(Setting.TOKEN_ACTION, action);
  }

  /**
   * The host name the token is signed for. Default: the endpoint's host. To be set when the cluster
   * is reached under a name that is not its own, such as a CNAME. Through PrivateLink, if access is
   * denied, try the public name {@code <id>.dsql.<region>.on.aws}: the documentation can be read
   * either way, and the official connectors sign for the name they connect to.
   */
  public DsqlConfigBuilder tokenHost(String host) {
    return set(Setting.TOKEN_HOST, host);
  }

  /**
   * A name in front of the connector's in {@code application_name}, for example that of a
   * framework. Printable ASCII. Default: none.
   */
  public DsqlConfigBuilder applicationNamePrefix(String prefix) {
    return set(Setting.APPLICATION_NAME_PREFIX, prefix);
  }

  /**
   * A PEM file with the certificate authorities to trust instead of the JDK's. Default: the JDK's
   * store, which has Amazon Root CA 1.
   */
  public DsqlConfigBuilder caFile(Path pemFile) {
    return set(Setting.CA_FILE, pemFile);
  }

  /** How TLS begins. Default {@link TlsNegotiation#DIRECT}, which saves a round trip. */
  public DsqlConfigBuilder tlsNegotiation(TlsNegotiation negotiation) {
    return set(Setting.TLS_NEGOTIATION, negotiation);
  }

  /**
   * Whether the token is sent together with the startup message, before the server asks for it,
   * which saves a round trip. Only ever inside verified TLS. Default {@code false}: stock
   * PostgreSQL takes it, but no document says whether Aurora DSQL does.
   *
   * <p>If the server refuses such a login or closes the connection in it, the connection is tried
   * once more without, in what is left of {@link #connectTimeout}. If that succeeds, this process
   * does not do it again for this host and port, and says so once in the log. A server that neither
   * answers nor closes costs the whole timeout. Where Vert.x's internals cannot be used, the
   * setting has no effect.
   */
  public DsqlConfigBuilder earlyPassword(boolean early) {
    return set(Setting.EARLY_PASSWORD, early);
  }

  /**
   * How long opening one connection may take, from the name lookup to ReadyForQuery, 1 millisecond
   * to 1 hour; resolving credentials has the same time of its own before that. Default 10 seconds:
   * room for three lost SYN packets (sent again after 1, 3 and 7 seconds), and still an answer
   * while somebody waits.
   */
  public DsqlConfigBuilder connectTimeout(Duration timeout) {
    return set(Setting.CONNECT_TIMEOUT, timeout);
  }

  /** Replaces the AWS default region chain, so that tests need no network. */
  DsqlConfigBuilder regionChain(RegionChain chain) {
    regionChain = chain;
    return this;
  }

  private <T> DsqlConfigBuilder set(Setting<T> setting, T value) {
    Objects.requireNonNull(value, setting.name());
    explicit.put(setting, setting.accept(value, "builder"));
    return this;
  }

  /**
   * Makes the configuration. This may do I/O if the region is named nowhere: the AWS default region
   * chain reads {@code ~/.aws/config} and, on EC2, asks the instance metadata service.
   *
   * @throws InvalidConfigurationException if there is no endpoint, no region, or both a profile and
   *     a credentials provider
   */
  public DsqlConfig build() {
    SettingValues all = new SettingValues();
    for (Setting<?> setting : Setting.ALL) {
      merge(setting, all);
    }
    if (all.has(Setting.PROFILE) && all.has(Setting.CREDENTIALS_PROVIDER)) {
      throw new InvalidConfigurationException(
          "Settings profile and credentialsProvider are both given; leave one, for both say where"
              + " credentials come from");
    }
    String host =
        all.find(Setting.ENDPOINT)
            .orElseThrow(
                () ->
                    new InvalidConfigurationException(
                        "No cluster is named. Give builder endpoint(...), a URL with a host, or the"
                            + " environment variable CLUSTER_ENDPOINT"));
    putDefault(all, Setting.PORT, ClusterEndpoint.DEFAULT_PORT);
    putDefault(all, Setting.USER, "admin");
    putDefault(all, Setting.DATABASE, "postgres");
    putDefault(all, Setting.TOKEN_LIFETIME, Duration.ofMinutes(15));
    putDefault(all, Setting.TLS_NEGOTIATION, TlsNegotiation.DIRECT);
    putDefault(all, Setting.EARLY_PASSWORD, false);
    putDefault(all, Setting.CONNECT_TIMEOUT, Duration.ofSeconds(10));
    boolean admin = all.get(Setting.USER).equals("admin");
    putDefault(all, Setting.SCHEMA, admin ? "public" : "myschema");
    putDefault(all, Setting.TOKEN_ACTION, TokenAction.forUser(all.get(Setting.USER)));
    ClusterEndpoint endpoint =
        ClusterEndpoint.resolve(
            host,
            all.get(Setting.PORT),
            explicit.find(Setting.REGION).or(() -> url.find(Setting.REGION)),
            () ->
                environment
                    .find(Setting.REGION)
                    .or(() -> regionChain.region(all.find(Setting.PROFILE))));
    putDefault(all, Setting.TOKEN_HOST, endpoint.host());
    return new DsqlConfig(new DsqlConfigBuilder(this), endpoint, all);
  }

  private <T> void merge(Setting<T> setting, SettingValues all) {
    explicit
        .find(setting)
        .or(() -> url.find(setting))
        .or(() -> environment.find(setting))
        .ifPresent(value -> all.put(setting, value));
  }

  private static <T> void putDefault(SettingValues all, Setting<T> setting, T value) {
    if (!all.has(setting)) {
      all.put(setting, value);
    }
  }
}
