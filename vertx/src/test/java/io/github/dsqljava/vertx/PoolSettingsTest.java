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
    assertThat(defaults.conflictLane()).isTrue();
    assertThat(defaults.closeGrace()).isEqualTo(Duration.ofSeconds(5));
    assertThat(defaults.listener()).isSameAs(PoolListener.NONE);
    assertThat(defaults.initHook()).isEmpty();
  }

  @Test
  void builder_eachSetting_onlyThatChanges() {
    ConnectRate rate = ConnectRate.of(1, 1);
    RetryPolicy retries = RetryPolicy.off();
    PoolListener listener = new PoolListener() {};
    PoolSettings settings =
        PoolSettings.builder()
            .minSize(2)
            .maxSize(3)
            .maxWaiting(4)
            .acquireTimeout(Duration.ofSeconds(1))
            .maxLifetime(Duration.ofMinutes(2))
            .idleTimeout(Duration.ofSeconds(3))
            .connectRate(rate)
            .retryPolicy(retries)
            .conflictLane(false)
            .closeGrace(Duration.ofSeconds(4))
            .listener(listener)
            .initHook(connection -> Future.succeededFuture())
            .acquireHook(connection -> Future.succeededFuture())
            .build();
    PoolPolicy policy = settings.policy();
    assertThat(policy.minSize()).isEqualTo(2);
    assertThat(policy.maxSize()).isEqualTo(3);
    assertThat(policy.maxWaiting()).isEqualTo(4);
    assertThat(policy.acquireTimeout()).isEqualTo(Duration.ofSeconds(1));
    assertThat(policy.maxLifetime()).isEqualTo(Duration.ofMinutes(2));
    assertThat(policy.idleTimeout()).isEqualTo(Duration.ofSeconds(3));
    assertThat(policy.baseBackoff()).isEqualTo(PoolPolicy.defaults().baseBackoff());
    assertThat(settings.connectRate()).contains(rate);
    assertThat(settings.retryPolicy()).isEqualTo(retries);
    assertThat(settings.conflictLane()).isFalse();
    assertThat(settings.closeGrace()).isEqualTo(Duration.ofSeconds(4));
    assertThat(settings.listener()).isSameAs(listener);
    assertThat(settings.initHook()).isPresent();
    assertThat(settings.acquireHook()).isPresent();
    assertThat(PoolSettings.defaults().policy().maxSize()).isEqualTo(10);
  }

  @Test
  void setter_outOfRange_refusedAtOnce() {
    assertThatThrownBy(() -> PoolSettings.builder().maxSize(0))
        .isInstanceOf(InvalidConfigurationException.class)
        .hasMessageContaining("maxSize");
    assertThatThrownBy(() -> PoolSettings.builder().acquireTimeout(Duration.ZERO))
        .isInstanceOf(InvalidConfigurationException.class)
        .hasMessageContaining("acquireTimeout");
    assertThatThrownBy(() -> PoolSettings.builder().acquireTimeout(Duration.ofDays(30)))
        .isInstanceOf(InvalidConfigurationException.class)
        .hasMessageContaining("acquireTimeout");
    assertThatThrownBy(() -> PoolSettings.builder().closeGrace(Duration.ofMillis(-1)))
        .isInstanceOf(InvalidConfigurationException.class)
        .hasMessageContaining("closeGrace");
  }
}
