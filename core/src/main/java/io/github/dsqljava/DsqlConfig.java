package io.github.dsqljava;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.StringJoiner;
import java.util.function.Supplier;
import software.amazon.awssdk.identity.spi.AwsCredentialsIdentity;
import software.amazon.awssdk.identity.spi.IdentityProvider;

/**
 * The configuration for connecting to one cluster as one user. Immutable and free of secrets; made
 * by a {@link #builder()}, from a URL or from the environment.
 *
 * <pre>{@code
 * DsqlConfig config = DsqlConfig.builder()
 *     .endpoint("abcdefghijklmnopqrstuvwxyz.dsql.us-east-1.on.aws")
 *     .user("app")
 *     .build();
 *
 * DsqlConfig same = DsqlConfig.fromUrl("dsql://app@abcdefghijklmnopqrstuvwxyz.dsql.us-east-1.on.aws");
 * }</pre>
 *
 * <p>The methods of {@link Builder} document each setting's meaning, default and range.
 */
public final class DsqlConfig {

  private final Builder origin;
  private final ClusterEndpoint endpoint;
  private final SettingValues values;

  DsqlConfig(Builder origin, ClusterEndpoint endpoint, SettingValues values) {
    this.origin = origin;
    this.endpoint = endpoint;
    this.values = values;
  }

  /** A builder with nothing set. */
  public static Builder builder() {
    return new Builder();
  }

  /**
   * A configuration from a URL alone; short for {@code builder().url(url).build()}.
   *
   * @param url see {@link Builder#url}
   * @throws InvalidConfigurationException if the URL is malformed or names no cluster or region
   */
  public static DsqlConfig fromUrl(String url) {
    return builder().url(url).build();
  }

  /**
   * A configuration from this process's environment; see {@link Builder#environment}.
   *
   * @throws InvalidConfigurationException if a variable is malformed or CLUSTER_ENDPOINT is not set
   */
  public static DsqlConfig fromEnvironment() {
    return fromEnvironment(System.getenv());
  }

  /**
   * A configuration from given variables; short for {@code
   * builder().environment(variables).build()}.
   *
   * @throws InvalidConfigurationException if a variable is malformed or CLUSTER_ENDPOINT is not set
   */
  public static DsqlConfig fromEnvironment(Map<String, String> variables) {
    return builder().environment(variables).build();
  }

  /**
   * A builder that holds this configuration's layers of settings. Defaults are not frozen: if the
   * user changes, the schema and the token's action follow unless they were given.
   */
  public Builder toBuilder() {
    return new Builder(origin);
  }

  /** Host, port, region and, if the host shows it, cluster id. */
  public ClusterEndpoint endpoint() {
    return endpoint;
  }

  /** The database user. */
  public String user() {
    return values.get(Setting.USER);
  }

  /** The database. */
  public String database() {
    return values.get(Setting.DATABASE);
  }

  /** The schema that unqualified names mean. */
  public String schema() {
    return values.get(Setting.SCHEMA);
  }

  /** The named AWS profile, if one was given. */
  public Optional<String> profile() {
    return values.find(Setting.PROFILE);
  }

  /** The credentials provider, if one was given. */
  public Optional<IdentityProvider<? extends AwsCredentialsIdentity>> credentialsProvider() {
    return values.find(Setting.CREDENTIALS_PROVIDER);
  }

  /** The lifetime of a token, in whole seconds. */
  public Duration tokenLifetime() {
    return values.get(Setting.TOKEN_LIFETIME);
  }

  /** The IAM action the token asks for. */
  public TokenAction tokenAction() {
    return values.get(Setting.TOKEN_ACTION);
  }

  /** The host name the token is signed for. */
  public String tokenHost() {
    return values.get(Setting.TOKEN_HOST);
  }

  /** The prefix of the connector's name in {@code application_name}, if given. */
  public Optional<String> applicationNamePrefix() {
    return values.find(Setting.APPLICATION_NAME_PREFIX);
  }

  /** The PEM file with trusted certificate authorities, if given; else the JDK's are trusted. */
  public Optional<Path> caFile() {
    return values.find(Setting.CA_FILE);
  }

