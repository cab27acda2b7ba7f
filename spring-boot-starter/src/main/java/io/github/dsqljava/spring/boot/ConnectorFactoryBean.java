package io.github.dsqljava.spring.boot;

import io.github.dsqljava.DsqlConfig;
import io.github.dsqljava.vertx.DsqlConnector;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.beans.factory.FactoryBean;
import org.springframework.beans.factory.ObjectProvider;

/** Makes the connector, and at the end of the context waits until its connections are closed. */
final class ConnectorFactoryBean implements FactoryBean<DsqlConnector>, DisposableBean {

  /** The time for closing beyond the grace period: ending connections on a slow network. */
  private static final Duration MORE = Duration.ofSeconds(10);

  private final DsqlConfig config;
  private final ObjectProvider<Vertx> vertx;
  private @Nullable DsqlConnector made;

  ConnectorFactoryBean(DsqlConfig config, ObjectProvider<Vertx> vertx) {
    this.config = config;
    this.vertx = vertx;
  }

  @Override
  public Class<?> getObjectType() {
    return DsqlConnector.class;
  }

  @Override
  public synchronized DsqlConnector getObject() {
    if (made == null) {
      Vertx shared = vertx.getIfUnique();
      made =
          Given.build(
              "dsql.*",
              () ->
                  shared == null
                      ? DsqlConnector.create(config)
                      : DsqlConnector.create(shared, config));
    }
    return made;
  }

  @Override
  public synchronized void destroy()
      throws ExecutionException, InterruptedException, TimeoutException {
    if (made != null) {
      var unused =
          made.close()
              .toCompletionStage()
              .toCompletableFuture()
              .get(patience(made).toMillis(), TimeUnit.MILLISECONDS);
    }
  }

  /** The time that the end of the context waits, for all pools of the connector. */
  static Duration patience(DsqlConnector connector) {
    return connector.closeGrace().plus(MORE);
  }
}
