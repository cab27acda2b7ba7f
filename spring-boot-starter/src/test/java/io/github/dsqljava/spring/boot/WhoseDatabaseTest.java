package io.github.dsqljava.spring.boot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.dsqljava.DsqlConfig;
import io.github.dsqljava.r2dbc.DsqlR2dbc;
import io.github.dsqljava.r2dbc.R2dbcSettings;
import io.github.dsqljava.vertx.DsqlConnector;
import io.github.dsqljava.vertx.DsqlPool;
import io.github.dsqljava.vertx.PoolSettings;
import io.r2dbc.spi.ConnectionFactories;
import io.r2dbc.spi.ConnectionFactory;
import io.r2dbc.spi.ConnectionFactoryOptions;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.beans.factory.NoSuchBeanDefinitionException;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.Status;
import org.springframework.boot.r2dbc.autoconfigure.R2dbcConnectionDetails;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;

/** Beans of the program's that say where its database is. No connection is opened. */
class WhoseDatabaseTest {
  private static final String CLUSTER = "abcdefghijklmnopqrstuvwxyz.dsql.us-east-1.on.aws";
  private static final String NAMED = "--dsql.endpoint=" + CLUSTER;
  private static final String URL = "r2dbc:postgresql://other@localhost:1/other";
  private static final String OTHER = "--spring.r2dbc.url=" + URL;
  private static final String NO_JDBC =
      "--spring.autoconfigure.exclude="
          + "org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration";

  private static ConfigurableApplicationContext start(Class<?> more, String... properties) {
    return Contexts.builder(more).properties("spring.main.banner-mode=off").run(properties);
  }

  private static void assertOurs(ConfigurableApplicationContext context) {
    assertThat(context.getBean(ConnectionFactory.class)).isInstanceOf(DsqlR2dbc.class);
  }

  private static void assertTheirs(ConfigurableApplicationContext context) {
    assertThat(context.getBeanProvider(DsqlR2dbc.class).getIfAvailable()).isNull();
    assertThat(context.getBean(ConnectionFactory.class)).isNotNull();
  }

  @Test
  void ownConnectionFactory_standsAboveAll() {
    try (var context = start(Factory.class, NAMED, NO_JDBC)) {
      assertTheirs(context);
    }
  }

  static class Factory {
    @Bean
    ConnectionFactory mine() {
      return ConnectionFactories.get(URL);
    }
  }

  /** Vert.x on the class path is no reason to ask for a cluster. */
  @Test
  void ownConnectionFactory_withoutACluster_isEnough() {
    try (var context = start(Factory.class, NO_JDBC)) {
      assertTheirs(context);
      assertNothingOfVertx(context);
      assertThat(context.getBeanFactory().containsSingleton("dsqlConfig")).isFalse();
    }
  }

  private static void assertNothingOfVertx(ConfigurableApplicationContext context) {
    assertThatThrownBy(() -> context.getBean(DsqlPool.class))
        .isInstanceOf(NoSuchBeanDefinitionException.class);
    assertThat(context.getBeanProvider(DsqlConnector.class).getIfAvailable()).isNull();
  }

  @Test
  void ownPool_withoutACluster_isEnough() {
    try (var context = start(OwnPool.class, NO_BOOTS_R2DBC)) {
      assertThat(context.getBean(DsqlPool.class).stats().size()).isZero();
      assertThat(context.getBeanProvider(DsqlConnector.class).getIfAvailable()).isNull();
      assertThat(context.getBeanProvider(DsqlR2dbc.class).getIfAvailable()).isNull();
      assertThat(context.getBeanFactory().containsSingleton("dsqlConfig")).isFalse();
    }
  }

  /** Whoever sets Boot's R2DBC up has to say for which database. */
  private static final String NO_BOOTS_R2DBC =
      NO_JDBC + ",org.springframework.boot.r2dbc.autoconfigure.R2dbcAutoConfiguration";

  static class OwnPool implements DisposableBean {
    private final DsqlConnector connector =
        DsqlConnector.create(DsqlConfig.builder().endpoint(CLUSTER).build());

