package io.github.dsqljava.vertx.internal;

import static io.github.dsqljava.vertx.internal.PgBytes.bind;
import static io.github.dsqljava.vertx.internal.PgBytes.concat;
import static io.github.dsqljava.vertx.internal.PgBytes.error;
import static io.github.dsqljava.vertx.internal.PgBytes.execute;
import static io.github.dsqljava.vertx.internal.PgBytes.message;
import static io.github.dsqljava.vertx.internal.PgBytes.query;
import static io.github.dsqljava.vertx.internal.PgBytes.ready;
import static io.github.dsqljava.vertx.internal.PgBytes.run;
import static io.github.dsqljava.vertx.internal.PgBytes.sync;
import static io.github.dsqljava.vertx.internal.PgBytes.terminate;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.ResourceLeakDetector;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.util.Arrays;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Connections that end with a group under way, and promises. */
class SessionWireEndTest {
  private static ResourceLeakDetector.Level level;

  @BeforeAll
  static void watchForLeaks() {
    level = ResourceLeakDetector.getLevel();
    ResourceLeakDetector.setLevel(ResourceLeakDetector.Level.PARANOID);
  }

  @AfterAll
  static void stopWatching() {
    ResourceLeakDetector.setLevel(level);
  }

  @Test
  void terminate_goesAtOnceAndDropsWhatWaits() {
    try (WireHarness harness = WireHarness.begun(run("a"))) {
      ChannelFuture held = harness.write(run("held"));
      ChannelFuture terminated = harness.write(terminate());
      harness.endTurn();
      assertThat(harness.serverSees()).isEqualTo(terminate());
      assertThat(terminated.isSuccess()).isTrue();
      assertThat(held.cause()).isInstanceOf(ClosedChannelException.class);
    }
  }

  @Test
  void terminate_inTheTurnOfBegin_followsTheGroup() {
    try (WireHarness harness = WireHarness.guarded()) {
      harness.writeVoid(query("BEGIN"), run("a"));
      harness.writeVoid(terminate());
      harness.endTurn();
      assertThat(harness.serverSees())
          .isEqualTo(
              concat(WireHarness.SENT_BEGIN, bind("", "a"), execute("", 0), sync(), terminate()));
    }
  }

  @Test
  void terminate_whileRefusing_isSent() {
    try (WireHarness harness = WireHarness.begun()) {
      harness.fromServer(error("0A000", "no"), ready('I'));
      harness.writeVoid(run("a"), terminate());
      harness.endTurn();
      assertThat(harness.serverSees()).isEqualTo(terminate());
    }
  }

  @Test
  void close_atEveryPointOfTheAnswers_leavesNothing() {
    byte[] stream = WireHarness.answers();
    for (int cut = 0; cut < stream.length; cut++) {
      WireHarness harness = WireHarness.begun(WireHarness.group());
      ChannelFuture held = harness.write(run("held"));
      harness.fromServer(Arrays.copyOfRange(stream, 0, cut));
      harness.close();
      assertThat(held.isDone()).isTrue();
    }
  }

  @Test
  void close_beforeTheGroupIsSent_leavesNothing() {
    WireHarness harness = WireHarness.guarded();
    ChannelFuture begin = harness.write(query("BEGIN"));
    ChannelFuture statement = harness.write(run("s"));
    harness.channel.pipeline().remove(SessionWire.class);
    harness.close();
    assertThat(begin.isDone()).isTrue();
    assertThat(statement.isDone()).isTrue();
  }

  @Test
  void connectionLost_beforeTheEndOfTheTurn_nothingIsWritten() {
    try (WireHarness harness = WireHarness.guarded()) {
      harness.writeVoid(query("BEGIN"), run("s"), query("COMMIT"));
      harness.channel.pipeline().fireChannelInactive();
      harness.endTurn();
      assertThat(harness.serverSees()).isEmpty();
    }
  }

  @Test
  void close_whileRefusedCommandsWaitForTheirAnswer_leavesNothing() {
    WireHarness harness = WireHarness.begun();
    harness.fromServer(error("0A000", "no"), ready('I'));
    harness.writeVoid(run("a"));
    harness.close();
  }

  @Test
  void promises_areDoneWhenTheirCommandIs() {
    try (WireHarness harness = WireHarness.guarded()) {
      ChannelFuture begin = harness.write(query("BEGIN"));
      ChannelFuture grouped = harness.write(run("a"));
      assertThat(begin.isDone()).isFalse();
      harness.endTurn();
      assertThat(begin.isSuccess()).isTrue();
      assertThat(grouped.isSuccess()).isTrue();
      ChannelFuture held = harness.write(run("b"));
      assertThat(held.isDone()).isFalse();
      harness.fromServer(WireHarness.BEGUN, WireHarness.RAN, ready('T'));
      assertThat(held.isSuccess()).isTrue();
    }
  }

  @Test
  void failedWriteOfTheGroup_failsThePromisesAndIsSeenByTheCodec() {
    WireHarness harness = WireHarness.guarded();
    ChannelFuture begin = harness.write(query("BEGIN"));
    harness.writeVoid(run("a"));
    harness
        .channel
        .pipeline()
        .addFirst(
            new ChannelOutboundHandlerAdapter() {
              @Override
              public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
                ReferenceCountUtil.release(message);
                promise.setFailure(new IOException("broken pipe"));
              }
            });
    harness.channel.runPendingTasks();
    assertThat(begin.cause()).hasMessage("broken pipe");
    assertThatThrownBy(harness.channel::checkException).hasMessage("broken pipe");
    harness.close();
  }

  @ParameterizedTest
  @ValueSource(strings = {"FATAL", "PANIC"})
  void announcedEnd_closesTheConnection_thoughTheServerDoesNot(String severity) {
    byte[] announced =
        PgBytes.message(
            'E', (byte) 'S', severity, (byte) 'C', "57P02", (byte) 'M', "crash", (byte) 0);
    try (WireHarness harness = WireHarness.loggedIn()) {
      assertThat(harness.wire.isEnding()).isFalse();
      byte[] begin = Arrays.copyOf(announced, 8);
      byte[] rest = Arrays.copyOfRange(announced, 8, announced.length);
      harness.channel.pipeline().fireChannelRead(harness.buffer(begin));
      assertThat(harness.wire.isEnding()).isFalse();
      harness.channel.pipeline().fireChannelRead(harness.buffer(rest));
      assertThat(harness.wire.isEnding()).isTrue();
      assertThat(harness.channel.isOpen()).isFalse();
      assertThat(harness.codecSees()).isEqualTo(announced);
    }
  }

  @Test
  void error_isNoEnd() {
    try (WireHarness harness = WireHarness.loggedIn()) {
      harness.fromServer(PgBytes.error("FATAL", "SFATAL"), PgBytes.ready('I'));
      assertThat(harness.wire.isEnding()).isFalse();
      assertThat(harness.channel.isOpen()).isTrue();
    }
  }
}
