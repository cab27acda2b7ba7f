package io.github.dsqljava.benchmarks.peer;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.util.Credentials;
import io.github.dsqljava.benchmarks.cluster.Target;
import io.github.dsqljava.local.LoopbackSocketFactory;
import io.github.dsqljava.spi.TokenSource;
import java.sql.Connection;
import java.sql.Driver;
import java.sql.SQLException;
import java.util.Properties;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.dsql.jdbc.AuroraDsqlCredentialsManager;
import software.amazon.dsql.jdbc.DSQLConnector;

/** Connections by JDBC: with pgjdbc and our tokens, or with the official connector and its own. */
final class JdbcConnections implements AutoCloseable {
  private final String url;
  private final Driver driver;
  private final Properties properties;
  private final TokenSource tokens;
  private final boolean official;

  private JdbcConnections(String prefix, Driver driver, RoundSettings settings, boolean official) {
    Target target = settings.target();
    this.url = prefix + target.clusterHost() + ":" + settings.port() + "/" + Target.DATABASE;
    this.driver = driver;
    this.properties = properties(target);
    this.tokens = TokenSource.of(target.config(settings.port()));
    this.official = official;
  }

  static JdbcConnections pgjdbc(RoundSettings settings) {
    return new JdbcConnections(
        "jdbc:postgresql://", new org.postgresql.Driver(), settings, /* official= */ false);
  }

  static JdbcConnections official(RoundSettings settings) {
    AwsCredentialsProvider credentials = settings.target().credentials();
    AuroraDsqlCredentialsManager.setProvider(credentials);
    return new JdbcConnections(
        "jdbc:aws-dsql:postgresql://", new DSQLConnector(), settings, /* official= */ true);
  }

  /**
   * Direct TLS and no query after the login, as the newer versions of the official connector do by
   * themselves.
   */
  private static Properties properties(Target target) {
    Properties properties = new Properties();
    properties.setProperty("user", Target.USER);
    properties.setProperty("sslmode", "verify-full");
    properties.setProperty("sslNegotiation", "direct");
    properties.setProperty("sslfactory", ClusterTrust.class.getName());
    properties.setProperty("sslfactoryarg", target.caFile().toString());
    properties.setProperty("assumeMinServerVersion", "16");
    // The cluster's name does not resolve on this machine.
    properties.setProperty("socketFactory", LoopbackSocketFactory.class.getName());
    return properties;
  }

  Connection connect() throws SQLException {
    Properties all = new Properties();
    all.putAll(properties);
    if (!official) {
      all.setProperty("password", token());
    }
    return driver.connect(url, all);
  }

  HikariConfig poolConfig() {
    HikariConfig config = new HikariConfig();
    config.setJdbcUrl(url);
    config.setDriverClassName(driver.getClass().getName());
    config.setUsername(Target.USER);
    config.setDataSourceProperties(properties);
    if (!official) {
      config.setCredentialsProvider(() -> Credentials.of(Target.USER, token()));
    }
    return config;
  }

  private String token() {
    return tokens.token().join().value();
  }

  @Override
  public void close() {
    tokens.close();
  }
}
