package io.github.dsqljava.spring.boot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.dsqljava.DsqlConfig;
import io.github.dsqljava.local.DsqlLocal;
import io.github.dsqljava.pool.PoolListener;
import io.github.dsqljava.r2dbc.DsqlR2dbc;
import io.github.dsqljava.r2dbc.R2dbcSettings;
import io.github.dsqljava.spring.DsqlLocalConnection;
import io.github.dsqljava.testsupport.FaultRelay;
import io.github.dsqljava.vertx.DsqlConnector;
import io.github.dsqljava.vertx.DsqlPool;
import io.github.dsqljava.vertx.PoolSettings;
import io.micrometer.core.instrument.MeterRegistry;
import io.r2dbc.spi.ConnectionFactory;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.Status;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.core.env.StandardEnvironment;
import org.springframework.r2dbc.connection.R2dbcTransactionManager;
import org.springframework.r2dbc.core.DatabaseClient;
import org.springframework.transaction.TransactionManager;

/** Beans from properties, from the start of an application to its end. */
class StartTest {
  private static final Duration LIMIT = Duration.ofSeconds(60);

  private static DsqlLocal cluster;
  private static FaultRelay relay;

  @BeforeAll
  static void startCluster() {
    cluster = DsqlLocal.start();
    relay = FaultRelay.start(cluster.port());
  }

  @AfterAll
  static void stopCluster() {
    relay.close();
    cluster.close();
  }

  private static ConfigurableApplicationContext start(String... more) {
    return Contexts.start(Contexts.app(cluster), cluster, relay.port(), more);
  }

  private static Integer one(ConfigurableApplicationContext context) {
    return context
        .getBean(DatabaseClient.class)
        .sql("SELECT 1")
        .map(row -> row.get(0, Integer.class))
        .one()
        .block(LIMIT);
  }

  @Test
  void application_opensNoConnectionBeforeItsFirstUse_andClosesThemAll() {
    int before = relay.connections();
    DsqlR2dbc dsql;
    try (var context = start()) {
      assertThat(relay.connections()).isEqualTo(before);
      dsql = context.getBean(DsqlR2dbc.class);
      assertThat(context.getBean(ConnectionFactory.class)).isSameAs(dsql);
      assertThat(context.getBean(TransactionManager.class))
          .isInstanceOf(R2dbcTransactionManager.class);
      assertThat(one(context)).isEqualTo(1);
      assertThat(relay.connections()).isEqualTo(before + 1);
    }
    assertThat(dsql.isDisposed()).isTrue();
    assertThat(dsql.stats().size()).as("connections behind the end of the context").isZero();
    Contexts.until("the relay has no end open", () -> relay.openEnds() == 0);
  }

  @Test
  void minimum_isOpenedAtStart() {
    try (var context = start("--dsql.pool.min-size=2", "--dsql.pool.max-size=2")) {
      DsqlR2dbc dsql = context.getBean(DsqlR2dbc.class);
      dsql.ready().block(LIMIT);
      assertThat(dsql.stats().idle()).isEqualTo(2);
    }
  }

  @Test
  void vertx_hasItsConnectorAndPool_whichCloseWithTheContext() throws Exception {
    DsqlPool pool;
    try (var context = start("--dsql.pool.statement-timeout=20s", "--" + NO_R2DBC)) {
      assertThat(context.getBeanProvider(DsqlR2dbc.class).getIfAvailable()).isNull();
      assertThat(context.getBean(DsqlConnector.class)).isNotNull();
      pool = context.getBean(DsqlPool.class);
      assertThat(pool.stats().opened()).isZero();
      var rows =
          pool.query("SELECT 1")
              .execute()
              .toCompletionStage()
              .toCompletableFuture()
              .get(60, TimeUnit.SECONDS);
      assertThat(rows.iterator().next().getInteger(0)).isEqualTo(1);
      Health health = context.getBean(Boot4Health.class).health();
      assertThat(health.getStatus()).isEqualTo(Status.UP);
      assertThat(meter(context, "vertx")).isEqualTo(1);
    }
    assertThat(pool.stats().size()).isZero();
  }

