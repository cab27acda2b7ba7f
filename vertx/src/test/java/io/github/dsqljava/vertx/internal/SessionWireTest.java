package io.github.dsqljava.vertx.internal;

import static io.github.dsqljava.vertx.internal.PgBytes.bind;
import static io.github.dsqljava.vertx.internal.PgBytes.bindForText;
import static io.github.dsqljava.vertx.internal.PgBytes.bound;
import static io.github.dsqljava.vertx.internal.PgBytes.columns;
import static io.github.dsqljava.vertx.internal.PgBytes.complete;
import static io.github.dsqljava.vertx.internal.PgBytes.concat;
import static io.github.dsqljava.vertx.internal.PgBytes.describe;
import static io.github.dsqljava.vertx.internal.PgBytes.error;
import static io.github.dsqljava.vertx.internal.PgBytes.execute;
import static io.github.dsqljava.vertx.internal.PgBytes.message;
import static io.github.dsqljava.vertx.internal.PgBytes.noData;
import static io.github.dsqljava.vertx.internal.PgBytes.notice;
import static io.github.dsqljava.vertx.internal.PgBytes.parameterStatus;
import static io.github.dsqljava.vertx.internal.PgBytes.parameters;
import static io.github.dsqljava.vertx.internal.PgBytes.parse;
import static io.github.dsqljava.vertx.internal.PgBytes.parsed;
import static io.github.dsqljava.vertx.internal.PgBytes.prepare;
import static io.github.dsqljava.vertx.internal.PgBytes.query;
import static io.github.dsqljava.vertx.internal.PgBytes.ready;
import static io.github.dsqljava.vertx.internal.PgBytes.row;
import static io.github.dsqljava.vertx.internal.PgBytes.run;
import static io.github.dsqljava.vertx.internal.PgBytes.summary;
import static io.github.dsqljava.vertx.internal.PgBytes.sync;
import static io.github.dsqljava.vertx.internal.PgBytes.terminate;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.util.ResourceLeakDetector;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What reaches a server and a codec that the test plays, byte by byte. */
class SessionWireTest {
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
  void inbound_notArmed_passesUnchangedAtEverySplitPoint() {
    byte[] stream =
        concat(columns(), row(1), notice(), complete("SELECT 1"), ready('T'), parameterStatus());
    for (int cut = 0; cut <= stream.length; cut++) {
      try (WireHarness harness = WireHarness.loggedIn()) {
        harness.fromServer(Arrays.copyOfRange(stream, 0, cut));
        harness.fromServer(Arrays.copyOfRange(stream, cut, stream.length));
        assertThat(harness.codecSees()).as("cut at " + cut).isEqualTo(stream);
        assertThat(harness.wire.status()).isEqualTo(SessionStatus.IN_TRANSACTION);
      }
    }
  }

  @Test
  void inbound_byteByByte_passesUnchanged() {
    byte[] stream = concat(columns(), row(1), complete("SELECT 1"), ready('E'));
    try (WireHarness harness = WireHarness.loggedIn()) {
      for (byte one : stream) {
        harness.fromServer(new byte[] {one});
      }
      assertThat(harness.codecSees()).isEqualTo(stream);
      assertThat(harness.wire.status()).isEqualTo(SessionStatus.FAILED);
    }
  }

  @Test
  void inbound_wholeMessages_areTheSameBuffer() {
    try (WireHarness harness = WireHarness.loggedIn()) {
      ByteBuf buffer = harness.buffer(concat(row(1), row(2)));
      harness.channel.writeInbound(buffer);
      assertThat(harness.channel.<ByteBuf>readInbound()).isSameAs(buffer);
      buffer.release();
    }
  }

  @Test
  void inbound_cutInAHeader_onlyThoseBytesWait() {
    try (WireHarness harness = WireHarness.loggedIn()) {
      byte[] stream = concat(row(1), ready('I'));
      harness.fromServer(Arrays.copyOfRange(stream, 0, stream.length - 1));
      assertThat(harness.codecSees()).isEqualTo(row(1));
      harness.fromServer(new byte[] {'I'});
      assertThat(harness.codecSees()).isEqualTo(ready('I'));
      harness.fromServer(new byte[] {'D', 0});
    }
  }

