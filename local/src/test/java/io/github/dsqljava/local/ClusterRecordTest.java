package io.github.dsqljava.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.dsqljava.local.conformance.wire.WireMessage;
import io.github.dsqljava.local.frontend.Pipeline;
import io.github.dsqljava.local.frontend.RawClient;
import io.github.dsqljava.local.journal.RecordedStatement;
import io.github.dsqljava.local.journal.RecordedStatement.Outcome;
import io.github.dsqljava.local.journal.RecordedStatement.Protocol;
import io.github.dsqljava.local.journal.RefusedLogin;
import io.netty.util.LeakPresenceDetector;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What the record holds, against what clients sent and got. */
class ClusterRecordTest {
  private static final String OC000 = "change conflicts with another transaction (OC000)";

  private static DsqlLocal cluster;
  private static ClusterRecord record;

  @BeforeAll
  static void start() throws Exception {
    cluster = DsqlLocal.builder().record(true).start();
    record = cluster.record();
    try (Connection admin = Jdbc.connect(cluster, "admin")) {
      Jdbc.execute(admin, "CREATE TABLE t (id int PRIMARY KEY)");
    }
  }

  @AfterAll
  static void stop() {
    cluster.close();
    LeakPresenceDetector.check();
  }

  @BeforeEach
  void empty() throws Exception {
    record.start();
    cluster.faults().clear();
    try (Connection admin = Jdbc.connect(cluster, "admin")) {
      Jdbc.execute(admin, "DELETE FROM t");
    }
    record.clear();
  }

  @Test
  void jdbc_inBothProtocols_isRecordedStatementByStatement() throws Exception {
    for (String mode : List.of("simple", "extended")) {
      record.clear();
      int pid;
      try (Connection connection = Jdbc.connect(cluster, "admin", "preferQueryMode=" + mode)) {
        pid = Integer.parseInt(Jdbc.value(connection, "SELECT pg_backend_pid()"));
        record.clear();
        connection.setAutoCommit(false);
        try (PreparedStatement insert = connection.prepareStatement("INSERT INTO t VALUES (?)")) {
          insert.setInt(1, 4711);
          insert.executeUpdate();
        }
        connection.rollback();
        connection.setAutoCommit(true);
        Jdbc.value(connection, "SELECT 'ä€'");
      }
      List<RecordedStatement> seen = record.statements();
      assertThat(seen)
          .extracting(RecordedStatement::tag)
          .containsExactly("BEGIN", "INSERT 0 1", "ROLLBACK", "SELECT 1");
      assertThat(seen)
          .extracting(RecordedStatement::inTransaction)
          .containsExactly(false, true, true, false);
      assertThat(seen.get(3).sql()).isEqualTo("SELECT 'ä€'");
      assertThat(seen)
          .allSatisfy(
              statement -> {
                assertThat(statement.processId()).isEqualTo(pid);
                assertThat(statement.user()).isEqualTo("admin");
                assertThat(statement.outcome()).isEqualTo(Outcome.SUCCEEDED);
              });
      assertThat(seen.get(1).protocol())
          .isEqualTo(mode.equals("simple") ? Protocol.SIMPLE : Protocol.EXTENDED);
      if (mode.equals("extended")) {
        assertThat(seen.get(1).sql()).isEqualTo("INSERT INTO t VALUES ($1)");
        assertThat(seen.toString()).as("no values").doesNotContain("4711");
      }
    }
  }