  /** Hooks see what the properties made, and what they change counts. */
  @Test
  void properties_reachThePoolsOfBothAdapters() {
    Hooks.r2dbc.clear();
    Hooks.vertx.clear();
    var app = Contexts.app(cluster, Hooks.class);
    try (var context =
        Contexts.start(
            app,
            cluster,
            relay.port(),
            "--dsql.pool.statement-timeout=20s",
            "--dsql.pool.transaction-deadline=30s",
            "--dsql.pool.close-grace=3s",
            "--dsql.pool.max-size=7",
            "--dsql.pool.connect-rate.per-second=11",
            "--dsql.retry.max-attempts=4",
            "--dsql.retry.max-other-failures=3")) {
      assertThat(context.getBean(DsqlPool.class).stats().size()).isZero();
      R2dbcSettings r2dbc = Hooks.r2dbc.get(0);
      PoolSettings vertx = Hooks.vertx.get(0);
      assertThat(r2dbc.statementTimeout()).contains(Duration.ofSeconds(20));
      assertThat(vertx.statementTimeout()).isEqualTo(r2dbc.statementTimeout());
      assertThat(r2dbc.transactionDeadline()).contains(Duration.ofSeconds(30));
      assertThat(vertx.transactionDeadline()).isEqualTo(r2dbc.transactionDeadline());
      assertThat(r2dbc.closeGrace()).isEqualTo(Duration.ofSeconds(3));
      assertThat(vertx.closeGrace()).isEqualTo(r2dbc.closeGrace());
      assertThat(r2dbc.policy().maxSize()).isEqualTo(7);
      assertThat(vertx.policy()).isEqualTo(r2dbc.policy());
      assertThat(r2dbc.connectRate()).isPresent();
      assertThat(vertx.connectRate()).hasToString(r2dbc.connectRate().toString());
      assertThat(r2dbc.retryPolicy().maxAttempts()).isEqualTo(4);
      assertThat(r2dbc.retryPolicy().maxOtherFailures()).isEqualTo(3);
      assertThat(vertx.retryPolicy()).isEqualTo(r2dbc.retryPolicy());
      assertThat(context.getBean(DsqlConnector.class).closeGrace())
          .as("what a hook has made of it")
          .isEqualTo(Duration.ofHours(2));
      assertThat(ConnectorFactoryBean.patience(context.getBean(DsqlConnector.class)))
          .isGreaterThan(Duration.ofHours(2));
    }
  }

  static class Hooks {
    static final List<R2dbcSettings> r2dbc = new CopyOnWriteArrayList<>();
    static final List<PoolSettings> vertx = new CopyOnWriteArrayList<>();

    @Bean
    R2dbcSettingsCustomizer r2dbcHook() {
      return settings -> r2dbc.add(settings.build());
    }

    @Bean
    PoolSettingsCustomizer vertxHook() {
      return settings -> {
        vertx.add(settings.build());
        settings.closeGrace(Duration.ofHours(2));
      };
    }
  }

  private static final String NO_R2DBC =
      "spring.autoconfigure.exclude="
          + DsqlR2dbcAutoConfiguration.class.getName()
          + ",org.springframework.boot.r2dbc.autoconfigure.R2dbcAutoConfiguration"
          + ",org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration";

  @Test
  void vertxOfTheProgram_isTakenAndLeftOpen() throws Exception {
    Vertx vertx = Vertx.vertx();
    try {
      var app =
          Contexts.app(cluster)
              .initializers(context -> context.getBeanFactory().registerSingleton("vertx", vertx));
      try (var context = Contexts.start(app, cluster, relay.port())) {
        assertThat(context.getBean(DsqlPool.class).stats().size()).isZero();
      }
      vertx
          .timer(1, TimeUnit.MILLISECONDS)
          .toCompletionStage()
          .toCompletableFuture()
          .get(60, TimeUnit.SECONDS);
    } finally {
      vertx.close().toCompletionStage().toCompletableFuture().get(60, TimeUnit.SECONDS);
    }
  }

  @Test
  void health_saysWhatThePoolKnows() {
    FaultRelay own = FaultRelay.start(cluster.port());
    try (own;
        var context =
            Contexts.start(
                Contexts.app(cluster), cluster, own.port(), "--dsql.pool.acquire-timeout=1s")) {
      Boot4ReactiveHealth indicator = context.getBean(Boot4ReactiveHealth.class);
      Health up = indicator.health().block(LIMIT);
      assertThat(up.getStatus()).isEqualTo(Status.UP);
      assertThat(up.getDetails()).containsEntry("idle", 0).containsEntry("leased", 0);
      own.close();
      assertThatThrownBy(() -> one(context)).hasMessageContaining("R2DBC Connection");
      // The caller may have given up before the attempt to connect has failed.
      Contexts.until(
          "the health is down",
          () -> indicator.health().block(LIMIT).getStatus().equals(Status.DOWN));
      assertThat(indicator.health().block(LIMIT).getDetails()).containsKeys("reason", "error");
    }
  }

  private static double meter(ConfigurableApplicationContext context, String pool) {
    return context
        .getBean(MeterRegistry.class)
        .get("dsql.pool.connections")
        .tag("pool", pool)
        .tag("state", "idle")
        .gauge()
        .value();
  }

  @Test
  void metrics_andListeners_areTold() {
    Listening.opened.clear();
    try (var context =
        Contexts.start(Contexts.app(cluster, Listening.class), cluster, relay.port())) {
      one(context);
      assertThat(meter(context, "r2dbc")).isEqualTo(1);
      assertThat(Listening.opened).hasSize(1);
    }
  }

