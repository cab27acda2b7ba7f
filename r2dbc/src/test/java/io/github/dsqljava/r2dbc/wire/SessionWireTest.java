package io.github.dsqljava.r2dbc.wire;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class SessionWireTest {
  private SessionWire wire;
  private EmbeddedChannel channel;

  @BeforeEach
  void login() {
    wire = new SessionWire();
    channel = new EmbeddedChannel(wire);
    channel.writeOutbound(Unpooled.wrappedBuffer(new byte[] {0, 0, 0, 8, 0, 3, 0, 0})); // startup
    fromServer(message('Z', "I"));
    assertThat(sent()).hasSize(8);
    assertThat(received()).isEqualTo(text(message('Z', "I")));
    wire.useBegins();
  }

  @AfterEach
  void close() {
    channel.finishAndReleaseAll();
  }

  private static ByteBuf message(char type, String body) {
    byte[] bytes = body.getBytes(StandardCharsets.ISO_8859_1);
    return Unpooled.buffer().writeByte(type).writeInt(4 + bytes.length).writeBytes(bytes);
  }

  private static String text(ByteBuf bytes) {
    String text = bytes.toString(StandardCharsets.ISO_8859_1);
    bytes.release();
    return text;
  }

  private void fromServer(ByteBuf... messages) {
    channel.writeInbound(Unpooled.wrappedBuffer(messages));
    channel.runPendingTasks();
  }

  private String sent() {
    StringBuilder all = new StringBuilder();
    for (ByteBuf at = channel.readOutbound(); at != null; at = channel.readOutbound()) {
      all.append(text(at));
    }
    return all.toString();
  }

  private String received() {
    StringBuilder all = new StringBuilder();
    for (ByteBuf at = channel.readInbound(); at != null; at = channel.readInbound()) {
      all.append(text(at));
    }
    return all.toString();
  }

  private static ByteBuf statement() {
    return Unpooled.wrappedBuffer(
        message('P', "s\0SELECT 1\0\0\0"), message('B', "rest"), message('S', ""));
  }

  @Test
  void announcedEnd_closesTheConnection_thoughTheServerDoesNot() {
    assertThat(wire.isOpen()).isTrue();
    ByteBuf fatal = message('E', "SFATAL\0VFATAL\0CXX000\0Mserver unavailable\0\0");
    String announced = text(fatal.copy());
    channel.pipeline().fireChannelRead(fatal);
    channel.runPendingTasks();
    assertThat(wire.isOpen()).isFalse();
    assertThat(channel.isOpen()).isFalse();
    assertThat(received()).as("the driver hears it").isEqualTo(announced);
  }

  @Test
  void parameterStatus_andTags_tellOfSettings() {
    assertThat(wire.notes().hasSeenSet()).isFalse();
    for (ByteBuf told :
        new ByteBuf[] {
          message('S', "TimeZone\0UTC\0"),
          message('C', "SET\0"),
          message('C', "RESET\0"),
          message('C', "DISCARD ALL\0")
        }) {
      fromServer(told, message('Z', "I"));
      assertThat(wire.notes().hasSeenSet()).isTrue();
      wire.notes().settingsAreKnown();
    }
    fromServer(message('C', "SELECT 1\0"), message('Z', "I"));
    assertThat(wire.notes().hasSeenSet()).isFalse();
  }

  @Test
  void begin_travelsWithTheStatement_andItsAnswersGoNoFurther() {
    wire.beginWithNext("BEGIN");
    channel.writeOutbound(statement());
    assertThat(sent())
        .startsWith("P")
        .contains("BEGIN")
        .endsWith(text(statement()))
        .containsOnlyOnce("S\0\0\0\4");
    fromServer(
        message('1', ""),
        message('2', ""),
        message('C', "BEGIN\0"),
        message('1', ""),
        message('C', "SELECT 1\0"),
        message('Z', "T"));
    assertThat(received())
        .isEqualTo(
            text(
                Unpooled.wrappedBuffer(
                    message('1', ""), message('C', "SELECT 1\0"), message('Z', "T"))));
    assertThat(wire.notes().begins()).isEqualTo(1);
    assertThat(wire.notes().status()).isEqualTo(SessionNotes.IN_TRANSACTION);
    assertThat(wire.dropBegin()).isFalse();
  }

  /** However the bytes are cut. */
  @Test
  void answers_inPieces_areTheSame() {
    Random random = new Random(7);
    for (int round = 0; round < 200; round++) {
      wire.useBegins();
      wire.beginWithNext("BEGIN");
      channel.writeOutbound(statement());
      ByteBuf all =
          Unpooled.wrappedBuffer(
              message('1', ""),
              message('2', ""),
              message('C', "BEGIN\0"),
              message('C', "INSERT 0 1\0"),
              message('Z', "T"),
              message('C', "COMMIT\0"),
              message('Z', "I"));
      while (all.isReadable()) {
        channel.writeInbound(
            all.readRetainedSlice(Math.min(all.readableBytes(), 1 + random.nextInt(9))));
      }
      all.release();
      assertThat(received())
          .isEqualTo(
              text(
                  Unpooled.wrappedBuffer(
                      message('C', "INSERT 0 1\0"),
                      message('Z', "T"),
                      message('C', "COMMIT\0"),
                      message('Z', "I"))));
      assertThat(wire.notes().ends()).isEqualTo(1);
      assertThat(wire.notes().lastEndIsCommit()).isTrue();
    }
  }

  @Test
  void beginRefused_connectionEnds_andNothingElseIsSent() {
    wire.beginWithNext("BEGIN");
    channel.writeOutbound(statement());
    assertThat(sent()).isNotEmpty();
    fromServer(message('E', "SERROR\0C53300\0Mno\0\0"), message('Z', "I"));
    assertThat(wire.hasBeginFailed()).isTrue();
    assertThat(wire.notes().firstError().orElseThrow().sqlState()).isEqualTo("53300");
    assertThat(channel.isOpen()).isFalse();
    assertThat(received()).isEmpty();
  }

  @Test
  void query_waitsForBegin() {
    wire.beginWithNext("BEGIN READ ONLY");
    channel.writeOutbound(message('Q', "SELECT 1\0"));
    assertThat(sent()).isEqualTo(text(message('Q', "BEGIN READ ONLY\0")));
    fromServer(message('C', "BEGIN\0"), message('Z', "T"));
    assertThat(received()).isEmpty();
    assertThat(sent()).isEqualTo(text(message('Q', "SELECT 1\0")));
    assertThat(wire.notes().begins()).isEqualTo(1);
  }

  @Test
  void query_whoseBeginIsRefused_isNotSent() {
    wire.beginWithNext("BEGIN");
    var write = channel.pipeline().writeAndFlush(message('Q', "DELETE FROM t\0"));
    assertThat(sent()).contains("BEGIN");
    fromServer(message('E', "SERROR\0C53300\0Mno\0\0"), message('Z', "I"));
    assertThat(sent()).doesNotContain("DELETE");
    assertThat(write.isSuccess()).isFalse();
    assertThat(wire.hasBeginFailed()).isTrue();
    assertThat(channel.isOpen()).isFalse();
  }

  @Test
  void ownFlight_isKeptFromTheDriver_andTheDriverWaits() {
    CompletableFuture<Answer> answer = wire.exchange("COMMIT");
    channel.writeOutbound(message('Q', "SELECT 2\0"));
    assertThat(sent()).isEqualTo(text(message('Q', "COMMIT\0")));
    fromServer(message('C', "UPDATE 3\0"), message('C', "COMMIT\0"), message('Z', "I"));
    assertThat(answer.join().rows()).isEqualTo(3);
    assertThat(wire.notes().ends()).isEqualTo(1);
    assertThat(received()).isEmpty();
    assertThat(sent()).isEqualTo(text(message('Q', "SELECT 2\0")));
    assertThat(wire.exchange("COMMIT"))
        .as("while something is under way")
        .isCompletedExceptionally();
  }

  @Test
  void whenQuiet_waitsForEveryAnswer_orTheEnd() {
    AtomicInteger quiet = new AtomicInteger();
    wire.whenQuiet(quiet::incrementAndGet);
    channel.runPendingTasks();
    assertThat(quiet).hasValue(1);
    channel.writeOutbound(message('P', "no sync yet"));
    wire.whenQuiet(quiet::incrementAndGet);
    channel.runPendingTasks();
    assertThat(quiet).hasValue(1);
    channel.writeOutbound(message('S', ""), message('Q', "SELECT 1\0"));
    fromServer(message('Z', "I"));
    assertThat(quiet).hasValue(1);
    fromServer(message('Z', "I"));
    assertThat(quiet).hasValue(2);
    channel.writeOutbound(message('Q', "SELECT 1\0"));
    wire.whenQuiet(quiet::incrementAndGet);
    channel.runPendingTasks();
    var unused = channel.close();
    channel.runPendingTasks();
    assertThat(quiet).hasValue(3);
  }
}
