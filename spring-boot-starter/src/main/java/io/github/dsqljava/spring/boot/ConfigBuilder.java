package io.github.dsqljava.spring.boot;

import io.github.dsqljava.DsqlConfig;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.Environment;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;

/** Makes the connector's configuration from properties and the environment's variables. */
final class ConfigBuilder {
  static final String ENDPOINT = "CLUSTER_ENDPOINT";

  private ConfigBuilder() {}

  /** Whether a property or variable names a cluster. */
  static boolean namesCluster(Environment environment) {
    return environment.containsProperty("dsql.endpoint")
        || environment.containsProperty("dsql.url")
        || !variables(environment).getOrDefault(ENDPOINT, "").isEmpty();
  }

  /** Returns the process's environment variables, which the connector reads, too. */
  static Map<String, String> variables(Environment environment) {
    return environment instanceof ConfigurableEnvironment configurable
        ? configurable.getSystemEnvironment().entrySet().stream()
            .collect(Collectors.toMap(Map.Entry::getKey, e -> String.valueOf(e.getValue())))
        : Map.of();
  }

  /** Returns a builder with the endpoint of a cluster, and the other settings. */
  static DsqlConfig.Builder toCluster(
      DsqlProperties properties,
      Map<String, String> variables,
      @Nullable AwsCredentialsProvider credentials) {
    if (properties.getEndpoint() == null
        && properties.getUrl() == null
        && variables.getOrDefault(ENDPOINT, "").isEmpty()) {
      throw new InvalidDsqlPropertyException(
          "dsql.endpoint",
          "No cluster is named.",
          "Set dsql.endpoint to the cluster's host name, or the environment variable "
              + ENDPOINT
              + ". For a cluster on this machine, add dsql-local-spring-boot-test and set"
              + " dsql.local.enabled=true, or put @DsqlLocalConnection on a test.",
          null);
    }
    DsqlConfig.Builder config = DsqlConfig.builder();
    var unused = Given.build("(environment variable)", () -> config.environment(variables));
    Given.set("dsql.url", properties.getUrl(), config::url);
    Given.set("dsql.endpoint", properties.getEndpoint(), config::endpoint);
    Given.set("dsql.port", properties.getPort(), config::port);
    Given.set("dsql.region", properties.getRegion(), config::region);
    Given.set("dsql.profile", properties.getProfile(), config::profile);
    Given.set("dsql.token-host", properties.getTokenHost(), config::tokenHost);
    Given.set("dsql.ca-file", properties.getCaFile(), config::caFile);
    if (credentials != null && properties.getProfile() == null) {
      config.credentialsProvider(credentials);
    }
    return addOthers(config, properties);
  }

  /** Adds the settings that do not depend on the cluster's address. */
  static DsqlConfig.Builder addOthers(DsqlConfig.Builder config, DsqlProperties properties) {
    Given.set("dsql.user", properties.getUser(), config::user);
    Given.set("dsql.database", properties.getDatabase(), config::database);
    Given.set("dsql.schema", properties.getSchema(), config::schema);
    Given.set("dsql.token-lifetime", properties.getTokenLifetime(), config::tokenLifetime);
    Given.set("dsql.token-action", properties.getTokenAction(), config::tokenAction);
    Given.set(
        "dsql.application-name-prefix",
        properties.getApplicationNamePrefix(),
        config::applicationNamePrefix);
    Given.set("dsql.tls-negotiation", properties.getTlsNegotiation(), config::tlsNegotiation);
    Given.set("dsql.early-password", properties.getEarlyPassword(), config::earlyPassword);
    Given.set("dsql.connect-timeout", properties.getConnectTimeout(), config::connectTimeout);
    Given.set(
        "dsql.statement-cache-size",
        properties.getStatementCacheSize(),
        config::statementCacheSize);
    return config;
  }
}