  /** The way in which TLS begins. */
  public TlsNegotiation tlsNegotiation() {
    return values.get(Setting.TLS_NEGOTIATION);
  }

  /** Whether the token is sent together with the startup message. */
  public boolean earlyPassword() {
    return values.get(Setting.EARLY_PASSWORD);
  }

  /** The time limit for opening one connection. */
  public Duration connectTimeout() {
    return values.get(Setting.CONNECT_TIMEOUT);
  }

  /** The number of prepared statements that a connection keeps; 0 for none. */
  public int statementCacheSize() {
    return values.get(Setting.STATEMENT_CACHE_SIZE);
  }

  /**
   * Whether another configuration has the same cluster and settings, from whichever layers.
   * Credentials providers are compared by their own {@code equals}.
   */
  @Override
  public boolean equals(Object other) {
    return other instanceof DsqlConfig that && values.equals(that.values);
  }

  @Override
  public int hashCode() {
    return values.hashCode();
  }

  /** All settings by name. A credentials provider shows as its class only. */
  @Override
  public String toString() {
    StringJoiner text = new StringJoiner(", ", "DsqlConfig[", "]");
    for (Setting<?> setting : Setting.ALL) {
      text.add(setting.name() + "=" + shown(setting));
    }
    return text.toString();
  }

