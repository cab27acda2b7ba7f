package io.github.dsqljava.local.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.dsqljava.local.limits.Limit;
import io.github.dsqljava.local.limits.Limits;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LimitListTest {
  @Test
  void everyLimit_canBeSet() throws Exception {
    for (Limit limit : Limit.values()) {
      assertThat(LimitList.parse(limit.option() + "=7").of(limit)).isEqualTo(7);
    }
  }

  @Test
  void several_withAges() throws Exception {
    Limits limits = LimitList.parse("transaction-rows=10, transaction-age=5,connection-age=60");
    assertThat(limits.of(Limit.TRANSACTION_ROWS)).isEqualTo(10);
    assertThat(limits.of(Limit.TABLES)).isEqualTo(1000);
    assertThat(limits.transactionAge()).isEqualTo(Duration.ofSeconds(5));
    assertThat(limits.connectionAge()).isEqualTo(Duration.ofMinutes(1));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "transaction-rows",
        "transaction-rows=",
        "transaction-rows=0",
        "transaction-rows=-1",
        "transaction-rows=many",
        "transaction-rows=99999999999",
        "connection-age=0",
        "tables=5,,views=5"
      })
  void noNumber_isRefused(String list) {
    assertThatThrownBy(() -> LimitList.parse(list))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("NAME=N");
  }

  @Test
  void unknownName_isRefusedWithThoseThatThereAre() {
    assertThatThrownBy(() -> LimitList.parse("rows=5"))
        .isInstanceOf(UsageException.class)
        .hasMessageStartingWith("--limits has no \"rows\"; there are connections, ")
        .hasMessageEndingWith("in seconds: transaction-age, connection-age");
  }
}
