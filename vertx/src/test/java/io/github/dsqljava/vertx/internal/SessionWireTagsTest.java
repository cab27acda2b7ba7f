package io.github.dsqljava.vertx.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
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

  /** What the codec's handlers can see when a command's answer reaches them. */
  private static List<String> seen(byte[]... fromServer) {
    try (WireHarness harness = WireHarness.begun()) {
      harness.fromServer(WireHarness.BEGUN, PgBytes.ready('T'));
      harness.writeVoid(PgBytes.query("COMMIT"));
      harness.writeVoid(PgBytes.query("SELECT 1; ROLLBACK"));
      harness.endTurn();
      harness.serverSees();
      harness.codecSees();
      List<String> seen = new ArrayList<>();
      harness
          .channel
          .pipeline()
          .addLast(
              new ChannelInboundHandlerAdapter() {
                private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

                @Override
                public void channelRead(ChannelHandlerContext ctx, Object message) {
                  ByteBuf part = (ByteBuf) message;
                  bytes.writeBytes(ByteBufUtil.getBytes(part));
                  part.release();
                  seen.add(
                      PgBytes.summary(bytes.toByteArray())
                          + (harness.wire.hasRolledBack() ? " rolled back " : " ")
                          + harness.wire.status());
                  bytes.reset();
                }
              });
      harness.fromServer(fromServer);
      return seen;
    }
  }

  @Test
  void answersInOneSegment_noneIsReadAhead() {
    assertThat(
            seen(
                PgBytes.complete("COMMIT"),
                PgBytes.ready('I'),
                PgBytes.complete("SELECT 1"),
                PgBytes.complete("ROLLBACK"),
                PgBytes.ready('I')))
        .startsWith("[C] IN_TRANSACTION")
        .contains("[ZI, C] IDLE")
        .endsWith("[C, ZI] rolled back IDLE");
  }

  @Test
  void statusesInOneSegment_noneIsReadAhead() {
    assertThat(
            seen(
                PgBytes.complete("COMMIT"),
                PgBytes.ready('I'),
                PgBytes.complete("SELECT 1"),
                PgBytes.ready('T')))
        .containsExactly("[C] IN_TRANSACTION", "[ZI, C] IDLE", "[ZT] IN_TRANSACTION");
  }
}