  @ParameterizedTest
  @CsvSource({"I, IDLE", "T, IN_TRANSACTION", "E, FAILED"})
  void status_isThatOfTheLastReadyForQuery(char code, SessionStatus status) {
    try (WireHarness harness = WireHarness.loggedIn()) {
      harness.fromServer(ready('T'), ready(code));
      assertThat(harness.wire.status()).isEqualTo(status);
    }
  }

  @Test
  void outbound_notArmed_isTheSameBuffer() {
    try (WireHarness harness = WireHarness.loggedIn()) {
      for (byte[] command :
          List.of(query("BEGIN"), concat(prepare("s", "SELECT 1"), run("s")), terminate())) {
        ByteBuf buffer = harness.buffer(command);
        harness.channel.writeOutbound(buffer);
        assertThat(harness.channel.<ByteBuf>readOutbound()).isSameAs(buffer);
        buffer.release();
      }
    }
  }

  @Test
  void outbound_login_isNotLookedAt() {
    try (WireHarness harness = new WireHarness()) {
      byte[] startup = {0, 0, 0, 9, 0, 3, 0, 0, 0};
      harness.writeVoid(startup);
      harness.writeVoid(message('p', "token"));
      harness.endTurn();
      assertThat(harness.serverSees()).isEqualTo(concat(startup, message('p', "token")));
    }
  }

  @Test
  void otherThanBytes_passes() {
    try (WireHarness harness = WireHarness.guarded()) {
      Object event = new Object();
      harness.channel.writeInbound(event);
      assertThat(harness.channel.<Object>readInbound()).isSameAs(event);
      harness.channel.writeOutbound(event);
      assertThat(harness.channel.<Object>readOutbound()).isSameAs(event);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"BEGIN", "BEGIN READ ONLY", " begin ; ", "START TRANSACTION ISOLATION LEVEL x"})
  void begin_alone_isParseBindExecuteSync(String begin) {
    try (WireHarness harness = WireHarness.guarded()) {
      harness.writeVoid(query(begin));
      assertThat(harness.serverSees()).as("before the end of the turn").isEmpty();
      harness.endTurn();
      assertThat(harness.serverSees())
          .isEqualTo(concat(parse("", begin), bindForText(), execute("", 0), sync()));
      harness.fromServer(WireHarness.BEGUN, ready('T'));
      assertThat(harness.codecSees()).isEqualTo(WireHarness.SEEN_BEGIN);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"BEGIN; SELECT 1", "BEGINNING", "/* x */ BEGIN", "SELECT 'BEGIN'", "COMMIT", ""})
  void query_thatIsNoBeginAlone_leavesTheGuardArmed(String sql) {
    try (WireHarness harness = WireHarness.guarded()) {
      harness.writeVoid(query(sql), run("s"));
      harness.endTurn();
      assertThat(harness.serverSees()).isEqualTo(concat(query(sql), run("s")));
      harness.writeVoid(query("BEGIN"));
      assertThat(harness.serverSees()).isEmpty();
    }
  }

  @Test
  void turnOfBegin_isOneGroupInOneWrite() {
    try (WireHarness harness = WireHarness.guarded()) {
      harness.writeVoid(query("BEGIN"));
      harness.writeVoid(run("s1"), query("SELECT 1;\n"));
      harness.writeVoid(concat(message('C', (byte) 'S', "s9"), sync()));
      harness.writeVoid(prepare("s2", "SELECT $1"));
      harness.endTurn();
      assertThat(harness.channel.outboundMessages()).hasSize(1);
      assertThat(harness.serverSees())
          .isEqualTo(
              concat(
                  WireHarness.SENT_BEGIN,
                  bind("", "s1"),
                  execute("", 0),
                  parse("", "SELECT 1;\n"),
                  bindForText(),
                  describe('P', ""),
                  execute("", 0),
                  message('C', (byte) 'S', "s9"),
                  parse("s2", "SELECT $1"),
                  describe('S', "s2"),
                  sync()));
      harness.fromServer(
          WireHarness.BEGUN,
          WireHarness.RAN,
          concat(parsed(), bound(), columns(), row(5), complete("SELECT 1")),
          message('3'),
          concat(parsed(), parameters(), columns()),
          ready('T'));
      assertThat(harness.codecSees())
          .isEqualTo(
              concat(
                  WireHarness.SEEN_BEGIN,
                  concat(WireHarness.RAN, ready('T')),
                  concat(columns(), row(5), complete("SELECT 1"), ready('T')),
                  concat(message('3'), ready('T')),
                  concat(parsed(), parameters(), columns(), ready('T'))));
    }
  }

