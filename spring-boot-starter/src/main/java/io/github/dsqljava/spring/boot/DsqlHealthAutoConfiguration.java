package io.github.dsqljava.spring.boot;

import io.github.dsqljava.r2dbc.DsqlR2dbc;
import io.github.dsqljava.vertx.DsqlConnector;
import io.github.dsqljava.vertx.DsqlPool;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/**
 * The health indicators {@code dsql} (R2DBC) and {@code dsqlVertx}. They report the state of the
 * pools without a query to the server. Spring Boot 4 has moved the types of health indicators, so
 * the classes on the class path decide which ones are made.
 */
@AutoConfiguration(after = {DsqlR2dbcAutoConfiguration.class, DsqlVertxAutoConfiguration.class})
@ConditionalOnProperty(name = "management.health.dsql.enabled", matchIfMissing = true)
public class DsqlHealthAutoConfiguration {

  /** R2DBC's pools. */
  @Configuration(proxyBeanMethods = false)
  @ConditionalOnClass(DsqlR2dbc.class)
  @ConditionalOnBean(DsqlR2dbc.class)
  static class OfR2dbc {

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass(name = "org.springframework.boot.health.contributor.HealthIndicator")
    static class Boot4 {
      @Bean
      Boot4ReactiveHealth dsqlHealthIndicator(Map<String, DsqlR2dbc> pools) {
        return new Boot4ReactiveHealth(() -> state(pools));
      }
    }

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass(name = "org.springframework.boot.actuate.health.HealthIndicator")
    @ConditionalOnMissingClass("org.springframework.boot.health.contributor.HealthIndicator")
    static class Boot3 {
      @Bean
      Boot3ReactiveHealth dsqlHealthIndicator(Map<String, DsqlR2dbc> pools) {
        return new Boot3ReactiveHealth(() -> state(pools));
      }
    }

    private static PoolState state(Map<String, DsqlR2dbc> pools) {
      Map<String, PoolState> states = new TreeMap<>();
      pools.forEach(
          (name, pool) ->
              states.put(
                  name,
                  PoolState.of(pool.config().endpoint().address(), pool.health(), pool.stats())));
      return PoolState.all(states);
    }
  }

  /** Vert.x's pools. */
  @Configuration(proxyBeanMethods = false)
  @ConditionalOnClass(DsqlPool.class)
  @ConditionalOnBean(DsqlPool.class)
  static class OfVertx {

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass(name = "org.springframework.boot.health.contributor.HealthIndicator")
    static class Boot4 {
      @Bean
      Boot4Health dsqlVertxHealthIndicator(
          ObjectProvider<DsqlConnector> connector, Map<String, DsqlPool> pools) {
        return new Boot4Health(() -> state(connector.getIfUnique(), pools));
      }
    }

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass(name = "org.springframework.boot.actuate.health.HealthIndicator")
    @ConditionalOnMissingClass("org.springframework.boot.health.contributor.HealthIndicator")
    static class Boot3 {
      @Bean
      Boot3Health dsqlVertxHealthIndicator(
          ObjectProvider<DsqlConnector> connector, Map<String, DsqlPool> pools) {
        return new Boot3Health(() -> state(connector.getIfUnique(), pools));
      }
    }

    private static PoolState state(@Nullable DsqlConnector only, Map<String, DsqlPool> pools) {
      // A pool does not know its cluster.
      String cluster = only == null ? null : only.config().endpoint().address();
      Map<String, PoolState> states = new TreeMap<>();
      pools.forEach(
          (name, pool) -> states.put(name, PoolState.of(cluster, pool.health(), pool.stats())));
      return PoolState.all(states);
    }
  }
}
