package io.github.dsqljava.spring.boot;

import io.github.dsqljava.TlsNegotiation;
import io.github.dsqljava.TokenAction;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.NestedConfigurationProperty;

/** The properties {@code dsql.*}. Unset ones have the connector's defaults. */
@ConfigurationProperties("dsql")
public class DsqlProperties {
  /** All settings of the connection in one: dsql://user@host/postgres?schema=shop. */
  private @Nullable String url;

  /** Host name of the cluster, or its id of 26 characters, which needs a region. */
  private @Nullable String endpoint;

  /** TCP port. Default 5432. */
  private @Nullable Integer port;

  /** AWS Region of the cluster. By default from the host name, AWS_REGION, or the AWS SDK. */
  private @Nullable String region;

  /** Database role. Default admin. */
  private @Nullable String user;

  /** Database. Default postgres, the only one a cluster has. */
  private @Nullable String database;

  /** Schema of unqualified names. Default public for admin, myschema for other roles. */
  private @Nullable String schema;

  /** Profile in ~/.aws whose credentials are used. By default a bean, or the AWS SDK's chain. */
  private @Nullable String profile;

  /** Lifetime of a token for opening a connection, up to 7 days. Default 15m. */
  private @Nullable Duration tokenLifetime;

  /** IAM action the token asks for. By default DbConnectAdmin for admin, DbConnect for others. */
  private @Nullable TokenAction tokenAction;

  /** Host name the token is signed for, if it is not the endpoint's. */
  private @Nullable String tokenHost;

  /** Name in front of the connector's in application_name. */
  private @Nullable String applicationNamePrefix;

  /** PEM file with the certificate authorities to trust in place of the JDK's. */
  private @Nullable Path caFile;

  /** Way in which TLS begins. Default direct, which saves a round trip. */
  private @Nullable TlsNegotiation tlsNegotiation;

  /** Whether the token is sent before the server asks for it (Vert.x). Default false. */
  private @Nullable Boolean earlyPassword;

  /** Time limit for opening one connection, up to 1h. Default 10s. */
  private @Nullable Duration connectTimeout;

  /** Number of prepared statements that a connection keeps, 0 to 10000. Default 256. */
  private @Nullable Integer statementCacheSize;

  @NestedConfigurationProperty private final PoolProperties pool = new PoolProperties();

  @NestedConfigurationProperty private final RetryProperties retry = new RetryProperties();

  public @Nullable String getUrl() {
    return url;
  }

  public void setUrl(@Nullable String url) {
    this.url = url;
  }

  public @Nullable String getEndpoint() {
    return endpoint;
  }

  public void setEndpoint(@Nullable String endpoint) {
    this.endpoint = endpoint;
  }

  public @Nullable Integer getPort() {
    return port;
  }

  public void setPort(@Nullable Integer port) {
    this.port = port;
  }

  public @Nullable String getRegion() {
    return region;
  }

  public void setRegion(@Nullable String region) {
    this.region = region;
  }

  public @Nullable String getUser() {
    return user;
  }

  public void setUser(@Nullable String user) {
    this.user = user;
  }

  public @Nullable String getDatabase() {
    return database;
  }

  public void setDatabase(@Nullable String database) {
    this.database = database;
  }

  public @Nullable String getSchema() {
    return schema;
  }

  public void setSchema(@Nullable String schema) {
    this.schema = schema;
  }

  public @Nullable String getProfile() {
    return profile;
  }

  public void setProfile(@Nullable String profile) {
    this.profile = profile;
  }

  public @Nullable Duration getTokenLifetime() {
    return tokenLifetime;
  }

  public void setTokenLifetime(@Nullable Duration tokenLifetime) {
    this.tokenLifetime = tokenLifetime;
  }

  public @Nullable TokenAction getTokenAction() {
    return tokenAction;
  }

  public void setTokenAction(@Nullable TokenAction tokenAction) {
    this.tokenAction = tokenAction;
  }

  public @Nullable String getTokenHost() {
    return tokenHost;
  }

  public void setTokenHost(@Nullable String tokenHost) {
    this.tokenHost = tokenHost;
  }

  public @Nullable String getApplicationNamePrefix() {
    return applicationNamePrefix;
  }

  public void setApplicationNamePrefix(@Nullable String applicationNamePrefix) {
    this.applicationNamePrefix = applicationNamePrefix;
  }

  public @Nullable Path getCaFile() {
    return caFile;
  }

  public void setCaFile(@Nullable Path caFile) {
    this.caFile = caFile;
  }

  public @Nullable TlsNegotiation getTlsNegotiation() {
    return tlsNegotiation;
  }

  public void setTlsNegotiation(@Nullable TlsNegotiation tlsNegotiation) {
    this.tlsNegotiation = tlsNegotiation;
  }

  public @Nullable Boolean getEarlyPassword() {
    return earlyPassword;
  }

  public void setEarlyPassword(@Nullable Boolean earlyPassword) {
    this.earlyPassword = earlyPassword;
  }

  public @Nullable Duration getConnectTimeout() {
    return connectTimeout;
  }

  public void setConnectTimeout(@Nullable Duration connectTimeout) {
    this.connectTimeout = connectTimeout;
  }

  public @Nullable Integer getStatementCacheSize() {
    return statementCacheSize;
  }

  public void setStatementCacheSize(@Nullable Integer statementCacheSize) {
    this.statementCacheSize = statementCacheSize;
  }

  public PoolProperties getPool() {
    return pool;
  }

  public RetryProperties getRetry() {
    return retry;
  }
}
