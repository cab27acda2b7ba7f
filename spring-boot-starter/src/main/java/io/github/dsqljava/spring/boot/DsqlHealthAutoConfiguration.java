package io.github.dsqljava.spring.boot;

import io.github.dsqljava.r2dbc.DsqlR2dbc;
import io.github.dsqljava.vertx.DsqlConnector;
import io.github.dsqljava.vertx.DsqlPool;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/**
 * Health indicators {@code dsql} (R2DBC) and {@code dsqlVertx}, which say what the pools know and
 * ask the server nothing. Spring Boot 4 has moved the types, so the classes at hand decide.
 */
@AutoConfiguration(after = {DsqlR2dbcAutoConfiguration.class, DsqlVertxAutoConfiguration.class})
@ConditionalOnProperty(name = "management.health.dsql.enabled", matchIfMissing = true)
public class DsqlHealthAutoConfiguration {

  /** R2DBC's pool. */
  @Configuration(proxyBeanMethods = false)
  @ConditionalOnClass(DsqlR2dbc.class)
  @ConditionalOnBean(DsqlR2dbc.class)
  static class OfR2dbc {

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass(name = "org.springframework.boot.health.contributor.HealthIndicator")
    static class Boot4 {
      @Bean
      Boot4ReactiveHealth dsqlHealthIndicator(DsqlR2dbc dsql) {
        return new Boot4ReactiveHealth(() -> state(dsql));
      }
    }

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass(name = "org.springframework.boot.actuate.health.HealthIndicator")
    @ConditionalOnMissingClass("org.springframework.boot.health.contributor.HealthIndicator")
    static class Boot3 {
      @Bean
      Boot3ReactiveHealth dsqlHealthIndicator(DsqlR2dbc dsql) {
        return new Boot3ReactiveHealth(() -> state(dsql));
      }
    }

    private static PoolState state(DsqlR2dbc dsql) {
      return new PoolState(dsql.config().endpoint().address(), dsql.health(), dsql.stats());
    }
  }

  /** Vert.x's pool. */
  @Configuration(proxyBeanMethods = false)
  @ConditionalOnClass(DsqlPool.class)
  @ConditionalOnBean(DsqlPool.class)
  static class OfVertx {

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass(name = "org.springframework.boot.health.contributor.HealthIndicator")
    static class Boot4 {
      @Bean
      Boot4Health dsqlVertxHealthIndicator(DsqlConnector connector, DsqlPool pool) {
        return new Boot4Health(() -> state(connector, pool));
      }
    }

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass(name = "org.springframework.boot.actuate.health.HealthIndicator")
    @ConditionalOnMissingClass("org.springframework.boot.health.contributor.HealthIndicator")
    static class Boot3 {
      @Bean
      Boot3Health dsqlVertxHealthIndicator(DsqlConnector connector, DsqlPool pool) {
        return new Boot3Health(() -> state(connector, pool));
      }
    }

    private static PoolState state(DsqlConnector connector, DsqlPool pool) {
      return new PoolState(connector.config().endpoint().address(), pool.health(), pool.stats());
    }
  }
}
