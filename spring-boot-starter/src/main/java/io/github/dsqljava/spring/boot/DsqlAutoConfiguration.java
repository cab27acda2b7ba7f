package io.github.dsqljava.spring.boot;

import io.github.dsqljava.DsqlConfig;
import io.github.dsqljava.local.DsqlLocal;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Lazy;
import org.springframework.core.env.Environment;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;

/**
 * Makes a {@link DsqlConfig} from the properties {@code dsql.*}, or from the variables that the
 * connector reads ({@code CLUSTER_ENDPOINT} and others), which have a lower precedence. If the
 * context has a {@link DsqlLocal}, the configuration leads there.
 */
@AutoConfiguration(afterName = "io.github.dsqljava.spring.DsqlLocalAutoConfiguration")
@EnableConfigurationProperties(DsqlProperties.class)
public class DsqlAutoConfiguration {

  /** Applies if {@code dsql-local} is on the class path and a cluster is among the beans. */
  @Configuration(proxyBeanMethods = false)
  @ConditionalOnClass(name = "io.github.dsqljava.local.DsqlLocal")
  @ConditionalOnBean(type = "io.github.dsqljava.local.DsqlLocal")
  static class Local {

    /** Lazy: a program that makes its own connections needs no cluster here, and must not fail. */
    @Bean
    @Lazy
    @ConditionalOnMissingBean
    DsqlConfig dsqlConfig(
        DsqlProperties properties,
        DsqlLocal cluster,
        ObjectProvider<DsqlConfigCustomizer> customizers) {
      DsqlConfig.Builder config = ConfigBuilder.addOthers(DsqlConfig.builder(), properties);
      config
          .endpoint(cluster.host())
          .port(cluster.port())
          .region(cluster.region())
          .caFile(cluster.caFile())
          .credentialsProvider(
              StaticCredentialsProvider.create(
                  AwsBasicCredentials.create(
                      cluster.principal().accessKeyId(), cluster.principal().secretAccessKey())));
      return customized(config, customizers);
    }
  }

  @Bean
  @Lazy
  @ConditionalOnMissingBean
  DsqlConfig dsqlConfig(
      DsqlProperties properties,
      Environment environment,
      ObjectProvider<AwsCredentialsProvider> credentials,
      ObjectProvider<DsqlConfigCustomizer> customizers) {
    return customized(
        ConfigBuilder.toCluster(
            properties, ConfigBuilder.variables(environment), credentials.getIfUnique()),
        customizers);
  }

  private static DsqlConfig customized(
      DsqlConfig.Builder config, ObjectProvider<DsqlConfigCustomizer> customizers) {
    customizers.orderedStream().forEach(customizer -> customizer.customize(config));
    return Given.build("dsql.*", config::build);
  }
}
