package io.github.dsqljava.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.dsqljava.InvalidConfigurationException;
import java.time.Duration;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Every default and every bound. */
class PoolPolicyTest {

  @Test
  void defaults_asDocumented() {
    PoolPolicy policy = PoolPolicy.defaults();
    assertThat(policy.minSize()).isZero();
    assertThat(policy.maxSize()).isEqualTo(10);
    assertThat(policy.maxWaiting()).isEqualTo(10_000);
    assertThat(policy.acquireTimeout()).isEqualTo(Duration.ofSeconds(30));
    assertThat(policy.maxLifetime()).isEqualTo(Duration.ofMinutes(55));
    assertThat(policy.lifetimeJitter()).isEqualTo(Duration.ofMinutes(5));
    assertThat(policy.idleTimeout()).isEqualTo(Duration.ofMinutes(10));
    assertThat(policy.baseBackoff()).isEqualTo(Duration.ofMillis(100));
    assertThat(policy.maxBackoff()).isEqualTo(Duration.ofSeconds(5));
  }

  @Test
  void jitter_followsAShorterLifetimeUnlessChosen() {
    PoolPolicy.Builder builder = PoolPolicy.defaults().toBuilder();
    assertThat(builder.maxLifetime(Duration.ofMinutes(10)).build().lifetimeJitter())
        .isEqualTo(Duration.ofMinutes(1));
    builder.lifetimeJitter(Duration.ofMinutes(2));
    assertThat(builder.build().lifetimeJitter()).isEqualTo(Duration.ofMinutes(2));
    assertThat(
            builder.build().toBuilder()
                .maxLifetime(Duration.ofMinutes(20))
                .build()
                .lifetimeJitter())
        .isEqualTo(Duration.ofMinutes(2));
  }

  @Test
  void toBuilder_keepsEverything() {
    PoolPolicy policy =
        PoolPolicy.builder()
            .minSize(1)
            .maxSize(2)
            .maxWaiting(3)
            .acquireTimeout(Duration.ofSeconds(4))
            .maxLifetime(Duration.ofMinutes(5))
            .lifetimeJitter(Duration.ofSeconds(6))
            .idleTimeout(Duration.ofSeconds(7))
            .baseBackoff(Duration.ofMillis(8))
            .maxBackoff(Duration.ofMillis(9))
            .build();
    assertThat(policy.toBuilder().build()).isEqualTo(policy);
  }

  static Stream<Arguments> outOfRange() {
    return Stream.of(
        bad("minSize", b -> b.minSize(-1)),
        bad("minSize", b -> b.minSize(10_001)),
        bad("maxSize", b -> b.maxSize(0)),
        bad("maxSize", b -> b.maxSize(10_001)),
        bad("maxWaiting", b -> b.maxWaiting(-1)),
        bad("maxWaiting", b -> b.maxWaiting(1_000_001)),
        bad("acquireTimeout", b -> b.acquireTimeout(Duration.ZERO)),
        bad("acquireTimeout", b -> b.acquireTimeout(Duration.ofDays(25))),
        bad("maxLifetime", b -> b.maxLifetime(Duration.ofMillis(999))),
        bad("maxLifetime", b -> b.maxLifetime(Duration.ofMinutes(55).plusMillis(1))),
        bad("lifetimeJitter", b -> b.lifetimeJitter(Duration.ofMillis(-1))),
        bad("lifetimeJitter", b -> b.lifetimeJitter(Duration.ofMinutes(55))),
        bad("idleTimeout", b -> b.idleTimeout(Duration.ZERO)),
        bad("idleTimeout", b -> b.idleTimeout(Duration.ofDays(366))),
        bad("baseBackoff", b -> b.baseBackoff(Duration.ZERO)),
        bad("baseBackoff", b -> b.baseBackoff(Duration.ofDays(1).plusMillis(1))),
        bad("maxBackoff", b -> b.maxBackoff(Duration.ZERO)),
        bad("maxBackoff", b -> b.maxBackoff(Duration.ofDays(1).plusMillis(1))));
  }

  private static Arguments bad(String name, UnaryOperator<PoolPolicy.Builder> change) {
    return Arguments.of(name, change);
  }

  @ParameterizedTest
  @MethodSource
  void outOfRange(String name, UnaryOperator<PoolPolicy.Builder> change) {
    assertThatThrownBy(() -> change.apply(PoolPolicy.builder()))
        .isInstanceOf(InvalidConfigurationException.class)
        .hasMessageStartingWith(name + " is ")
        .hasMessageContaining("; give ");
  }

  @Test
  void minSize_aboveMaxSize_isRefusedWhenBothAreKnown() {
    PoolPolicy.Builder builder = PoolPolicy.builder().minSize(11);
    assertThatThrownBy(builder::build)
        .isInstanceOf(InvalidConfigurationException.class)
        .hasMessage("minSize is 11; give 0 to 10");
    assertThat(builder.maxSize(11).build().minSize()).isEqualTo(11);
  }

  @Test
  void lifetimeJitter_ofTheWholeLifetime_isRefusedWhenBothAreKnown() {
    PoolPolicy.Builder builder =
        PoolPolicy.builder()
            .lifetimeJitter(Duration.ofMinutes(2))
            .maxLifetime(Duration.ofMinutes(2));
    assertThatThrownBy(builder::build)
        .isInstanceOf(InvalidConfigurationException.class)
        .hasMessageStartingWith("lifetimeJitter is PT2M; give ");
  }

  @Test
  void bounds_areAllowed() {
    Duration day = Duration.ofDays(1);
    PoolPolicy least =
        PoolPolicy.builder()
            .minSize(0)
            .maxSize(1)
            .maxWaiting(0)
            .acquireTimeout(Duration.ofMillis(1))
            .maxLifetime(Duration.ofSeconds(1))
            .lifetimeJitter(Duration.ZERO)
            .idleTimeout(Duration.ofMillis(1))
            .baseBackoff(Duration.ofMillis(1))
            .maxBackoff(Duration.ofMillis(1))
            .build();
    PoolPolicy most =
        PoolPolicy.builder()
            .minSize(10_000)
            .maxSize(10_000)
            .maxWaiting(1_000_000)
            .acquireTimeout(Duration.ofDays(24))
            .maxLifetime(PoolPolicy.LONGEST_LIFETIME)
            .lifetimeJitter(PoolPolicy.LONGEST_LIFETIME.minusMillis(1))
            .idleTimeout(Duration.ofDays(365))
            .baseBackoff(day)
            .maxBackoff(day)
            .build();
    assertThat(least.maxSize()).isEqualTo(1);
    assertThat(most.minSize()).isEqualTo(10_000);
  }

  @Test
  void lifetimeBeyondTheService_saysWhy() {
    assertThatThrownBy(() -> PoolPolicy.builder().maxLifetime(Duration.ofMinutes(60)))
        .hasMessageContaining("cuts connections at PT1H");
  }
}