  @Test
  void commandsInOneBufferWithBegin_areTakenApart() {
    try (WireHarness harness = WireHarness.guarded()) {
      harness.writeVoid(run("before"), query("BEGIN"), run("s1"), query("SELECT 1; SELECT 2"));
      harness.endTurn();
      assertThat(harness.serverSees())
          .isEqualTo(
              concat(
                  run("before"), WireHarness.SENT_BEGIN, bind("", "s1"), execute("", 0), sync()));
      // What was sent before is answered before, whatever it is.
      harness.fromServer(bound(), row(1), complete("SELECT 1"));
      harness.fromServer(ready('I'), WireHarness.BEGUN, WireHarness.RAN, ready('T'));
      assertThat(summary(harness.codecSees()))
          .containsExactly("2", "D", "C", "ZI", "C", "ZT", "2", "C", "ZT");
      assertThat(harness.serverSees()).isEqualTo(query("SELECT 1; SELECT 2"));
    }
  }

  @Test
  void statementsSentBeforeBegin_whoseErrorComesLater_doNotCountForTheGroup() {
    try (WireHarness harness = WireHarness.loggedIn()) {
      harness.writeVoid(run("a"), query("b"));
      harness.wire.guardNextBegin();
      harness.writeVoid(query("BEGIN"));
      harness.endTurn();
      harness.fromServer(error("22012", "zero"), ready('I'));
      harness.fromServer(error("42601", "b"), ready('I'), WireHarness.BEGUN, ready('T'));
      assertThat(summary(harness.codecSees()))
          .containsExactly("E22012", "ZI", "E42601", "ZI", "C", "ZT");
      assertThat(harness.wire.status()).isEqualTo(SessionStatus.IN_TRANSACTION);
    }
  }

  @Test
  void batch_expectsTheResultOfEachExecute() {
    byte[] once = concat(bind("", "s"), execute("", 0));
    try (WireHarness harness = WireHarness.begun(concat(once, once, once, sync()), run("t"))) {
      harness.fromServer(
          WireHarness.BEGUN,
          WireHarness.RAN,
          WireHarness.RAN,
          WireHarness.RAN,
          WireHarness.RAN,
          ready('T'));
      assertThat(harness.codecSees())
          .isEqualTo(
              concat(
                  WireHarness.SEEN_BEGIN,
                  WireHarness.RAN,
                  WireHarness.RAN,
                  WireHarness.RAN,
                  ready('T'),
                  WireHarness.RAN,
                  ready('T')));
    }
  }

  @Test
  void cursor_suspendedAndDescribed_isUnderstood() {
    byte[] open = concat(bind("c", "s"), describe('P', "c"), execute("c", 1), sync());
    byte[] next = concat(execute("c", 1), sync());
    try (WireHarness harness = WireHarness.begun(open, next, next)) {
      harness.fromServer(
          WireHarness.BEGUN,
          concat(bound(), columns(), row(1), message('s')),
          concat(row(2), message('s')),
          complete("SELECT 0"),
          ready('T'));
      assertThat(summary(harness.codecSees()))
          .containsExactly("C", "ZT", "2", "T", "D", "s", "ZT", "D", "s", "ZT", "C", "ZT");
    }
  }

