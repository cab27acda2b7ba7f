package io.github.dsqljava.spring.boot;

import io.github.dsqljava.DsqlConfig;
import io.github.dsqljava.r2dbc.DsqlR2dbc;
import io.github.dsqljava.r2dbc.R2dbcSettings;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.beans.factory.FactoryBean;
import org.springframework.beans.factory.ObjectProvider;

/** Makes the pool, and at the end of the context waits until its connections are closed. */
final class R2dbcFactoryBean implements FactoryBean<DsqlR2dbc>, DisposableBean {

  /** The time for closing beyond the grace period: ending connections on a slow network. */
  private static final Duration MORE = Duration.ofSeconds(10);

  private static final PoolSetters<R2dbcSettings.Builder> SETTERS =
      new PoolSetters<>(
          R2dbcSettings.Builder::policy,
          R2dbcSettings.Builder::retryPolicy,
          R2dbcSettings.Builder::connectRate,
          R2dbcSettings.Builder::transactionDeadline,
          R2dbcSettings.Builder::statementTimeout,
          R2dbcSettings.Builder::conflictLane,
          R2dbcSettings.Builder::closeGrace);

  private final BeanFactory beans;
  private final DsqlProperties properties;
  private final ObjectProvider<R2dbcSettingsCustomizer> customizers;
  private @Nullable DsqlR2dbc made;
  private Duration grace = Duration.ZERO;

  R2dbcFactoryBean(
      BeanFactory beans,
      DsqlProperties properties,
      ObjectProvider<R2dbcSettingsCustomizer> customizers) {
    this.beans = beans;
    this.properties = properties;
    this.customizers = customizers;
  }

  @Override
  public Class<?> getObjectType() {
    return DsqlR2dbc.class;
  }

  @Override
  public synchronized DsqlR2dbc getObject() {
    if (made == null) {
      Metrics.Watched metrics = Metrics.ofPool(beans, "r2dbc");
      R2dbcSettings.Builder settings = SETTERS.set(R2dbcSettings.builder(), properties);
      customizers.orderedStream().forEach(customizer -> customizer.customize(settings));
      R2dbcSettings customized = Given.build("dsql.pool.*", settings::build);
      settings.listener(metrics.listenerWith(customized.listener()));
      R2dbcSettings complete = Given.build("dsql.pool.*", settings::build);
      DsqlConfig config = beans.getBean(DsqlConfig.class);
      DsqlR2dbc pool = Given.build("dsql.*", () -> DsqlR2dbc.of(config, complete));
      metrics.watch(pool::stats);
      grace = complete.closeGrace();
      made = pool;
    }
    return made;
  }

  @Override
  public synchronized void destroy() {
    if (made != null) {
      made.close().block(grace.plus(MORE));
    }
  }
}
