package io.github.dsqljava;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.StringJoiner;
import software.amazon.awssdk.identity.spi.AwsCredentialsIdentity;
import software.amazon.awssdk.identity.spi.IdentityProvider;

/**
 * Everything needed to connect to one cluster as one user. Immutable and free of secrets; made by a
 * {@link #builder()}, from a URL or from the environment.
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
 * <p>Each setting's meaning, default and range stand at its method in {@link DsqlConfigBuilder}.
 */
public final class DsqlConfig {

  private final DsqlConfigBuilder origin;
  private final ClusterEndpoint endpoint;
  private final SettingValues values;

  DsqlConfig(DsqlConfigBuilder origin, ClusterEndpoint endpoint, SettingValues values) {
    this.origin = origin;
    this.endpoint = endpoint;
    this.values = values;
  }

  /** A builder with nothing set. */
  public static DsqlConfigBuilder builder() {
    return new DsqlConfigBuilder();
  }

  /**
   * A configuration from a URL alone; short for {@code builder().url(url).build()}.
   *
   * @param url see {@link DsqlConfigBuilder#url}
   * @throws InvalidConfigurationException if the URL is malformed or names no cluster or region
   */
  public static DsqlConfig fromUrl(String url) {
    return builder().url(url).build();
  }

  /**
   * A configuration from this process's environment; see {@link DsqlConfigBuilder#environment}.
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
   * A builder that holds what this configuration was made from, layer by layer. Defaults are not
   * frozen: with another user, the schema and the token's action follow that user unless they were
   * given.
   */
  public DsqlConfigBuilder toBuilder() {
    return new DsqlConfigBuilder(origin);
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

  /** How long a token may be used, whole seconds. */
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

  /** What stands in front of the connector's name in {@code application_name}, if given. */
  public Optional<String> applicationNamePrefix() {
    return values.find(Setting.APPLICATION_NAME_PREFIX);
  }

  /** The PEM file with trusted certificate authorities, if given; else the JDK's are trusted. */
  public Optional<Path> caFile() {
    return values.find(Setting.CA_FILE);
  }

  /** How TLS is to begin. */
  public TlsNegotiation tlsNegotiation() {
    return values.get(Setting.TLS_NEGOTIATION);
  }

  /** Whether the token is sent together with the startup message. */
  public boolean earlyPassword() {
    return values.get(Setting.EARLY_PASSWORD);
  }

  /** How long opening one connection may take. */
  public Duration connectTimeout() {
    return values.get(Setting.CONNECT_TIMEOUT);
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
    if (setting.equals(Setting.ENDPOINT)) {
      return endpoint.host(); // a bare cluster id has become a host by now
    }
    if (setting.equals(Setting.REGION)) {
      return endpoint.region();
    }
    return values
        .find(setting)
        .map(value -> value instanceof IdentityProvider<?> ? value.getClass().getName() : value)
        .map(Object::toString)
        .orElse("(none)");
  }
}
