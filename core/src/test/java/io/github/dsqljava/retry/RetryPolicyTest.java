package io.github.dsqljava.retry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.dsqljava.InvalidConfigurationException;
import io.github.dsqljava.spi.FullJitter;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** Defaults and bounds of the retry policy. */
class RetryPolicyTest {

  @Test
  void defaults_asDocumented() {
    RetryPolicy policy = RetryPolicy.defaults();
    assertThat(policy.maxAttempts()).isEqualTo(10);
    assertThat(policy.pauses())
        .isEqualTo(new FullJitter(Duration.ofMillis(5), Duration.ofSeconds(1)));
    assertThat(policy.maxElapsed()).isEqualTo(Duration.ofSeconds(30));
    assertThat(RetryPolicy.builder().build()).isEqualTo(policy);
    assertThat(RetryPolicy.off().maxAttempts()).isEqualTo(1);
  }

  @Test
  void builder_changesWhatItIsToldAndNothingElse() {
    RetryPolicy policy = RetryPolicy.defaults().toBuilder().maxAttempts(3).build();
    assertThat(policy.maxAttempts()).isEqualTo(3);
    assertThat(policy.pauses()).isEqualTo(RetryPolicy.defaults().pauses());
    policy = policy.toBuilder().basePause(Duration.ofMillis(7)).build();
    assertThat(policy.pauses().base()).isEqualTo(Duration.ofMillis(7));
    assertThat(policy.pauses().cap()).isEqualTo(Duration.ofSeconds(1));
    assertThat(policy.maxAttempts()).isEqualTo(3);
    assertThat(RetryPolicy.defaults().maxAttempts()).isEqualTo(10);
  }

  @Test
  void outOfRange_refused() {
    assertThatThrownBy(() -> RetryPolicy.builder().maxAttempts(0).build())
        .isInstanceOf(InvalidConfigurationException.class)
        .hasMessageContaining("maxAttempts is 0");
    assertThatThrownBy(() -> RetryPolicy.builder().maxElapsed(Duration.ofMillis(-1)).build())
        .isInstanceOf(InvalidConfigurationException.class)
        .hasMessageContaining("maxElapsed");
    assertThatThrownBy(() -> RetryPolicy.builder().basePause(Duration.ofMillis(-1)).build())
        .isInstanceOf(InvalidConfigurationException.class)
        .hasMessageContaining("PT-0.001S");
  }
}
