package io.github.dsqljava.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.dsqljava.local.conformance.wire.WireMessage;
import io.github.dsqljava.local.frontend.Pipeline;
import io.github.dsqljava.local.frontend.RawClient;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.postgresql.util.PSQLException;

/** Logins that are refused, and connections that end. */
class ConnectionFaultsTest extends FaultFixture {

  // Logins

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "TOO_MANY_CONNECTIONS|53300|Unable to accept connection, too many open connections.|",
        "RATE_EXCEEDED|53400|Unable to accept connection, rate exceeded.|",
        "WAKING_UP|08006|unable to accept connection, waking up cluster, please retry later|",
        "TOKEN_EXPIRED|08006|unable to accept connection, access denied|Signature expired:",
        "ACCESS_DENIED|08006|unable to accept connection, access denied|"
      })
  void login_refused_inTheWordsOfTheService(
      LoginRefusal refusal, String sqlState, String message, String hint) throws Exception {
    faults.refuseLogins(2, refusal);
    for (String alpn : List.of("postgresql", "")) {
      try (RawClient client = unauthenticated(alpn)) {
        client.sendStartup(Map.of("user", "admin", "database", "postgres"));
        client.expect('R');
        client.sendText('p', cluster.token("admin"));
        WireMessage error = client.expect('E');
        assertThat(error.field('S')).isEqualTo("FATAL");
        assertThat(error.field('V')).isEqualTo("FATAL");
        assertThat(error.field('C')).isEqualTo(sqlState);
        assertThat(error.field('M')).isEqualTo(message);
        if (hint == null) {
          assertThat(error.field('H')).isEmpty();
        } else {
          assertThat(error.field('H'))
              .matches(hint + " [0-9]{8}T[0-9]{6}Z is now earlier than [0-9]{8}T[0-9]{6}Z");
        }
        assertThat(client.isClosedByServer()).isTrue();
      }
    }
    assertThat(faults.remaining().loginRefusals()).isZero();
    try (RawClient client = loggedIn()) {
      assertThat(query(client, "SELECT 1")).endsWith("Z I");
    }
  }

  private static RawClient unauthenticated(String alpn) throws IOException {
    if (!alpn.isEmpty()) {
      return RawClient.direct(cluster.port(), cluster.caCertificate(), "localhost", alpn);
    }
    RawClient client = RawClient.connect(cluster.port());
    client.send(RawClient.request(80877103));
    assertThat(client.readByte()).isEqualTo('S');
    client.startTls(cluster.caCertificate(), "localhost");
    return client;
  }

  @Test
  void login_thatFailsByItself_usesUpNothing() throws Exception {
    faults.refuseLogins(1, LoginRefusal.RATE_EXCEEDED);
    try (RawClient client = unauthenticated("postgresql")) {
      client.sendStartup(Map.of("user", "admin", "database", "postgres"));
      client.expect('R');
      client.sendText('p', "no token");
      assertThat(client.expect('E').field('C')).isEqualTo("08006");
    }
    assertThat(faults.remaining().loginRefusals()).isEqualTo(1);
    assertThatThrownBy(() -> Jdbc.connect(cluster, "admin"))
        .isInstanceOfSatisfying(
            PSQLException.class,
            e -> {
              assertThat(e.getSQLState()).isEqualTo("53400");
              assertThat(e.getServerErrorMessage().getMessage())
                  .isEqualTo("Unable to accept connection, rate exceeded.");
            });
  }

  @Test
  void login_severalRefusals_comeInTheOrderTheyWereArmed() throws Exception {
    faults.refuseLogins(1, LoginRefusal.WAKING_UP);
    faults.refuseLogins(2, LoginRefusal.TOO_MANY_CONNECTIONS);
    faults.conflictCommits(1, CommitConflict.DATA);
    List<String> states = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      assertThatThrownBy(() -> Jdbc.connect(cluster, "admin"))
          .isInstanceOfSatisfying(SQLException.class, e -> states.add(e.getSQLState()));
    }
    assertThat(states).containsExactly("08006", "53300", "53300");
    try (RawClient client = loggedIn()) {
      assertThat(query(client, "BEGIN; COMMIT")).contains(DATA_CONFLICT);
    }
  }

  @Test
  void login_expired_isSeenFromTheClockOfTheCluster() throws Exception {
    Instant now = Instant.parse("2030-01-02T03:04:05Z");
    try (DsqlLocal later = DsqlLocal.builder().clock(() -> now).start()) {
      later.faults().refuseLogins(1, LoginRefusal.TOKEN_EXPIRED);
      assertThatThrownBy(() -> Jdbc.connect(later, "admin"))
          .hasMessageContaining(
              "Signature expired: 20300102T030404Z is now earlier than 20300102T030405Z");
    }
  }

  // Connections

  @Test
  void cut_endsAllConnectionsAndWhatWasOpenInThem() throws Exception {
    try (RawClient idle = loggedIn();
        RawClient open = loggedIn();
        RawClient busy = loggedIn();
        RawClient unauthenticated = RawClient.connect(cluster.port());
        Connection jdbc = Jdbc.connect(cluster, "admin")) {
      query(open, "BEGIN; INSERT INTO t VALUES (1)");
      busy.sendText('Q', "SELECT pg_sleep(600)");
      assertThat(cluster.openConnections()).isEqualTo(5);
      assertThat(faults.cutConnections()).isEqualTo(5);
      Eventually.holds("none is open", () -> cluster.openConnections() == 0);
      for (RawClient client : List.of(idle, open, busy, unauthenticated)) {
        assertThat(client.isClosedByServer()).isTrue();
      }
      assertThatThrownBy(() -> Jdbc.execute(jdbc, "SELECT 1"))
          .isInstanceOfSatisfying(
              SQLException.class, e -> assertThat(e.getSQLState()).startsWith("08"));
    }
    assertThat(rows()).isEmpty();
    Eventually.holds("none is open", () -> cluster.openConnections() == 0);
    assertThat(faults.cutConnections()).isZero();
    onlyOneBackendIsLeft();
  }

  @Test
  void cut_byAge_endsOnlyTheOldOnes() throws Exception {
    Instant now = Instant.now();
    try (DsqlLocal aging = DsqlLocal.builder().clock(() -> now).start()) {
      Duration age = Duration.ofMinutes(55);
      try (Connection old = Jdbc.connect(aging, "admin")) {
        aging.advanceTime(age);
        try (Connection young = Jdbc.connect(aging, "admin")) {
          assertThat(aging.faults().cutConnectionsOlderThan(age)).as("not older yet").isZero();
          aging.advanceTime(Duration.ofMillis(1));
          assertThat(aging.faults().cutConnectionsOlderThan(age)).isEqualTo(1);
          assertThatThrownBy(() -> Jdbc.execute(old, "SELECT 1")).isInstanceOf(SQLException.class);
          assertThat(Jdbc.value(young, "SELECT 1")).isEqualTo("1");
        }
      }
      assertThatThrownBy(() -> aging.faults().cutConnectionsOlderThan(Duration.ofSeconds(-1)))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  // Messages

  @Test
  void close_afterMessages_answersThemAndTakesNoMore() throws Exception {
    faults.closeAfterMessages(1, 2);
    faults.closeAfterMessages(1, 0);
    try (RawClient client = loggedIn()) {
      assertThat(query(client, "INSERT INTO t VALUES (1)")).containsExactly("C INSERT 0 1", "Z I");
      query(client, "BEGIN; INSERT INTO t VALUES (2)");
      client.sendText('Q', "COMMIT");
      assertThat(client.isClosedByServer()).isTrue();
    }
    try (RawClient client = loggedIn()) {
      client.sendText('Q', "SELECT 1");
      assertThat(client.isClosedByServer()).isTrue();
    }
    assertThat(rows()).containsExactly("1");
    onlyOneBackendIsLeft();
  }

  @Test
  void close_inTheMiddleOfAPipeline_answersWhatCameBefore() throws Exception {
    byte[] pipeline =
        new Pipeline()
            .run("INSERT INTO t VALUES (1)")
            .sync()
            .run("INSERT INTO t VALUES (2)")
            .run("INSERT INTO t VALUES (3)")
            .sync()
            .query("SELECT 1")
            .bytes();
    for (int piece : new int[] {pipeline.length, 7}) {
      faults.closeAfterMessages(1, 9);
      try (RawClient client = loggedIn()) {
        try {
          for (int i = 0; i < pipeline.length; i += piece) {
            client.send(Arrays.copyOfRange(pipeline, i, Math.min(pipeline.length, i + piece)));
          }
        } catch (IOException e) {
          // closed before all was sent
        }
        assertThat(answersUntilClosed(client))
            .as("pieces of %d", piece)
            .containsExactly("1", "2", "C INSERT 0 1", "Z I", "1", "2", "C INSERT 0 1", "1", "2");
      }
      assertThat(rows()).containsExactly("1");
      empty();
    }
    onlyOneBackendIsLeft();
  }

  @Test
  void close_whileFaultsForStatementsAreArmed_isTheSame() throws Exception {
    faults.closeAfterMessages(1, 4);
    faults.conflictCommits(1, CommitConflict.DATA);
    try (RawClient client = loggedIn()) {
      client.send(
          new Pipeline()
              .query("BEGIN")
              .query("COMMIT")
              .query("SELECT 1")
              .query("SELECT 2")
              .query("SELECT 3")
              .bytes());
      assertThat(answersUntilClosed(client))
          .containsExactly(
              "C BEGIN",
              "Z T",
              DATA_CONFLICT,
              "Z I",
              "T",
              "D 1",
              "C SELECT 1",
              "Z I",
              "T",
              "D 2",
              "C SELECT 1",
              "Z I");
    }
  }

  @Test
  void cut_resetsAndDoesNotSayGoodbye() throws Exception {
    try (RawClient client = loggedIn()) {
      assertThat(faults.cutConnections()).isEqualTo(1);
      assertThatThrownBy(client::readByte).isInstanceOf(IOException.class);
    }
  }

  @Test
  void cut_whileMessagesAreHeld_leavesNothingBehind() throws Exception {
    faults.conflictBegins(1);
    try (RawClient client = loggedIn()) {
      client.send(
          new Pipeline().query("SELECT pg_sleep(600)").query("BEGIN").query("SELECT 1").bytes());
      try (Connection admin = Jdbc.connect(cluster, "admin")) {
        Eventually.holds(
            "the first is running",
            () ->
                Jdbc.column(
                            admin,
                            "SELECT 1 FROM pg_stat_activity"
                                + " WHERE state = 'active' AND query LIKE 'SELECT pg_sleep%'")
                        .size()
                    == 1);
      }
      assertThat(faults.cutConnections()).isPositive();
    }
    assertThat(faults.remaining().beginConflicts()).as("never reached").isEqualTo(1);
    faults.clear();
    onlyOneBackendIsLeft();
  }

  @Test
  void cut_whileAFaultIsOnItsWay_givesItBack() throws Exception {
    faults.conflictCommits(1, CommitConflict.DATA);
    try (RawClient client = loggedIn()) {
      client.send(new Pipeline().query("INSERT INTO t SELECT 1 FROM pg_sleep(600)").bytes());
      Eventually.holds("taken", () -> faults.remaining().commitConflicts() == 0);
      assertThat(faults.cutConnections()).isEqualTo(1);
    }
    Eventually.holds("given back", () -> faults.remaining().commitConflicts() == 1);
    faults.clear();
    onlyOneBackendIsLeft();
  }

  @Test
  void cut_ofAClosedCluster_findsNothing() {
    DsqlLocal other = DsqlLocal.start();
    other.close();
    assertThat(other.faults().cutConnections()).isZero();
    assertThat(other.faults().killBackend(1)).isFalse();
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void killedBackend_isALostConnectionForItsClientOnly(boolean busy) throws Exception {
    try (RawClient client =
            RawClient.direct(cluster.port(), cluster.caCertificate(), "localhost", "postgresql");
        RawClient other = loggedIn()) {
      int processId =
          client.login("admin", cluster.token("admin")).stream()
              .filter(message -> message.type() == 'K')
              .mapToInt(message -> ByteBuffer.wrap(message.body()).getInt())
              .findFirst()
              .orElseThrow();
      assertThat(query(client, "SELECT pg_backend_pid()")).contains("D " + processId);
      query(client, "BEGIN; INSERT INTO t VALUES (1)");
      if (busy) {
        client.sendText('Q', "SELECT pg_sleep(600)");
      }
      assertThat(faults.killBackend(processId)).isTrue();
      assertThat(answersUntilClosed(client))
          .containsExactly("E FATAL 08006 the connection to the cluster was lost");
      Eventually.holds(
          "its backend is gone",
          () ->
              query(other, "SELECT count(*) FROM pg_stat_activity WHERE pid = " + processId)
                  .contains("D 0"));
      assertThat(faults.killBackend(processId)).isFalse();
    }
    assertThat(rows()).isEmpty();
  }

  @Test
  void killBackend_ofAForeignProcess_touchesNothing() throws Exception {
    long own = ProcessHandle.current().pid();
    assertThat(faults.killBackend((int) own)).isFalse();
    try (RawClient client = loggedIn()) {
      assertThat(faults.killBackend(0)).isFalse();
      assertThat(query(client, "SELECT 1")).endsWith("Z I");
    }
  }

  // Arguments

  @ParameterizedTest
  @ValueSource(ints = {0, -1})
  void count_thatIsNotPositive_isRefused(int count) {
    assertRefused(() -> faults.refuseLogins(count, LoginRefusal.WAKING_UP));
    assertRefused(() -> faults.conflictCommits(count, CommitConflict.DATA));
    assertRefused(() -> faults.loseCommitAnswers(count));
    assertRefused(() -> faults.cutBeforeCommit(count));
    assertRefused(() -> faults.unavailableAtCommit(count, true));
    assertRefused(() -> faults.unavailableAtStatement(count));
    assertRefused(() -> faults.conflictBegins(count));
  }

  private static void assertRefused(ThrowingCallable call) {
    assertThatThrownBy(call)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("count is ");
  }

  @ParameterizedTest
  @EnumSource(LoginRefusal.class)
  void remaining_countsEachKind(LoginRefusal refusal) {
    faults.refuseLogins(2, refusal);
    faults.refuseLogins(1, LoginRefusal.ACCESS_DENIED);
    faults.conflictCommits(4, CommitConflict.SCHEMA);
    faults.loseCommitAnswers(5);
    faults.cutBeforeCommit(6);
    faults.unavailableAtCommit(7, true);
    faults.unavailableAtCommit(1, false);
    faults.unavailableAtStatement(9);
    faults.conflictBegins(10);
    faults.closeAfterMessages(11, 12);
    assertThat(faults.remaining()).isEqualTo(new FaultCounts(3, 4, 5, 6, 8, 9, 10, 11));
    assertThat(faults.remaining().total()).isEqualTo(56);
    assertThat(faults.toString()).contains("commitConflicts=4");
    faults.clear();
  }

  private static void onlyOneBackendIsLeft() throws Exception {
    try (Connection admin = Jdbc.connect(cluster, "admin")) {
      Eventually.holds(
          "one backend, this one",
          () ->
              Jdbc.column(
                          admin,
                          "SELECT pid FROM pg_stat_activity WHERE backend_type = 'client backend'")
                      .size()
                  == 1);
    }
  }
}