  @Test
  void pipelineOfBatches_eachStatementHasItsOwnAnswer() throws Exception {
    try (RawClient client = loggedIn()) {
      Pipeline pipeline =
          new Pipeline()
              .parse("begin", "BEGIN")
              .parse("ins", "INSERT INTO t VALUES (1)")
              .bind("", "begin")
              .execute("")
              .bind("p", "ins")
              .describePortal("p")
              .execute("p")
              .sync()
              .bind("", "ins")
              .execute("")
              .run("SELECT 'skipped'")
              .sync()
              .run("SELECT 'aborted'")
              .sync()
              .query("ROLLBACK")
              .run("SELEC 1")
              .run("SELECT 'skipped, too'")
              .sync()
              .run("")
              .run("SELECT 2")
              .sync();
      client.send(pipeline.bytes());
      for (int i = 0; i < 6; i++) {
        client.readUntilReady();
      }
    }
    assertThat(summary())
        .containsExactly(
            "BEGIN -> BEGIN",
            "INSERT INTO t VALUES (1) -> INSERT 0 1",
            "INSERT INTO t VALUES (1) -> 23505",
            "SELECT 'skipped' -> SKIPPED",
            "SELECT 'aborted' -> 25P02",
            "ROLLBACK -> ROLLBACK",
            "SELEC 1 -> 42601",
            "SELECT 'skipped, too' -> SKIPPED",
            "SELECT 2 -> SELECT 1");
    assertThat(record.statements())
        .extracting(RecordedStatement::inTransaction)
        .containsExactly(false, true, true, true, true, true, false, false, false);
  }

  @Test
  void queryBehindAnErrorAndBeforeSync_isSkipped() throws Exception {
    try (RawClient client = loggedIn()) {
      Pipeline pipeline =
          new Pipeline()
              .run("SELEC")
              .flush()
              .query("BEGIN; SELECT 1")
              .sync()
              .query("SELECT 2")
              .query("SELECT 3");
      client.send(pipeline.bytes());
      for (int i = 0; i < 3; i++) {
        client.readUntilReady();
      }
    }
    assertThat(summary())
        .containsExactly(
            "SELEC -> 42601",
            "BEGIN -> SKIPPED",
            "SELECT 1 -> SKIPPED",
            "SELECT 2 -> SELECT 1",
            "SELECT 3 -> SELECT 1");
  }

  @Test
  void statementWhoseNewParseFailed_isRecordedAsWhatWasRun() throws Exception {
    try (RawClient client = loggedIn()) {
      Pipeline pipeline =
          new Pipeline()
              .parse("s", "SELECT 'old'")
              .sync()
              .parse("s", "SELECT 'new'")
              .sync()
              .bind("", "s")
              .execute("")
              .sync();
      client.send(pipeline.bytes());
      for (int i = 0; i < 3; i++) {
        client.readUntilReady();
      }
    }
    assertThat(summary()).containsExactly("SELECT 'new' -> 42P05", "SELECT 'old' -> SELECT 1");
  }

  @Test
  void severalStatementsInOneQuery_areRecordedOneByOne() throws Exception {
    try (RawClient client = loggedIn()) {
      client.query("/* all */ BEGIN; INSERT INTO t VALUES (1); SELECT ';' /* x */; COMMIT; ;");
      client.query("SELECT 1; SELECT 1/0; SELECT 2");
      client.query("SELECT 1; SELEC 2");
      client.query(" ; -- nothing");
      client.query("/* the only one */ SELECT 3 -- end");
    }
    assertThat(summary())
        .containsExactly(
            "BEGIN -> BEGIN",
            "INSERT INTO t VALUES (1) -> INSERT 0 1",
            "SELECT ';' -> SELECT 1",
            "COMMIT -> COMMIT",
            "SELECT 1 -> SELECT 1",
            "SELECT 1/0 -> 22012",
            "SELECT 2 -> SKIPPED",
            "SELECT 1 -> 42601",
            "SELEC 2 -> SKIPPED",
            "/* the only one */ SELECT 3 -- end -> SELECT 1");
  }

  @Test
  void fetchInPieces_isAnEntryEach() throws Exception {
    try (RawClient client = loggedIn()) {
      client.query("BEGIN");
      client.send(
          new Pipeline()
              .parse("", "SELECT * FROM generate_series(1, 3)")
              .bind("p", "")
              .execute("p", 2)
              .execute("p", 2)
              .sync()
              .bytes());
      client.readUntilReady();
    }
    assertThat(summary())
        .containsExactly(
            "BEGIN -> BEGIN",
            "SELECT * FROM generate_series(1, 3) -> ",
            "SELECT * FROM generate_series(1, 3) -> SELECT 1");
  }

