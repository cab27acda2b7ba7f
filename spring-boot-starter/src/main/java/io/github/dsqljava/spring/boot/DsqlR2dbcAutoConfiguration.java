package io.github.dsqljava.spring.boot;

import io.github.dsqljava.r2dbc.DsqlR2dbc;
import io.r2dbc.spi.ConnectionFactory;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Conditional;

/**
 * Makes a {@link DsqlR2dbc} as the {@link ConnectionFactory} before Spring Boot makes its own.
 * DatabaseClient, Spring Data R2DBC and R2dbcTransactionManager use it like any other.
 */
@AutoConfiguration(
    after = DsqlAutoConfiguration.class,
    beforeName = {
      "org.springframework.boot.r2dbc.autoconfigure.R2dbcAutoConfiguration",
      "org.springframework.boot.autoconfigure.r2dbc.R2dbcAutoConfiguration"
    })
@ConditionalOnClass(DsqlR2dbc.class)
@ConditionalOnMissingBean(ConnectionFactory.class)
@Conditional({OnNoOtherDatabase.class, OnClusterWanted.class})
public class DsqlR2dbcAutoConfiguration {

  @Bean
  R2dbcFactoryBean dsqlConnectionFactory(
      BeanFactory beans,
      DsqlProperties properties,
      ObjectProvider<R2dbcSettingsCustomizer> customizers) {
    return new R2dbcFactoryBean(beans, properties, customizers);
  }
}
