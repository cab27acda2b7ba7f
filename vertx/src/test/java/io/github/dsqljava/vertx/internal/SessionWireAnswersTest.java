package io.github.dsqljava.vertx.internal;

import static io.github.dsqljava.vertx.internal.PgBytes.aborted;
import static io.github.dsqljava.vertx.internal.PgBytes.bind;
import static io.github.dsqljava.vertx.internal.PgBytes.bound;
import static io.github.dsqljava.vertx.internal.PgBytes.columns;
import static io.github.dsqljava.vertx.internal.PgBytes.complete;
import static io.github.dsqljava.vertx.internal.PgBytes.concat;
import static io.github.dsqljava.vertx.internal.PgBytes.error;
import static io.github.dsqljava.vertx.internal.PgBytes.execute;
import static io.github.dsqljava.vertx.internal.PgBytes.message;
import static io.github.dsqljava.vertx.internal.PgBytes.notice;
import static io.github.dsqljava.vertx.internal.PgBytes.parsed;
import static io.github.dsqljava.vertx.internal.PgBytes.prepare;
import static io.github.dsqljava.vertx.internal.PgBytes.query;
import static io.github.dsqljava.vertx.internal.PgBytes.ready;
import static io.github.dsqljava.vertx.internal.PgBytes.row;
import static io.github.dsqljava.vertx.internal.PgBytes.run;
import static io.github.dsqljava.vertx.internal.PgBytes.summary;
import static io.github.dsqljava.vertx.internal.PgBytes.sync;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.ResourceLeakDetector;
import java.net.ProtocolException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the codec is given of the answers to a group, in any pieces and with any error. */
class SessionWireAnswersTest {
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
  void answers_cutAtEveryPoint_giveTheCodecTheSame() {
    byte[] stream = WireHarness.answers();
    for (int first = 0; first <= stream.length; first++) {
      for (int second : new int[] {first, first + 1, first + 7}) {
        int end = Math.min(second, stream.length);
        try (WireHarness harness = WireHarness.begun(WireHarness.group())) {
          harness.fromServer(Arrays.copyOfRange(stream, 0, first));
          harness.fromServer(Arrays.copyOfRange(stream, first, end));
          harness.fromServer(Arrays.copyOfRange(stream, end, stream.length));
          assertThat(harness.codecSees()).as(first + " and " + end).isEqualTo(WireHarness.seen());
        }
      }
    }
  }

  @Test
  void answers_byteByByte_giveTheCodecTheSame() {
    try (WireHarness harness = WireHarness.begun(WireHarness.group())) {
      for (byte one : WireHarness.answers()) {
        harness.fromServer(new byte[] {one});
      }
      assertThat(harness.codecSees()).isEqualTo(WireHarness.seen());
      assertThat(harness.wire.status()).isEqualTo(SessionStatus.IN_TRANSACTION);
    }
  }

  @Test
  void errorOfBegin_cutAtEveryPoint_answersEveryCommand() {
    byte[] stream = concat(notice(), error("0A000", "no"), notice(), ready('I'));
    for (int cut = 0; cut <= stream.length; cut++) {
      try (WireHarness harness = WireHarness.begun(WireHarness.group())) {
        harness.fromServer(Arrays.copyOfRange(stream, 0, cut));
        harness.fromServer(Arrays.copyOfRange(stream, cut, stream.length));
        assertThat(summary(harness.codecSees()))
            .containsExactly(
                "N", "E0A000", "N", "ZI", "E25P01", "ZI", "E25P01", "ZI", "E25P01", "ZI", "E25P01",
                "ZI");
      }
    }
  }

