package io.github.dsqljava.vertx;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.sqlclient.PoolOptions;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class PoolFactoryTest {
  @Test
  void options_ofSettings_keepThemAndRetireConnectionsBeforeTheServiceDoes() {
    PoolOptions options =
        PoolFactory.options(
            PoolSettings.defaults().withMaxSize(7).withAcquireTimeout(Duration.ofMillis(1500)));
    assertThat(options.getMaxSize()).isEqualTo(7);
    assertThat(options.getConnectionTimeoutUnit().toMillis(options.getConnectionTimeout()))
        .isEqualTo(1500);
    // The service cuts at 60 minutes.
    assertThat(options.getMaxLifetimeUnit().convert(options.getMaxLifetime(), TimeUnit.MINUTES))
        .isEqualTo(55);
    assertThat(options.getMaxLifetimeUnit()).isEqualTo(TimeUnit.MINUTES);
  }
}