  static class Listening {
    static final List<Duration> opened = new CopyOnWriteArrayList<>();

    @Bean
    PoolListener listener() {
      return new PoolListener() {
        @Override
        public void opened(Duration took) {
          opened.add(took);
        }
      };
    }
  }

  /** One that a customizer sets as well as a bean hears each event once. */
  @Test
  void listenersOfCustomizers_areToldBesideTheOthers() throws Exception {
    Listening.opened.clear();
    Customizing.opened.clear();
    try (var context =
        Contexts.start(
            Contexts.app(cluster, Listening.class, Customizing.class), cluster, relay.port())) {
      one(context);
      assertThat(Listening.opened).hasSize(1);
      assertThat(Customizing.opened).hasSize(1);
      assertThat(opened(context, "r2dbc")).isEqualTo(1);
      var unused =
          context
              .getBean(DsqlPool.class)
              .query("SELECT 1")
              .execute()
              .toCompletionStage()
              .toCompletableFuture()
              .get(60, TimeUnit.SECONDS);
      assertThat(Listening.opened).hasSize(2);
      assertThat(Customizing.opened).hasSize(1);
      assertThat(opened(context, "vertx")).isEqualTo(1);
    }
  }

  private static long opened(ConfigurableApplicationContext context, String pool) {
    return context
        .getBean(MeterRegistry.class)
        .get("dsql.pool.open")
        .tag("pool", pool)
        .timer()
        .count();
  }

  static class Customizing {
    static final List<Duration> opened = new CopyOnWriteArrayList<>();

    @Bean
    R2dbcSettingsCustomizer another() {
      return settings ->
          settings.listener(
              new PoolListener() {
                @Override
                public void opened(Duration took) {
                  opened.add(took);
                }
              });
    }

    @Bean
    PoolSettingsCustomizer theSame(PoolListener listener) {
      return settings -> settings.listener(listener);
    }
  }

  @Test
  void properties_standAboveVariables() {
    var environment =
        new StandardEnvironment() {
          @Override
          public Map<String, Object> getSystemEnvironment() {
            return Map.of(
                "CLUSTER_ENDPOINT", "abcdefghijklmnopqrstuvwxyz.dsql.us-east-1.on.aws",
                "CLUSTER_USER", "app");
          }
        };
    try (var context = Contexts.builder().environment(environment).run(LATER)) {
      DsqlConfig config = context.getBean(DsqlConfig.class);
      assertThat(config.endpoint().region()).isEqualTo("us-east-1");
      assertThat(config.user()).isEqualTo("app");
      assertThat(config.schema()).isEqualTo("myschema");
    }
    try (var context =
        Contexts.builder()
            .environment(environment)
            .run(LATER, "--dsql.user=reporting", "--dsql.schema=shop")) {
      DsqlConfig config = context.getBean(DsqlConfig.class);
      assertThat(config.user()).isEqualTo("reporting");
      assertThat(config.schema()).isEqualTo("shop");
    }
  }

  /** Nothing of the database is of interest but its configuration. */
  private static final String LATER =
      "--spring.autoconfigure.exclude=org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration";

  @Test
  void localCluster_isStartedOnRequest_andEndsWithTheContext() {
    DsqlLocal local;
    try (var context = Contexts.builder().run(LATER, "--dsql.local.enabled=true")) {
      local = context.getBean(DsqlLocal.class);
      assertThat(context.getBean(DsqlConfig.class).endpoint().port()).isEqualTo(local.port());
      assertThat(one(context)).isEqualTo(1);
    }
    assertThat(local.ended()).succeedsWithin(60, TimeUnit.SECONDS);
  }

  @Test
  void localCluster_isThatOfTheTestsAnnotation_whateverTheEndpoint() {
    try (var context =
        Contexts.builder(Annotated.class).run(LATER, "--dsql.endpoint=prod.example")) {
      assertThat(context.getBean(DsqlConfig.class).endpoint().port())
          .isEqualTo(context.getBean(DsqlLocal.class).port());
      assertThat(one(context)).isEqualTo(1);
    }
  }

  @DsqlLocalConnection
  static class Annotated {}

  @Test
  void otherDatabase_isLeftAlone() {
    try (var context =
        Contexts.builder()
            .run(
                LATER + "," + DsqlVertxAutoConfiguration.class.getName(),
                "--spring.r2dbc.url=r2dbc:postgresql://localhost:1/other",
                "--spring.r2dbc.username=other")) {
      assertThat(context.getBeanProvider(DsqlR2dbc.class).getIfAvailable()).isNull();
      assertThat(context.getBean(ConnectionFactory.class)).isNotNull();
    }
  }
}
