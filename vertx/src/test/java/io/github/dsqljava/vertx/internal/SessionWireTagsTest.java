package io.github.dsqljava.vertx.internal;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What command tags tell of a transaction, in whatever pieces they arrive. */
class SessionWireTagsTest {

  @ParameterizedTest
  @CsvSource({
    "COMMIT, true, false",
    "ROLLBACK, true, false",
    "BEGIN, false, true",
    "START TRANSACTION, false, true",
    "COMMENT, false, false",
    "COPY 1, false, false",
    "RESET, false, false",
    "SET, false, false",
    "DO, false, false",
    "SELECT 1, false, false"
  })
  void tag_inOneByteAtATime_isUnderstood(String tag, boolean end, boolean begin) {
    try (WireHarness harness = WireHarness.begun()) {
      harness.fromServer(WireHarness.BEGUN, PgBytes.ready('T'));
      harness.writeVoid(PgBytes.query("SELECT 1; /* whatever */"));
      harness.endTurn();
      harness.serverSees();
      harness.codecSees();
      assertThat(harness.wire.hasSeenEnd()).isFalse();
      assertThat(harness.wire.hasSeenBegin()).as("not the guarded one").isFalse();
      byte[] answer = PgBytes.concat(PgBytes.complete(tag), PgBytes.ready('T'));
      for (byte one : answer) {
        harness.fromServer(new byte[] {one});
      }
      assertThat(harness.codecSees()).isEqualTo(answer);
      assertThat(harness.wire.hasSeenEnd()).isEqualTo(end);
      assertThat(harness.wire.hasSeenBegin()).isEqualTo(begin);
      assertThat(harness.wire.hasRolledBack()).isEqualTo(tag.startsWith("ROLLBACK"));
    }
  }
}