    @Bean(destroyMethod = "")
    DsqlPool mine() {
      return connector.pool();
    }

    @Override
    public void destroy() throws Exception {
      var unused =
          connector.close().toCompletionStage().toCompletableFuture().get(60, TimeUnit.SECONDS);
    }
  }

  @Test
  void ownConnector_withoutACluster_isEnough_andHasItsPool() {
    try (var context = start(OwnConnector.class, NO_BOOTS_R2DBC)) {
      assertThat(context.getBean(DsqlPool.class).stats().size()).isZero();
      assertThat(context.getBean(DsqlConnector.class).config().endpoint().address())
          .contains(CLUSTER);
      assertThat(context.getBeanProvider(DsqlR2dbc.class).getIfAvailable()).isNull();
      assertThat(context.getBeanFactory().containsSingleton("dsqlConfig")).isFalse();
    }
  }

  static class OwnConnector {
    @Bean
    DsqlConnector mine() {
      return DsqlConnector.create(DsqlConfig.builder().endpoint(CLUSTER).build());
    }
  }

  @Test
  void ownConnections_besideACluster_leaveTheOtherAdapterToUs() {
    try (var context = start(Factory.class, NAMED, NO_JDBC)) {
      assertThat(context.getBean(DsqlConnector.class).config().endpoint().address())
          .contains(CLUSTER);
    }
    try (var context = start(OwnPool.class, NAMED, NO_JDBC)) {
      assertOurs(context);
    }
  }

  @Test
  void serviceConnection_standsAboveProperties() {
    try (var context = start(Details.class, NAMED, NO_JDBC)) {
      assertTheirs(context);
    }
  }

  static class Details {
    @Bean
    R2dbcConnectionDetails container() {
      return () -> ConnectionFactoryOptions.parse(URL);
    }
  }

  @Test
  void ownConfiguration_standsAboveTheOtherDatabase() {
    try (var context = start(Config.class, OTHER, NO_JDBC)) {
      assertOurs(context);
      assertThat(context.getBean(DsqlR2dbc.class).config().endpoint().address()).contains(CLUSTER);
    }
  }

  static class Config {
    /** Not the name of ours. */
    @Bean
    DsqlConfig shop() {
      return DsqlConfig.builder().endpoint(CLUSTER).build();
    }
  }

  @Test
  void clusterOfTheProperties_standsAboveTheOtherDatabase() {
    try (var context = start(Object.class, NAMED, OTHER, NO_JDBC)) {
      assertOurs(context);
    }
  }

  @Test
  void severalPools_areInTheHealth_byTheirNames() {
    try (var context = start(Several.class, NAMED, NO_JDBC)) {
      Health r2dbc =
          context.getBean(Boot4ReactiveHealth.class).health().block(Duration.ofSeconds(60));
      assertThat(r2dbc.getStatus()).isEqualTo(Status.UP);
      assertThat(r2dbc.getDetails()).containsOnlyKeys("reads", "writes");
      Health vertx = context.getBean(Boot4Health.class).health();
      assertThat(vertx.getStatus()).isEqualTo(Status.UP);
      assertThat(vertx.getDetails()).containsOnlyKeys("first", "second");
      assertThat(vertx.getDetails().get("first")).asString().contains(CLUSTER).contains("idle=0");
    }
  }

  static class Several {
    @Bean(destroyMethod = "dispose")
    DsqlR2dbc reads(DsqlConfig config) {
      return DsqlR2dbc.of(config, R2dbcSettings.defaults());
    }

    @Bean(destroyMethod = "dispose")
    DsqlR2dbc writes(DsqlConfig config) {
      return DsqlR2dbc.of(config, R2dbcSettings.defaults());
    }

    @Bean(destroyMethod = "")
    DsqlPool first(DsqlConnector connector) {
      return connector.pool(PoolSettings.defaults());
    }

    @Bean(destroyMethod = "")
    DsqlPool second(DsqlConnector connector) {
      return connector.pool(PoolSettings.defaults());
    }
  }
}