  private String shown(Setting<?> setting) {
    return values
        .find(setting)
        .map(value -> value instanceof IdentityProvider<?> ? value.getClass().getName() : value)
        .map(Object::toString)
        .orElse("(none)");
  }

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
   * <p>Precedence, independent of the order of the calls: a setter of this class, then {@link
   * #url}, then {@link #environment}, then the default. A second call of the same method replaces
   * the first. Only the region has one more step: see {@link #region}.
   *
   * <p>Every setter checks its argument and throws {@link InvalidConfigurationException}. Not
   * thread-safe.
   */
  public static final class Builder {

    private final SettingValues explicit;
    private SettingValues url;
    private SettingValues environment;
    private Supplier<Optional<String>> environmentRegion = Optional::empty;
    private RegionChain regionChain;

    Builder() {
      explicit = new SettingValues();
      url = new SettingValues();
      environment = new SettingValues();
      regionChain = RegionChain.AWS_DEFAULT;
    }

    Builder(Builder other) {
      explicit = new SettingValues(other.explicit);
      url = new SettingValues(other.url);
      environment = new SettingValues(other.environment);
      environmentRegion = other.environmentRegion;
      regionChain = other.regionChain;
    }

    /**
     * Settings from a URL: {@code dsql://user@host:port/database?key=value&...}, or the same with
     * {@code postgresql://} or {@code postgres://}. Keys: {@code region}, {@code profile}, {@code
     * schema}, {@code tokenDurationSecs}, {@code tokenAction}, {@code tokenHost}, {@code
     * applicationNamePrefix}, {@code caFile}, {@code tlsNegotiation}, {@code earlyPassword}, {@code
     * connectTimeoutSecs}, {@code statementCacheSize}. Percent-encoded parts are decoded; a plus
     * sign is a plus sign.
     *
     * @throws InvalidConfigurationException for an unknown or repeated key, a password, a fragment,
     *     an IP address, or a malformed value; the message never shows the URL
     */
    public Builder url(String text) {
      url = ConfigUrl.parse(Objects.requireNonNull(text, "url"));
      return this;
    }

    /**
     * Settings from environment variables: CLUSTER_ENDPOINT, CLUSTER_PORT, CLUSTER_USER,
     * CLUSTER_DATABASE, CLUSTER_SCHEMA, CLUSTER_CA_FILE, and AWS_REGION or else AWS_DEFAULT_REGION.
     * An empty variable counts as not set; all others are ignored. The region is read, and checked,
     * only if nothing with a higher precedence names one.
     *
     * <p>PGDATABASE and the like are not read, because programs that set them mean another server.
     *
     * @param variables as {@link System#getenv()} returns them
     */
    public Builder environment(Map<String, String> variables) {
      Objects.requireNonNull(variables, "environment");
      SettingValues values = new SettingValues();
      Supplier<Optional<String>> region = Optional::empty;
      for (Setting<?> setting : Setting.ALL) {
        Optional<String> given =
            setting.variables().stream()
                .filter(variable -> !variables.getOrDefault(variable, "").isEmpty())
                .findFirst();
        if (given.isPresent()) {
          String text = variables.getOrDefault(given.get(), "");
          String source = "environment variable " + given.get();
          if (setting == Setting.REGION) {
            region = () -> Optional.of(Setting.REGION.parse(text, source));
          } else {
            values.parse(setting, text, source);
          }
        }
      }
      environment = values;
      environmentRegion = region;
      return this;
    }

    /**
     * The cluster: a host name, or a bare cluster id of 26 characters, which needs a region. No
     * default; see {@link ClusterEndpoint} for the accepted forms.
     */
    public Builder endpoint(String hostOrClusterId) {
      return set(Setting.ENDPOINT, hostOrClusterId);
    }

    /** The TCP port, 1 to 65535. Default 5432. */
    public Builder port(int port) {
      return set(Setting.PORT, port);
    }

    /**
     * The AWS region of the cluster. Taken from the first of: this setter, the URL's {@code
     * region}, the host name, AWS_REGION or AWS_DEFAULT_REGION from {@link #environment}, the AWS
     * default region chain. AWS_REGION comes after the host name because it belongs to that chain:
     * it names the region of the program, not of the cluster.
     */
    public Builder region(String region) {
      return set(Setting.REGION, region);
    }

    /** The database user. Default {@code admin}, the only user a new cluster has. */
    public Builder user(String user) {
      return set(Setting.USER, user);
    }

    /** The database. Default {@code postgres}, the only one a cluster has. */
    public Builder database(String database) {
      return set(Setting.DATABASE, database);
    }

    /**
     * The schema that unqualified names mean, sent as {@code search_path}. Default {@code public}
     * for user {@code admin} and {@code myschema} for every other user, who has no rights in {@code
     * public}.
     *
     * @param name one schema, unquoted, as long as PostgreSQL keeps it: 63 bytes
     */
    public Builder schema(String name) {
      return set(Setting.SCHEMA, name);
    }

    /**
     * The profile in {@code ~/.aws} whose credentials are used (and its region, if nothing with a
     * higher precedence names one). Default: none, the AWS default credentials chain. Not together
     * with {@link #credentialsProvider}.
     */
    public Builder profile(String profile) {
      return set(Setting.PROFILE, profile);
    }

    /**
     * The source of credentials: any provider of the AWS SDK. It may block, because the connector
     * never calls it on an event loop. The connector does not close it. Default: the AWS default
     * credentials chain. Not together with {@link #profile}.
     */
    public Builder credentialsProvider(
        IdentityProvider<? extends AwsCredentialsIdentity> provider) {
      return set(Setting.CREDENTIALS_PROVIDER, provider);
    }

    /**
     * The lifetime of a token for opening a connection, 1 second to 7 days in whole seconds.
     * Default 15 minutes, as in the AWS SDK and CLI. Open connections do not depend on it.
     */
    public Builder tokenLifetime(Duration lifetime) {
      return set(Setting.TOKEN_LIFETIME, lifetime);
    }

    /**
     * The IAM action the token asks for. Default {@code DbConnectAdmin} for user {@code admin},
     * {@code DbConnect} for every other user, which is what the service accepts today.
     */
    public Builder tokenAction(TokenAction action) {
      return set(Setting.TOKEN_ACTION, action);
    }

    /**
     * The host name the token is signed for. Default: the endpoint's host. Set it if the cluster is
     * reached under a name that is not its own, such as a CNAME. Through PrivateLink, if access is
     * denied, try the public name {@code <id>.dsql.<region>.on.aws}: the documentation can be read
     * either way, and the official connectors sign for the name they connect to.
     */
    public Builder tokenHost(String host) {
      return set(Setting.TOKEN_HOST, host);
    }

    /**
     * A name in front of the connector's in {@code application_name}, for example that of a
     * framework. Printable ASCII. Default: none.
     */
    public Builder applicationNamePrefix(String prefix) {
      return set(Setting.APPLICATION_NAME_PREFIX, prefix);
    }

    /**
     * A PEM file with the certificate authorities to trust instead of the JDK's. Default: the JDK's
     * store, which has Amazon Root CA 1.
     */
    public Builder caFile(Path pemFile) {
      return set(Setting.CA_FILE, pemFile);
    }

    /** How TLS begins. Default {@link TlsNegotiation#DIRECT}, which saves a round trip. */
    public Builder tlsNegotiation(TlsNegotiation negotiation) {
      return set(Setting.TLS_NEGOTIATION, negotiation);
    }

    /**
     * Whether to send the token together with the startup message, before the server asks for it,
     * which saves a round trip. It is sent inside verified TLS only. Default {@code false}: stock
     * PostgreSQL accepts it, but no document says whether Aurora DSQL does.
     *
     * <p>If the server refuses such a login or closes the connection, the connector tries once more
     * without the early password, in the rest of {@link #connectTimeout}. If that succeeds, this
     * process sends no early password to this host and port any more, and logs that once. A server
     * that neither answers nor closes costs the whole timeout. Where Vert.x's internals cannot be
     * used, the setting has no effect.
     */
    public Builder earlyPassword(boolean early) {
      return set(Setting.EARLY_PASSWORD, early);
    }

    /**
     * The time limit for opening one connection, from the name lookup to ReadyForQuery, 1
     * millisecond to 1 hour. Resolving credentials has the same limit of its own before that.
     * Default 10 seconds: enough for three lost SYN packets (sent again after 1, 3 and 7 seconds),
     * and short enough for a waiting caller.
     */
    public Builder connectTimeout(Duration timeout) {
      return set(Setting.CONNECT_TIMEOUT, timeout);
    }

    /**
     * The number of prepared statements that a connection keeps for the next use of the same text,
     * 0 to 10,000; the least recently used one makes room. Default 256, as in Vert.x: more than
     * most programs have. With 0, a statement with parameters takes two round trips each time. That
     * suits programs that put values into their texts, or that must not keep statements across
     * schema changes.
     */
    public Builder statementCacheSize(int statements) {
      return set(Setting.STATEMENT_CACHE_SIZE, statements);
    }

    /** Replaces the AWS default region chain, so that tests need no network. */
    Builder regionChain(RegionChain chain) {
      regionChain = chain;
      return this;
    }

    private <T> Builder set(Setting<T> setting, T value) {
      Objects.requireNonNull(value, setting.name());
      explicit.put(setting, setting.accept(value, "builder"));
      return this;
    }

    /**
     * Makes the configuration. This may do I/O if no setting names the region: the AWS default
     * region chain reads {@code ~/.aws/config} and, on EC2, queries the instance metadata service.
     *
     * @throws InvalidConfigurationException if there is no endpoint, no region, or both a profile
     *     and a credentials provider
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
      putDefault(all, Setting.STATEMENT_CACHE_SIZE, 256);
      boolean admin = all.get(Setting.USER).equals("admin");
      putDefault(all, Setting.SCHEMA, admin ? "public" : "myschema");
      putDefault(all, Setting.TOKEN_ACTION, TokenAction.forUser(all.get(Setting.USER)));
      ClusterEndpoint endpoint =
          ClusterEndpoint.resolve(
              host,
              all.get(Setting.PORT),
              explicit.find(Setting.REGION).or(() -> url.find(Setting.REGION)),
              () ->
                  environmentRegion.get().or(() -> regionChain.region(all.find(Setting.PROFILE))));
      // By now a bare cluster id has become a host name, and a missing region has been found.
      all.put(Setting.ENDPOINT, endpoint.host());
      all.put(Setting.REGION, endpoint.region());
      putDefault(all, Setting.TOKEN_HOST, endpoint.host());
      return new DsqlConfig(new Builder(this), endpoint, all);
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
}
