package io.github.dsqljava;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.dsqljava.spi.CommitErrors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which server errors lead to another attempt, and which leave the outcome of COMMIT open. */
class RetryKindTest {

  private static ServerError error(String sqlState, String message) {
    return ServerError.of("ERROR", sqlState, message, null, null);
  }

  @ParameterizedTest
  @CsvSource({
    "40001, change conflicts with another transaction (OC000), CONFLICT",
    "40001, 'change conflicts with another transaction, please retry: (OC000)', CONFLICT",
    "40001, schema has been updated by another transaction (OC001), STALE_SCHEMA",
    "40001, could not serialize access due to concurrent update, CONFLICT",
    "OC000, anything, CONFLICT",
    "OC001, anything, STALE_SCHEMA"
  })
  void conflicts_byTheirSqlState(String sqlState, String message, RetryKind kind) {
    assertThat(RetryKind.of(error(sqlState, message))).contains(kind);
  }

  @ParameterizedTest
  @CsvSource({
    "23505, Key (id)=((OC000)) already exists.",
    "40P01, deadlock detected",
    "53300, too many open connections",
    "XX000, server unavailable (OC001)",
    "'', 40001 (OC000)"
  })
  void anythingElse_isNone(String sqlState, String message) {
    assertThat(RetryKind.of(error(sqlState, message))).isEmpty();
  }

  @Test
  void serverUnavailable_isThatTextOfThatCode() {
    assertThat(RetryKind.isServerUnavailable(error("XX000", "server unavailable"))).isTrue();
    assertThat(RetryKind.isServerUnavailable(error("XX000", "cache lookup failed"))).isFalse();
    assertThat(RetryKind.isServerUnavailable(error("57014", "server unavailable"))).isFalse();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "XX000", "XX001", "08006", "08P01", "57P01", "57P03", "58030", "40003", "F0000", "99999", ""
      })
  void commitAnswer_thatSaysNothingAboutTheTransaction(String sqlState) {
    assertThat(CommitErrors.leaveOutcomeUnknown(error(sqlState, "text"))).isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"40001", "54000", "23503", "23505", "25P02", "57014", "53200", "42501"})
  void commitAnswer_thatIsARefusal(String sqlState) {
    assertThat(CommitErrors.leaveOutcomeUnknown(error(sqlState, "text"))).isFalse();
  }
}