  @Test
  void copy_isOneStatement_inBothProtocols() throws Exception {
    try (RawClient client = loggedIn()) {
      Pipeline simple =
          new Pipeline()
              .query("COPY t FROM STDIN; SELECT 1")
              .message('d', "1\n".getBytes(StandardCharsets.UTF_8))
              .message('c');
      client.send(simple.bytes());
      client.readUntilReady();
      Pipeline extended =
          new Pipeline()
              .run("COPY t FROM STDIN")
              .sync()
              .message('d', "2\n".getBytes(StandardCharsets.UTF_8))
              .message('c')
              .sync()
              .run("SELECT 2")
              .sync();
      client.send(extended.bytes());
      client.readUntilReady();
      client.readUntilReady();
      client.query("COPY t TO STDOUT");
    }
    assertThat(summary())
        .containsExactly(
            "COPY t FROM STDIN -> COPY 1",
            "SELECT 1 -> SELECT 1",
            "COPY t FROM STDIN -> COPY 1",
            "SELECT 2 -> SELECT 1",
            "COPY t TO STDOUT -> COPY 2");
  }

  @Test
  void conflictsAndRefusals_areFoundByTheirKind() throws Exception {
    try (RawClient a = loggedIn();
        RawClient b = loggedIn()) {
      a.query("BEGIN; INSERT INTO t VALUES (1)");
      b.query("INSERT INTO t VALUES (1)");
      a.query("COMMIT");
      cluster.faults().conflictBegins(1);
      a.query("BEGIN");
      cluster.faults().conflictCommits(1, CommitConflict.DATA);
      a.send(new Pipeline().run("DELETE FROM t").sync().bytes());
      a.readUntilReady();
      a.query("TRUNCATE t");
    }
    assertThat(record.conflicts())
        .extracting(RecordedStatement::sql)
        .containsExactly("COMMIT", "BEGIN", "DELETE FROM t");
    assertThat(record.conflicts(CommitConflict.DATA))
        .extracting(RecordedStatement::message)
        .containsExactly(OC000, OC000);
    assertThat(record.conflicts(CommitConflict.SCHEMA)).hasSize(1);
    assertThat(record.refusals())
        .extracting(RecordedStatement::message)
        .containsExactly("unsupported statement: Truncate");
  }

  @Test
  void lostAnswer_isUnanswered() throws Exception {
    cluster.faults().loseCommitAnswers(1);
    try (RawClient client = loggedIn()) {
      client.query("BEGIN");
      client.sendText('Q', "COMMIT");
      assertThat(client.isClosedByServer()).isTrue();
    }
    record.awaitStatements(2, Duration.ofSeconds(30));
    assertThat(summary()).containsExactly("BEGIN -> BEGIN", "COMMIT -> UNANSWERED");
  }

  @Test
  void refusedLogin_isRecordedWithoutItsPassword() throws Exception {
    cluster.faults().refuseLogins(1, LoginRefusal.TOKEN_EXPIRED);
    assertThatThrownBy(() -> Jdbc.connect(cluster, "admin")).isInstanceOf(SQLException.class);
    try (RawClient client = direct()) {
      client.sendStartup(Map.of("user", "nobody", "database", "postgres"));
      client.expect('R');
      client.sendText('p', "a secret");
      client.expect('E');
    }
    try (RawClient client = RawClient.connect(cluster.port())) {
      client.sendStartup(Map.of("user", "nobody"));
      client.expect('E');
    }
    List<RefusedLogin> refused = record.refusedLogins();
    assertThat(refused).extracting(RefusedLogin::user).containsExactly("admin", "nobody", "");
    assertThat(refused.get(0).hint()).startsWith("Signature expired: ");
    assertThat(refused.get(0).message()).isEqualTo("unable to accept connection, access denied");
    assertThat(refused).extracting(RefusedLogin::sqlState).containsOnly("08006");
    assertThat(refused.toString()).doesNotContain("a secret", "X-Amz");
    assertThat(record.statements()).isEmpty();
  }

  @Test
  void off_recordsNothing_andOnlyOfConnectionsThatLogInLater() throws Exception {
    record.stop();
    try (RawClient early = loggedIn()) {
      early.query("SELECT 1");
      record.start();
      early.query("SELECT 2");
      assertThat(record.statements()).isEmpty();
      try (RawClient late = loggedIn()) {
        late.query("SELECT 3");
        record.stop();
        late.query("SELECT 4");
      }
    }
    assertThat(summary()).containsExactly("SELECT 3 -> SELECT 1");
    assertThat(record.toString())
        .isEqualTo("ClusterRecord[off, 1 statements, 0 refused logins, 0 dropped]");
  }

