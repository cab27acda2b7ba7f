package io.github.dsqljava.vertx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.dsqljava.InvalidConfigurationException;
import io.github.dsqljava.pool.ConnectRate;
import io.github.dsqljava.pool.PoolListener;
import io.github.dsqljava.pool.PoolPolicy;
import io.github.dsqljava.retry.RetryPolicy;
import io.vertx.core.Future;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class PoolSettingsTest {

  @Test
  void defaults_asDocumented() {
    PoolSettings defaults = PoolSettings.defaults();
    assertThat(defaults.policy()).isEqualTo(PoolPolicy.defaults());
    assertThat(defaults.connectRate()).as("that of the endpoint").isEmpty();
    assertThat(defaults.retryPolicy()).isEqualTo(RetryPolicy.defaults());
    assertThat(defaults.closeGrace()).isEqualTo(Duration.ofSeconds(5));
    assertThat(defaults.listener()).isSameAs(PoolListener.NONE);
    assertThat(defaults.initHook()).isEmpty();
  }

  @Test
  void with_eachSetting_onlyThatChanges() {
    ConnectRate rate = ConnectRate.of(1, 1);
    RetryPolicy retries = RetryPolicy.off();
    PoolListener listener = new PoolListener() {};
    PoolSettings settings =
        PoolSettings.defaults()
            .withMinSize(2)
            .withMaxSize(3)
            .withMaxWaiting(4)
            .withAcquireTimeout(Duration.ofSeconds(1))
            .withMaxLifetime(Duration.ofMinutes(2))
            .withIdleTimeout(Duration.ofSeconds(3))
            .withConnectRate(rate)
            .withRetryPolicy(retries)
            .withCloseGrace(Duration.ofSeconds(4))
            .withListener(listener)
            .withInitHook(connection -> Future.succeededFuture());
    PoolPolicy policy = settings.policy();
    assertThat(policy.minSize()).isEqualTo(2);
    assertThat(policy.maxSize()).isEqualTo(3);
    assertThat(policy.maxWaiting()).isEqualTo(4);
    assertThat(policy.acquireTimeout()).isEqualTo(Duration.ofSeconds(1));
    assertThat(policy.maxLifetime()).isEqualTo(Duration.ofMinutes(2));
    assertThat(policy.idleTimeout()).isEqualTo(Duration.ofSeconds(3));
    assertThat(policy.backoff()).isEqualTo(PoolPolicy.defaults().backoff());
    assertThat(settings.connectRate()).contains(rate);
    assertThat(settings.retryPolicy()).isEqualTo(retries);
    assertThat(settings.closeGrace()).isEqualTo(Duration.ofSeconds(4));
    assertThat(settings.listener()).isSameAs(listener);
    assertThat(settings.initHook()).isPresent();
    assertThat(PoolSettings.defaults().policy().maxSize()).isEqualTo(10);
  }

  @Test
  void with_outOfRange_refused() {
    assertThatThrownBy(() -> PoolSettings.defaults().withMaxSize(0))
        .isInstanceOf(InvalidConfigurationException.class)
        .hasMessageContaining("maxSize");
    assertThatThrownBy(() -> PoolSettings.defaults().withAcquireTimeout(Duration.ZERO))
        .isInstanceOf(InvalidConfigurationException.class)
        .hasMessageContaining("acquireTimeout");
    assertThatThrownBy(() -> PoolSettings.defaults().withAcquireTimeout(Duration.ofDays(30)))
        .isInstanceOf(InvalidConfigurationException.class)
        .hasMessageContaining("acquireTimeout");
    assertThatThrownBy(() -> PoolSettings.defaults().withCloseGrace(Duration.ofMillis(-1)))
        .isInstanceOf(InvalidConfigurationException.class)
        .hasMessageContaining("closeGrace");
  }
}
