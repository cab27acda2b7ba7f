package io.github.dsqljava.vertx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.dsqljava.InvalidConfigurationException;
import io.vertx.core.Future;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class PoolSettingsTest {

  @Test
  void defaults_asDocumented() {
    PoolSettings defaults = PoolSettings.defaults();
    assertThat(defaults.maxSize()).isEqualTo(10);
    assertThat(defaults.acquireTimeout()).isEqualTo(Duration.ofSeconds(30));
    assertThat(defaults.initHook()).isEmpty();
  }

  @Test
  void with_eachSetting_onlyThatChanges() {
    PoolSettings settings =
        PoolSettings.defaults()
            .withMaxSize(3)
            .withAcquireTimeout(Duration.ofSeconds(1))
            .withInitHook(connection -> Future.succeededFuture());
    assertThat(settings.maxSize()).isEqualTo(3);
    assertThat(settings.acquireTimeout()).isEqualTo(Duration.ofSeconds(1));
    assertThat(settings.initHook()).isPresent();
    assertThat(PoolSettings.defaults().maxSize()).isEqualTo(10);
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
  }
}
