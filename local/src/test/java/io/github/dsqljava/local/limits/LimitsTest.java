package io.github.dsqljava.local.limits;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class LimitsTest {
  @Test
  void standard_isTheService() {
    for (Limit limit : Limit.values()) {
      assertThat(Limits.standard().of(limit)).isEqualTo(limit.standard());
    }
    assertThat(Limits.standard().changed()).isEmpty();
    assertThat(Limits.standard().transactionAge()).isEqualTo(Duration.ofSeconds(300));
    assertThat(Limits.standard().connectionAge()).isEqualTo(Duration.ofMinutes(60));
  }

  @Test
  void builder_changesWhatItIsTold() {
    Limits limits =
        Limits.builder()
            .limit(Limit.TRANSACTION_ROWS, 10)
            .limit(Limit.TABLES, 2)
            .transactionAge(Duration.ofSeconds(5))
            .connectionAge(Duration.ofSeconds(6))
            .build();
    assertThat(limits.of(Limit.TRANSACTION_ROWS)).isEqualTo(10);
    assertThat(limits.of(Limit.VIEWS)).isEqualTo(Limit.VIEWS.standard());
    assertThat(limits.changed()).containsOnlyKeys(Limit.TRANSACTION_ROWS, Limit.TABLES);
    assertThat(limits)
        .hasToString(
            "Limits[{TRANSACTION_ROWS=10, TABLES=2}, transactionAge=PT5S, connectionAge=PT6S]");
  }

  @Test
  void builder_thatGoesOn_leavesWhatItBuiltAlone() {
    Limits.Builder builder = Limits.builder().limit(Limit.TABLES, 2);
    Limits two = builder.build();
    builder.limit(Limit.TABLES, 3);
    assertThat(two.of(Limit.TABLES)).isEqualTo(2);
  }

  @Test
  void valueOfTheService_isNoChange() {
    Limits back =
        Limits.builder().limit(Limit.TABLES, 2).build().toBuilder()
            .limit(Limit.TABLES, Limit.TABLES.standard())
            .build();
    assertThat(back).isEqualTo(Limits.standard());
    assertThat(back.changed()).isEmpty();
  }

  @Test
  void notPositive_isRefusedAtOnce() {
    assertThatThrownBy(() -> Limits.builder().limit(Limit.TABLES, 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("tables is 0, not positive");
    assertThatThrownBy(() -> Limits.builder().transactionAge(Duration.ZERO))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("transactionAge is PT0S, not positive");
    assertThatThrownBy(() -> Limits.builder().connectionAge(Duration.ofSeconds(-1)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("connectionAge is PT-1S, not positive");
  }
}
