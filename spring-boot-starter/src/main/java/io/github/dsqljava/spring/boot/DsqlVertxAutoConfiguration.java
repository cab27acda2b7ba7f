package io.github.dsqljava.spring.boot;

import io.github.dsqljava.DsqlConfig;
import io.github.dsqljava.vertx.DsqlConnector;
import io.github.dsqljava.vertx.DsqlPool;
import io.github.dsqljava.vertx.PoolSettings;
import io.vertx.core.Vertx;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Conditional;

/**
 * Makes a {@link DsqlConnector}, on the program's {@link Vertx} if that is a bean, and a {@link
 * DsqlPool}, which closes with the connector.
 */
@AutoConfiguration(after = DsqlAutoConfiguration.class)
@ConditionalOnClass(DsqlConnector.class)
public class DsqlVertxAutoConfiguration {
  private static final PoolSetters<PoolSettings.Builder> SETTERS =
      new PoolSetters<>(
          PoolSettings.Builder::policy,
          PoolSettings.Builder::retryPolicy,
          PoolSettings.Builder::connectRate,
          PoolSettings.Builder::transactionDeadline,
          PoolSettings.Builder::statementTimeout,
          PoolSettings.Builder::conflictLane,
          PoolSettings.Builder::closeGrace);

  @Bean
  @ConditionalOnMissingBean(DsqlConnector.class)
  @Conditional(OnClusterWanted.class)
  ConnectorFactoryBean dsqlConnector(DsqlConfig config, ObjectProvider<Vertx> vertx) {
    return new ConnectorFactoryBean(config, vertx);
  }

  @Bean(destroyMethod = "")
  @ConditionalOnBean(DsqlConnector.class)
  @ConditionalOnMissingBean
  DsqlPool dsqlPool(
      DsqlConnector connector,
      BeanFactory beans,
      DsqlProperties properties,
      ObjectProvider<PoolSettingsCustomizer> customizers) {
    Metrics.Watched metrics = Metrics.ofPool(beans, "vertx");
    PoolSettings.Builder settings = SETTERS.set(PoolSettings.builder(), properties);
    customizers.orderedStream().forEach(customizer -> customizer.customize(settings));
    PoolSettings customized = Given.build("dsql.pool.*", settings::build);
    settings.listener(metrics.listenerWith(customized.listener()));
    DsqlPool pool = connector.pool(Given.build("dsql.pool.*", settings::build));
    metrics.watch(pool::stats);
    return pool;
  }
}