  @Test
  void errorOfBegin_nothingIsSentUntilRollback() {
    try (WireHarness harness = WireHarness.begun(run("a"))) {
      harness.writeVoid(run("held"), query("COMMIT"));
      harness.fromServer(parsed(), bound(), error("0A000", "no"), ready('I'));
      byte[] seen = harness.codecSees();
      assertThat(summary(seen))
          .containsExactly("E0A000", "ZI", "E25P01", "ZI", "E25P01", "ZI", "E25P01", "ZI");
      String text = new String(seen, StandardCharsets.UTF_8);
      assertThat(text)
          .contains("SERROR\0VERROR\0C25P01\0MThe statement was not executed, because the BEGIN");
      assertThat(harness.wire.status()).isEqualTo(SessionStatus.FAILED);

      harness.writeVoid(prepare("late", "SELECT 1"), query("INSERT INTO t VALUES (1)"));
      assertThat(harness.codecSees()).as("not while the codec writes").isEmpty();
      harness.endTurn();
      assertThat(summary(harness.codecSees())).containsExactly("E25P01", "ZI", "E25P01", "ZI");
      assertThat(harness.serverSees()).isEmpty();

      harness.writeVoid(run("x"), query("ROLLBACK;"), run("y"));
      harness.channel.flush();
      assertThat(harness.serverSees()).isEqualTo(concat(query("ROLLBACK;"), run("y")));
      harness.fromServer(notice(), complete("ROLLBACK"), ready('I'));
      assertThat(summary(harness.codecSees())).containsExactly("E25P01", "ZI", "N", "C", "ZI");
      assertThat(harness.wire.status()).isEqualTo(SessionStatus.IDLE);
    }
  }

  @Test
  void answersOfTheServer_doNotOvertakeThoseToRefusedCommands() {
    try (WireHarness harness = WireHarness.begun()) {
      harness.fromServer(error("0A000", "no"), ready('I'));
      harness.codecSees();
      // The channel itself would run the task that answers.
      harness.channel.pipeline().addFirst(new Sink());
      harness.writeVoid(run("refused"), query("ROLLBACK"));
      harness
          .channel
          .pipeline()
          .fireChannelRead(harness.buffer(concat(complete("ROLLBACK"), ready('I'))));
      assertThat(summary(harness.codecSees())).containsExactly("E25P01", "ZI", "C", "ZI");
    }
  }

