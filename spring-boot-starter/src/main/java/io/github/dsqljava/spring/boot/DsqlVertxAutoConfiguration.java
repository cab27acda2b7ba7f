package io.github.dsqljava.spring.boot;

import io.github.dsqljava.DsqlConfig;
import io.github.dsqljava.vertx.DsqlConnector;
import io.github.dsqljava.vertx.DsqlPool;
import io.vertx.core.Vertx;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;

/**
 * A {@link DsqlConnector}, on the program's {@link Vertx} if that is a bean, and a {@link
 * DsqlPool}, which closes with it.
 */
@AutoConfiguration(after = DsqlAutoConfiguration.class)
@ConditionalOnClass(DsqlConnector.class)
public class DsqlVertxAutoConfiguration {

  @Bean
  @ConditionalOnMissingBean(DsqlConnector.class)
  ConnectorFactoryBean dsqlConnector(
      DsqlConfig config, DsqlProperties properties, ObjectProvider<Vertx> vertx) {
    return new ConnectorFactoryBean(config, properties, vertx);
  }

  @Bean(destroyMethod = "")
  @ConditionalOnMissingBean
  DsqlPool dsqlPool(
      DsqlConnector connector,
      BeanFactory beans,
      DsqlProperties properties,
      ObjectProvider<PoolSettingsCustomizer> customizers) {
    Metrics.Watched metrics = Metrics.ofPool(beans, "vertx");
    var settings = VertxSettings.of(properties).listener(metrics.listener());
    customizers.orderedStream().forEach(customizer -> customizer.customize(settings));
    DsqlPool pool = connector.pool(Given.build("dsql.pool.*", settings::build));
    metrics.watch(pool::stats);
    return pool;
  }
}