  @Test
  void simpleQueryWithoutRows_hidesWhatTheCodecDidNotAskFor() {
    try (WireHarness harness = WireHarness.begun(query("UPDATE t SET a = 1"), query("SELECT 1"))) {
      harness.fromServer(WireHarness.BEGUN);
      harness.fromServer(parsed(), bound(), noData(), complete("UPDATE 3"));
      harness.fromServer(parsed(), bound(), columns(), message('I'), ready('T'));
      assertThat(harness.codecSees())
          .isEqualTo(
              concat(
                  WireHarness.SEEN_BEGIN,
                  complete("UPDATE 3"),
                  ready('T'),
                  columns(),
                  message('I'),
                  ready('T')));
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "SELECT 1; SELECT 2",
        "SELECT ';'",
        "",
        " ; ",
        "-- nothing",
        "/* a hint */ SELECT 1",
        "SELECT $1",
        "COMMIT",
        "rollback;",
        "END",
        "ABORT",
        "BEGIN",
        "START TRANSACTION",
        "PREPARE TRANSACTION 'x'",
        "COPY t FROM STDIN"
      })
  void simpleQuery_thatIsNotSurelyTheSameInAGroup_waitsUnchanged(String sql) {
    try (WireHarness harness = WireHarness.guarded()) {
      harness.writeVoid(query("BEGIN"), query(sql), run("s"));
      harness.endTurn();
      assertThat(harness.serverSees()).isEqualTo(concat(WireHarness.SENT_BEGIN, sync()));
      harness.fromServer(WireHarness.BEGUN, ready('T'));
      assertThat(harness.codecSees()).isEqualTo(WireHarness.SEEN_BEGIN);
      assertThat(harness.serverSees()).as("in order").isEqualTo(concat(query(sql), run("s")));
    }
  }

  @Test
  void unknownMessage_waitsUnchanged() {
    byte[] flushed = concat(bind("", "s"), message('H'), execute("", 0), sync());
    byte[] call = message('F', 1, (short) 0, (short) 0, (short) 0);
    try (WireHarness harness = WireHarness.guarded()) {
      harness.writeVoid(query("BEGIN"), run("a"), flushed, call);
      harness.endTurn();
      assertThat(harness.serverSees())
          .isEqualTo(concat(WireHarness.SENT_BEGIN, bind("", "a"), execute("", 0), sync()));
      harness.fromServer(WireHarness.BEGUN, WireHarness.RAN, ready('T'));
      assertThat(harness.serverSees()).isEqualTo(concat(flushed, call));
    }
  }

  @Test
  void commandsAfterTheTurn_waitForTheServersReadyForQuery() {
    try (WireHarness harness = WireHarness.begun(run("s"))) {
      harness.writeVoid(run("later"));
      harness.endTurn();
      harness.fromServer(WireHarness.BEGUN, WireHarness.RAN);
      assertThat(summary(harness.codecSees())).containsExactly("C", "ZT", "2", "C");
      harness.writeVoid(query("COMMIT"));
      harness.endTurn();
      assertThat(harness.serverSees()).isEmpty();
      harness.fromServer(ready('T'));
      assertThat(harness.serverSees()).isEqualTo(concat(run("later"), query("COMMIT")));
      harness.fromServer(WireHarness.RAN, ready('T'), complete("COMMIT"), ready('I'));
      assertThat(summary(harness.codecSees())).containsExactly("ZT", "2", "C", "ZT", "C", "ZI");
      assertThat(harness.wire.status()).isEqualTo(SessionStatus.IDLE);
    }
  }

  @Test
  void nextGuardedBegin_heldBehindCommit_isAGroupAgain() {
    try (WireHarness harness = WireHarness.begun(query("SELECT 1"))) {
      harness.writeVoid(query("COMMIT"));
      harness.wire.guardNextBegin();
      harness.writeVoid(query("BEGIN"), run("s"));
      harness.fromServer(
          WireHarness.BEGUN, parsed(), bound(), columns(), complete("SELECT 0"), ready('T'));
      harness.endTurn();
      assertThat(harness.serverSees())
          .isEqualTo(
              concat(
                  query("COMMIT"), WireHarness.SENT_BEGIN, bind("", "s"), execute("", 0), sync()));
      harness.codecSees();
      harness.fromServer(complete("COMMIT"), ready('I'), error("0A000", "no"), ready('I'));
      assertThat(summary(harness.codecSees()))
          .containsExactly("C", "ZI", "E0A000", "ZI", "E25P01", "ZI");
    }
  }
}