  /** Takes what is written and does nothing else. */
  private static final class Sink extends ChannelOutboundHandlerAdapter {
    @Override
    public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
      ReferenceCountUtil.release(message);
      promise.trySuccess();
    }
  }

  @Test
  void errorOfBegin_rollbackAmongTheHeld_isSent() {
    try (WireHarness harness = WireHarness.begun(run("a"))) {
      harness.writeVoid(run("b"));
      harness.writeVoid(query("ROLLBACK"), run("c"));
      harness.fromServer(error("0A000", "no"), ready('I'));
      assertThat(harness.serverSees()).isEqualTo(concat(query("ROLLBACK"), run("c")));
      assertThat(summary(harness.codecSees()))
          .containsExactly("E0A000", "ZI", "E25P01", "ZI", "E25P01", "ZI");
    }
  }

  @Test
  void errorOfBegin_thenAGuardedBegin_isAGroup() {
    try (WireHarness harness = WireHarness.begun()) {
      harness.fromServer(error("0A000", "no"), ready('I'));
      harness.codecSees();
      harness.wire.guardNextBegin();
      harness.writeVoid(run("left over"), query("BEGIN"), run("s"));
      harness.endTurn();
      assertThat(harness.serverSees())
          .isEqualTo(concat(WireHarness.SENT_BEGIN, bind("", "s"), execute("", 0), sync()));
      harness.fromServer(WireHarness.BEGUN, WireHarness.RAN, ready('T'));
      assertThat(summary(harness.codecSees()))
          .containsExactly("E25P01", "ZI", "C", "ZT", "2", "C", "ZT");
      assertThat(harness.wire.status()).isEqualTo(SessionStatus.IN_TRANSACTION);
    }
  }

  @Test
  void errorOfBegin_inAFailedTransaction_keepsItsStatus() {
    try (WireHarness harness = WireHarness.begun(run("a"))) {
      harness.fromServer(aborted(), ready('E'));
      assertThat(summary(harness.codecSees())).containsExactly("E25P02", "ZE", "E25P01", "ZE");
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2})
  void errorOfAStatement_thoseBehindItAreAborted(int failing) {
    try (WireHarness harness = WireHarness.begun(run("0"), query("SELECT 1"), run("2"))) {
      byte[][] answers = {
        WireHarness.RAN,
        concat(parsed(), bound(), columns(), row(1), complete("SELECT 1")),
        WireHarness.RAN
      };
      byte[][] seen = {
        WireHarness.RAN, concat(columns(), row(1), complete("SELECT 1")), WireHarness.RAN
      };
      byte[] expected = WireHarness.SEEN_BEGIN;
      harness.fromServer(WireHarness.BEGUN);
      for (int i = 0; i < failing; i++) {
        harness.fromServer(answers[i]);
        expected = concat(expected, seen[i], ready('T'));
      }
      harness.fromServer(error("23505", "twice"), ready('E'));
      expected = concat(expected, error("23505", "twice"), ready('E'));
      for (int i = failing + 1; i < 3; i++) {
        expected = concat(expected, aborted(), ready('E'));
      }
      assertThat(harness.codecSees()).isEqualTo(expected);
      assertThat(harness.wire.status()).isEqualTo(SessionStatus.FAILED);
      harness.writeVoid(run("for the server to refuse"));
      harness.endTurn();
      assertThat(harness.serverSees()).isEqualTo(run("for the server to refuse"));
    }
  }

  @Test
  void errorInTheMiddleOfABatch_endsTheBatch() {
    byte[] once = concat(bind("", "s"), execute("", 0));
    try (WireHarness harness = WireHarness.begun(concat(once, once, once, sync()), run("t"))) {
      harness.fromServer(
          WireHarness.BEGUN, WireHarness.RAN, bound(), error("23505", "twice"), ready('E'));
      assertThat(summary(harness.codecSees()))
          .containsExactly("C", "ZT", "2", "C", "2", "E23505", "ZE", "E25P02", "ZE");
    }
  }

  @Test
  void heldCommands_afterAnErrorBehindBegin_areTheServersToRefuse() {
    try (WireHarness harness = WireHarness.begun(run("a"))) {
      harness.writeVoid(query("COMMIT"));
      harness.fromServer(WireHarness.BEGUN, error("23505", "twice"), ready('E'));
      assertThat(harness.serverSees()).isEqualTo(query("COMMIT"));
    }
  }

  @ParameterizedTest
  @MethodSource("nonsense")
  void answerThatDoesNotFit_closesTheConnection(byte[] answer) {
    WireHarness harness = WireHarness.begun(query("SELECT 1"), run("b"));
    harness.writeVoid(run("held"));
    assertThatThrownBy(() -> harness.fromServer(notice(), answer))
        .isInstanceOf(ProtocolException.class);
    assertThat(harness.codecSees()).as("what was sound").startsWith(notice());
    assertThat(harness.channel.isOpen()).isFalse();
    harness.close();
  }

  static List<byte[]> nonsense() {
    return List.of(
        bound(),
        concat(WireHarness.BEGUN, complete("X")),
        concat(WireHarness.BEGUN, message('G')),
        concat(WireHarness.BEGUN, ready('T')),
        concat(error("0A000", "no"), complete("X")),
        new byte[] {'D', 0, 0, 0, 3},
        new byte[] {'N', -1, 0, 0, 0},
        new byte[] {'Z', 0, 0, 0, 4, 'T'});
  }

  @Test
  void partOfACommand_closesTheConnection() {
    WireHarness harness = WireHarness.guarded();
    ChannelFuture written = harness.write(new byte[] {'Q', 0, 0, 0, 9, 'B'});
    assertThat(written.cause()).isInstanceOf(ProtocolException.class);
    assertThat(harness.channel.isOpen()).isFalse();
    assertThatThrownBy(harness.channel::checkException).isInstanceOf(ProtocolException.class);
    harness.close();
  }
}
