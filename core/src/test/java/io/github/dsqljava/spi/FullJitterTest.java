package io.github.dsqljava.spi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.dsqljava.retry.RetryPolicy;
import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Pauses: evenly from zero to a bound that doubles. */
class FullJitterTest {

  private static final FullJitter DEFAULT =
      new FullJitter(RetryPolicy.defaults().basePause(), RetryPolicy.defaults().maxPause());

  private static final Duration DAY = Duration.ofDays(1);

  @ParameterizedTest
  @CsvSource({"1, 5", "2, 10", "3, 20", "8, 640", "9, 1000", "10, 1000"})
  void pause_manyDraws_fillTheRangeAndMeetInTheMiddle(int failures, long boundMillis) {
    Random random = new Random(20261122);
    double bound = Duration.ofMillis(boundMillis).toNanos();
    double least = bound;
    double most = 0;
    double sum = 0;
    int draws = 20_000;
    for (int i = 0; i < draws; i++) {
      double pause = DEFAULT.pause(failures, random).toNanos();
      least = Math.min(least, pause);
      most = Math.max(most, pause);
      sum += pause;
    }
    assertThat(least).isBetween(0.0, bound * 0.001);
    assertThat(most).isBetween(bound * 0.999, bound);
    assertThat(sum / draws).isBetween(bound * 0.49, bound * 0.51);
  }

  /** As the Javadoc of {@link RetryPolicy} says: the time ends the series, not the count. */
  @Test
  void defaultPauses_takeLongerThanADefaultPolicyWaits() {
    Duration sum = Duration.ZERO;
    for (int failures = 1; failures < RetryPolicy.defaults().maxAttempts(); failures++) {
      sum = sum.plus(DEFAULT.bound(failures));
    }
    assertThat(sum.dividedBy(2)).isGreaterThan(RetryPolicy.defaults().maxElapsed());
  }

  @Test
  void bound_smallestBaseAndLargestCap_isReached() {
    FullJitter jitter = new FullJitter(Duration.ofNanos(1), DAY);
    assertThat(jitter.bound(47)).isEqualTo(Duration.ofNanos(1L << 46));
    assertThat(jitter.bound(48)).isEqualTo(DAY);
    assertThat(jitter.bound(Integer.MAX_VALUE)).isEqualTo(DAY);
  }

  @ParameterizedTest
  @CsvSource({"PT-1S, PT1S", "PT1S, PT-1S"})
  void new_negative_refused(Duration base, Duration cap) {
    assertThatThrownBy(() -> new FullJitter(base, cap))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("PT-1S");
  }
}
