package io.github.dsqljava.retry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.dsqljava.InvalidConfigurationException;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** Defaults and bounds of the retry policy. */
class RetryPolicyTest {

  @Test
  void defaults_asDocumented() {
    RetryPolicy policy = RetryPolicy.defaults();
    assertThat(policy.maxAttempts()).isEqualTo(100);
    assertThat(policy.maxOtherFailures()).isEqualTo(10);
    assertThat(policy.basePause()).isEqualTo(Duration.ofMillis(5));
    assertThat(policy.maxPause()).isEqualTo(Duration.ofSeconds(1));
    assertThat(policy.maxElapsed()).isEqualTo(Duration.ofSeconds(30));
    assertThat(RetryPolicy.builder().build()).isEqualTo(policy);
    assertThat(RetryPolicy.off().maxAttempts()).isEqualTo(1);
  }

  @Test
  void builder_changesWhatItIsToldAndNothingElse() {
    RetryPolicy policy = RetryPolicy.defaults().toBuilder().maxAttempts(3).build();
    assertThat(policy.maxAttempts()).isEqualTo(3);
    assertThat(policy.basePause()).isEqualTo(RetryPolicy.defaults().basePause());
    policy = policy.toBuilder().basePause(Duration.ofMillis(7)).build();
    assertThat(policy.basePause()).isEqualTo(Duration.ofMillis(7));
    assertThat(policy.maxPause()).isEqualTo(Duration.ofSeconds(1));
    assertThat(policy.maxAttempts()).isEqualTo(3);
    policy = policy.toBuilder().maxOtherFailures(2).build().toBuilder().build();
    assertThat(policy.maxOtherFailures()).isEqualTo(2);
    assertThat(policy.maxAttempts()).isEqualTo(3);
    assertThat(RetryPolicy.defaults().maxAttempts()).isEqualTo(100);
  }

  @Test
  void outOfRange_refused() {
    assertThatThrownBy(() -> RetryPolicy.builder().maxAttempts(0))
        .isInstanceOf(InvalidConfigurationException.class)
        .hasMessageContaining("maxAttempts is 0");
    assertThatThrownBy(() -> RetryPolicy.builder().maxOtherFailures(0))
        .isInstanceOf(InvalidConfigurationException.class)
        .hasMessageContaining("maxOtherFailures is 0");
    assertThatThrownBy(() -> RetryPolicy.builder().maxElapsed(Duration.ofMillis(-1)))
        .isInstanceOf(InvalidConfigurationException.class)
        .hasMessageContaining("maxElapsed");
    Duration negative = Duration.ofMillis(-1);
    assertThatThrownBy(() -> RetryPolicy.builder().basePause(negative))
        .isInstanceOf(InvalidConfigurationException.class)
        .hasMessage("basePause is PT-0.001S; give PT0S to PT24H");
    assertThatThrownBy(() -> RetryPolicy.builder().maxPause(negative))
        .isInstanceOf(InvalidConfigurationException.class)
        .hasMessage("maxPause is PT-0.001S; give PT0S to PT24H");
    Duration tooLong = Duration.ofDays(1).plusMillis(1);
    assertThatThrownBy(() -> RetryPolicy.builder().basePause(tooLong))
        .isInstanceOf(InvalidConfigurationException.class);
    assertThatThrownBy(() -> RetryPolicy.builder().maxPause(tooLong))
        .isInstanceOf(InvalidConfigurationException.class);
  }
}
