package io.github.dsqljava.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.dsqljava.InvalidConfigurationException;
import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The token bucket: how many at once, how many a second, and who is next. */
class ConnectRateTest {

  private static final long SECOND = 1_000_000_000L;

  @ParameterizedTest
  @ValueSource(longs = {0, 1, -1, Long.MIN_VALUE, Long.MAX_VALUE, Long.MAX_VALUE - SECOND})
  void reserve_burstThenEven_whateverTheClockShows(long start) {
    ConnectRate rate = ConnectRate.of(10, 3);
    for (int i = 0; i < 3; i++) {
      assertThat(rate.reserve(start)).isZero();
    }
    assertThat(rate.reserve(start)).isEqualTo(SECOND / 10);
    assertThat(rate.reserve(start)).isEqualTo(SECOND / 5);
    assertThat(rate.reserve(start + SECOND / 5)).isEqualTo(SECOND / 10);
    assertThat(rate.reserve(start + 2 * SECOND)).isZero();
  }

  @Test
  void reserve_afterALongPause_noMoreThanTheBurst() {
    ConnectRate rate = ConnectRate.of(100, 5);
    long later = Duration.ofDays(1).toNanos();
    assertThat(rate.reserve(0)).isZero();
    for (int i = 0; i < 5; i++) {
      assertThat(rate.reserve(later)).isZero();
    }
    assertThat(rate.reserve(later)).isPositive();
  }

  @Test
  void giveBack_reservation_nextOneHasItsPlace() {
    ConnectRate rate = ConnectRate.of(1, 1);
    assertThat(rate.reserve(0)).isZero();
    assertThat(rate.reserve(0)).isEqualTo(SECOND);
    rate.giveBack();
    assertThat(rate.reserve(0)).isEqualTo(SECOND);
  }

  @Test
  void giveBack_bucketIsFullAnyway_burstStaysTheSame() {
    ConnectRate rate = ConnectRate.of(1, 2);
    assertThat(rate.reserve(0)).isZero();
    rate.giveBack();
    rate.giveBack();
    assertThat(rate.reserve(10 * SECOND)).isZero();
    assertThat(rate.reserve(10 * SECOND)).isZero();
    assertThat(rate.reserve(10 * SECOND)).isEqualTo(SECOND);
  }

  /** Against a bucket that is counted in another way: whole tokens, added one by one. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void reserve_randomCalls_neverMoreThanAPlainBucketAdmits(long seed) {
    Random random = new Random(seed);
    int perSecond = 1 + random.nextInt(50);
    int burst = 1 + random.nextInt(20);
    ConnectRate rate = ConnectRate.of(perSecond, burst);
    double tokens = burst;
    long now = 0;
    long last = 0;
    int admitted = 0;
    for (int call = 0; call < 10_000; call++) {
      now += random.nextLong(3 * SECOND / perSecond);
      long wait = rate.reserve(now);
      if (wait > 0 && random.nextBoolean()) {
        rate.giveBack();
        continue;
      }
      now += wait;
      tokens = Math.min(burst, tokens + (now - last) * (double) perSecond / SECOND) - 1;
      last = now;
      admitted++;
      assertThat(tokens).as("seed %d call %d", seed, call).isGreaterThan(-0.001);
    }
    assertThat(admitted).isGreaterThan(1_000);
  }

  @Test
  void shared_sameEndpoint_sameInstanceWithTheLimitsOfTheService() {
    String endpoint = "host-of-this-test:5432";
    assertThat(ConnectRate.shared(endpoint)).isSameAs(ConnectRate.shared(endpoint));
    assertThat(ConnectRate.shared(endpoint)).isNotSameAs(ConnectRate.shared("other:5432"));
    assertThat(ConnectRate.shared(endpoint)).hasToString("100 a second, 1000 at once");
  }

  @ParameterizedTest
  @CsvSource({"0, 1, perSecond", "1000001, 1, perSecond", "1, 0, burst", "1, 1000001, burst"})
  void of_outOfRange_errorNamesTheNumber(int perSecond, int burst, String name) {
    assertThatThrownBy(() -> ConnectRate.of(perSecond, burst))
        .isInstanceOf(InvalidConfigurationException.class)
        .hasMessageContaining(name + " is ")
        .hasMessageContaining("1 to 1,000,000");
  }

  @Test
  void of_bounds_areAllowed() {
    assertThat(ConnectRate.of(1, 1_000_000).reserve(0)).isZero();
    assertThat(ConnectRate.of(1_000_000, 1).reserve(0)).isZero();
  }
}