  @Test
  void await_isToldByTheStatementThatCompletesTheNumber() throws Exception {
    CompletableFuture<List<RecordedStatement>> three = record.whenStatements(3);
    try (RawClient client = loggedIn()) {
      client.query("SELECT 1; SELECT 2");
      assertThat(three).isNotDone();
      assertThatThrownBy(() -> record.awaitStatements(3, Duration.ofMillis(1)))
          .isInstanceOf(TimeoutException.class)
          .hasMessageStartingWith("not 3 statements within PT0.001S, but 2: ");
      client.query("SELECT 3");
    }
    assertThat(three.get(30, TimeUnit.SECONDS)).hasSize(3);
    assertThat(record.awaitStatements(3, Duration.ZERO.plusSeconds(30))).hasSize(3);
  }

  @Test
  void bound_keepsTheNewestAndCountsTheRest() throws Exception {
    int more = 7;
    try (RawClient client = loggedIn()) {
      String many = "SELECT 1;".repeat(ClusterRecord.MAX_ENTRIES / 4);
      for (int i = 0; i < 4; i++) {
        client.query(many);
      }
      client.query("SELECT 2;".repeat(more));
      assertThat(record.dropped()).isEqualTo(more);
      assertThat(record.statements()).hasSize(ClusterRecord.MAX_ENTRIES);
      assertThat(summary().get(ClusterRecord.MAX_ENTRIES - 1)).isEqualTo("SELECT 2 -> SELECT 1");
      record.clear();
      String large = "SELECT length('" + "x".repeat(6 * 1024 * 1024) + "')";
      for (int i = 0; i < 3; i++) {
        client.query(large);
      }
    }
    assertThat(record.dropped()).isEqualTo(1);
    assertThat(record.statements()).hasSize(2);
  }

  @Test
  void bytesInPieces_areRecordedTheSame() throws Exception {
    byte[] pipeline =
        new Pipeline().query("SELECT 'ä'").run("SELECT 2").sync().run("x").sync().bytes();
    try (RawClient client = loggedIn()) {
      for (int cut = 1; cut < pipeline.length; cut += 3) {
        record.clear();
        client.send(Arrays.copyOf(pipeline, cut));
        client.send(Arrays.copyOfRange(pipeline, cut, pipeline.length));
        for (int i = 0; i < 3; i++) {
          client.readUntilReady();
        }
        assertThat(summary())
            .as("cut at %d", cut)
            .containsExactly("SELECT 'ä' -> SELECT 1", "SELECT 2 -> SELECT 1", "x -> 42601");
      }
    }
  }

  @Test
  void badMessages_endTheRecordOfTheirConnectionOnly() throws Exception {
    try (RawClient client = loggedIn()) {
      client.send(ByteBuffer.allocate(5).put((byte) 'Q').putInt(2).array());
      assertThat(client.isClosedByServer()).isTrue();
    }
    try (RawClient client = loggedIn()) {
      client.send('E', new byte[0]);
      client.send('S', new byte[0]);
      List<WireMessage> answer = client.readUntilReady();
      assertThat(answer.get(0).type()).isEqualTo('E');
      client.query("SELECT 1");
    }
    assertThat(summary()).last().isEqualTo("SELECT 1 -> SELECT 1");
  }

  private static List<String> summary() {
    return record.statements().stream()
        .map(
            statement ->
                statement.sql()
                    + " -> "
                    + switch (statement.outcome()) {
                      case SUCCEEDED -> statement.tag();
                      case FAILED -> statement.sqlState();
                      case SKIPPED, UNANSWERED -> statement.outcome().toString();
                    })
        .toList();
  }

  private static RawClient direct() throws IOException {
    return RawClient.direct(cluster.port(), cluster.caCertificate(), "localhost", "postgresql");
  }

  private static RawClient loggedIn() throws IOException {
    RawClient client = direct();
    client.login("admin", cluster.token("admin"));
    return client;
  }
}
