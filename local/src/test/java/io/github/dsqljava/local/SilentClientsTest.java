package io.github.dsqljava.local;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.dsqljava.local.conformance.wire.WireMessage;
import io.github.dsqljava.local.frontend.Pipeline;
import io.github.dsqljava.local.frontend.RawClient;
import io.github.dsqljava.local.journal.RecordedStatement;
import java.io.IOException;
import java.sql.Connection;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Nobody waits for a client that is in the middle of a COPY, or does not read its answer. Client A
 * says nothing while B is served; B's own reading has a deadline.
 */
class SilentClientsTest extends FaultFixture {
  /** PostgreSQL makes the rows of a COPY a thousand at a time. */
  private static final int ROWS = 1_500;

  private static final String COPY = "COPY t FROM STDIN";

  @BeforeEach
  void table() throws Exception {
    try (Connection admin = Jdbc.connect(cluster, "admin")) {
      Jdbc.execute(
          admin,
          "DROP TABLE IF EXISTS r",
          "CREATE TABLE r (id int PRIMARY KEY, v int)",
          "INSERT INTO r VALUES (1, 10), (2, 20)");
    }
  }

  private static String lines(int from, int to) {
    return IntStream.range(from, to).mapToObj(i -> i + "\n").collect(Collectors.joining());
  }

  /** Says that a COPY begins, and waits until PostgreSQL asks for its data. */
  private static void copy(RawClient client, String sql, boolean extended) throws IOException {
    Pipeline pipeline = new Pipeline();
    client.send((extended ? pipeline.run(sql).sync() : pipeline.query(sql)).bytes());
    while (client.read().type() != 'G') {
      // what comes before
    }
  }

  private static Pipeline end(Pipeline pipeline, boolean extended) {
    return extended ? pipeline.sync() : pipeline;
  }

  private static List<String> done(RawClient client, boolean extended) throws IOException {
    return answers(client, end(new Pipeline().copyDone(), extended), 1);
  }

  private static List<String> gone(RawClient client, boolean extended) throws IOException {
    return answers(client, end(new Pipeline().copyFail(), extended), 1);
  }

  private static void send(RawClient client, String data) throws IOException {
    client.send(new Pipeline().copyData(data).bytes());
  }

  /** As drivers send them, a line in each message. */
  private static void sendLines(RawClient client, int from, int to) throws IOException {
    Pipeline pipeline = new Pipeline();
    IntStream.range(from, to).forEach(i -> pipeline.copyData(i + "\n"));
    client.send(pipeline.bytes());
  }

  // ---- COPY

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void rowThatTheTransactionHolds_isFree_whileItsCopyIsOpen(boolean extended) throws Exception {
    try (RawClient a = loggedIn();
        RawClient b = loggedIn()) {
      query(a, "BEGIN");
      query(a, "UPDATE r SET v = 11 WHERE id = 1");
      copy(a, COPY, extended);
      sendLines(a, 0, 10);
      assertThat(query(b, "UPDATE r SET v = 12 WHERE id = 1")).containsExactly("C UPDATE 1", "Z I");
      sendLines(a, 10, 20);
      assertThat(done(a, extended)).containsExactly("C COPY 20", "Z T");
      assertThat(query(a, "SELECT v FROM r WHERE id = 1")).contains("D 11");
      assertThat(query(a, "SELECT count(*) FROM t")).contains("D 20");
      assertThat(query(a, "COMMIT")).containsExactly(DATA_CONFLICT, "Z I");
    }
    assertThat(rows()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void winnerThatGoesAway_letsTheCopyCommit(boolean extended) throws Exception {
    try (RawClient a = loggedIn();
        RawClient b = loggedIn()) {
      query(a, "BEGIN");
      query(a, "UPDATE r SET v = 11 WHERE id = 1");
      copy(a, COPY, extended);
      sendLines(a, 0, 2);
      query(b, "BEGIN");
      assertThat(query(b, "UPDATE r SET v = 12 WHERE id = 1")).containsExactly("C UPDATE 1", "Z T");
      query(b, "ROLLBACK");
      sendLines(a, 2, 3);
      assertThat(done(a, extended)).containsExactly("C COPY 3", "Z T");
      assertThat(query(a, "COMMIT")).containsExactly("C COMMIT", "Z I");
      assertThat(query(b, "SELECT v FROM r WHERE id = 1")).contains("D 11");
    }
    assertThat(rows()).containsExactly("0", "1", "2");
  }

  /** PostgreSQL keeps a thousand rows back before it makes them. */
  private static void copyRows(RawClient a, boolean extended) throws IOException {
    copy(a, COPY, extended);
    send(a, lines(0, ROWS));
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void keyOfACopyByItself_isFree_whileItIsOpen(boolean extended) throws Exception {
    try (RawClient a = loggedIn();
        RawClient b = loggedIn()) {
      copyRows(a, extended);
      query(b, "BEGIN");
      awaitRows();
      assertThat(query(b, "INSERT INTO t VALUES (7)")).containsExactly("C INSERT 0 1", "Z T");
      query(b, "ROLLBACK");
      assertThat(done(a, extended)).containsExactly("C COPY " + ROWS, "Z I");
    }
    assertThat(rows()).hasSize(ROWS);
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void keyThatWasTakenMeanwhile_isAConflict(boolean extended) throws Exception {
    try (RawClient a = loggedIn();
        RawClient b = loggedIn()) {
      copyRows(a, extended);
      awaitRows();
      assertThat(query(b, "INSERT INTO t VALUES (7)")).containsExactly("C INSERT 0 1", "Z I");
      assertThat(done(a, extended)).endsWith(DATA_CONFLICT, "Z I");
    }
    assertThat(rows()).containsExactly("7");
  }

  /** Waits until PostgreSQL has made rows that are not committed. */
  private static void awaitRows() throws Exception {
    try (Connection admin = Jdbc.connect(cluster, "admin")) {
      Eventually.holds(
          "rows are made", () -> !Jdbc.value(admin, "SELECT pg_relation_size('t')").equals("0"));
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void firstStatementOfATransaction_givesWayToo(boolean extended) throws Exception {
    try (RawClient a = loggedIn();
        RawClient b = loggedIn()) {
      query(a, "BEGIN");
      copyRows(a, extended);
      awaitRows();
      query(b, "BEGIN");
      assertThat(query(b, "INSERT INTO t VALUES (7)")).containsExactly("C INSERT 0 1", "Z T");
      query(b, "ROLLBACK");
      send(a, lines(ROWS, ROWS + 1));
      assertThat(done(a, extended)).containsExactly("C COPY " + (ROWS + 1), "Z T");
      assertThat(query(a, "COMMIT")).containsExactly("C COMMIT", "Z I");
    }
    assertThat(rows()).hasSize(ROWS + 1);
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void transactionThatHasLost_isInNobodysWay_norInThatOfDdl(boolean extended) throws Exception {
    try (RawClient a = loggedIn();
        RawClient b = loggedIn()) {
      query(a, "BEGIN");
      query(a, "SELECT count(*) FROM r");
      query(b, "UPDATE r SET v = 12 WHERE id = 1");
      assertThat(query(a, "UPDATE r SET v = 11 WHERE id = 1")).contains("C UPDATE 1");
      copy(a, "COPY r FROM STDIN", extended);
      send(a, "3\t30\n");
      assertThat(query(b, "UPDATE r SET v = 12 WHERE id = 1")).contains("C UPDATE 1");
      assertThat(query(b, "ALTER TABLE r ADD COLUMN w int"))
          .containsExactly("C ALTER TABLE", "Z I");
      send(a, "4\t40\n");
      assertThat(done(a, extended)).containsExactly(SCHEMA_CONFLICT, "Z E");
      query(a, "ROLLBACK");
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void ddlDoesNotWaitForAnOpenCopy_whichIsTold(boolean extended) throws Exception {
    try (RawClient a = loggedIn();
        RawClient b = loggedIn()) {
      copy(a, "COPY r FROM STDIN", extended);
      send(a, "3\t30\n");
      assertThat(query(b, "ALTER TABLE r ADD COLUMN w int"))
          .containsExactly("C ALTER TABLE", "Z I");
      assertThat(done(a, extended)).containsExactly(SCHEMA_CONFLICT, "Z I");
      assertThat(query(a, "SELECT count(*) FROM r")).contains("D 2");
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void copyThatTheClientGivesUp_failsInPostgresqlsWords(boolean extended) throws Exception {
    try (RawClient a = loggedIn();
        RawClient b = loggedIn()) {
      query(a, "BEGIN");
      query(a, "UPDATE r SET v = 11 WHERE id = 1");
      copy(a, COPY, extended);
      sendLines(a, 0, 3);
      query(b, "UPDATE r SET v = 12 WHERE id = 1");
      sendLines(a, 3, 4);
      a.send(end(new Pipeline().copyFail(), extended).bytes());
      WireMessage error = a.expect('E');
      assertThat(text(error)).isEqualTo("E 57014 COPY from stdin failed: no more");
      assertThat(error.field('W')).isEqualTo("COPY t, line 5");
      assertThat(text(a.expect('Z'))).isEqualTo("Z E");
      query(a, "ROLLBACK");
      assertThat(query(a, "SELECT v FROM r WHERE id = 1")).contains("D 12");
    }
    assertThat(rows()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void badData_isToldAtTheEnd_withItsLine(boolean extended) throws Exception {
    try (RawClient a = loggedIn();
        RawClient b = loggedIn()) {
      query(a, "BEGIN");
      query(a, "UPDATE r SET v = 11 WHERE id = 1");
      copy(a, COPY, extended);
      sendLines(a, 0, 3);
      query(b, "UPDATE r SET v = 12 WHERE id = 1");
      send(a, "bad\n");
      a.send(end(new Pipeline().copyDone(), extended).bytes());
      WireMessage error = a.expect('E');
      assertThat(text(error)).isEqualTo("E 22P02 invalid input syntax for type integer: \"bad\"");
      assertThat(error.field('W')).isEqualTo("COPY t, line 4, column id: \"bad\"");
      assertThat(text(a.expect('Z'))).isEqualTo("Z E");
      assertThat(query(a, "ROLLBACK")).containsExactly("C ROLLBACK", "Z I");
    }
    assertThat(rows()).isEmpty();
  }

  @Test
  void severalCopiesOfAQuery_goOnWithTheOneThatWasOpen() throws Exception {
    try (RawClient a = loggedIn();
        RawClient b = loggedIn()) {
      copy(
          a,
          "UPDATE r SET v = 11 WHERE id = 1 RETURNING v; COPY t FROM STDIN; SELECT 'between';"
              + " COPY t FROM STDIN; INSERT INTO t VALUES (9)",
          false);
      a.send(new Pipeline().copyData("1\n").copyDone().bytes());
      List<String> answers = new ArrayList<>();
      do {
        answers.add(text(a.read()));
      } while (!answers.contains("G"));
      assertThat(answers).containsExactly("C COPY 1", "T", "D between", "C SELECT 1", "G");
      send(a, "2\n");
      query(b, "BEGIN");
      assertThat(query(b, "UPDATE r SET v = 12 WHERE id = 1")).containsExactly("C UPDATE 1", "Z T");
      query(b, "ROLLBACK");
      send(a, "3\n");
      assertThat(done(a, false)).containsExactly("C COPY 2", "C INSERT 0 1", "Z I");
    }
    assertThat(rows()).containsExactly("1", "2", "3", "9");
  }

  @Test
  void batchGoesOnBehindTheData_andSyncAndFlushAmongItDoNotCount() throws Exception {
    try (RawClient a = loggedIn();
        RawClient b = loggedIn()) {
      query(a, "BEGIN");
      query(a, "UPDATE r SET v = 11 WHERE id = 1");
      copy(a, COPY, true);
      sendLines(a, 1, 2);
      query(b, "BEGIN");
      query(b, "UPDATE r SET v = 12 WHERE id = 1");
      query(b, "ROLLBACK");
      a.send(new Pipeline().sync().flush().copyData("2\n").sync().bytes());
      Pipeline rest = new Pipeline().copyDone().run("INSERT INTO t VALUES (3)").sync();
      assertThat(answers(a, rest.query("COMMIT"), 2))
          .containsExactly("C COPY 2", "1", "2", "C INSERT 0 1", "Z T", "C COMMIT", "Z I");
    }
    assertThat(rows()).containsExactly("1", "2", "3");
  }

  @ParameterizedTest
  @ValueSource(chars = {'Q', 'B', 'F'})
  void messageThatIsNoData_endsTheConnection(char type) throws Exception {
    try (RawClient a = loggedIn();
        RawClient b = loggedIn()) {
      query(a, "BEGIN");
      query(a, "UPDATE r SET v = 11 WHERE id = 1");
      copy(a, COPY, false);
      query(b, "UPDATE r SET v = 12 WHERE id = 1");
      a.send(new Pipeline().message(type, new byte[] {'S', 0, 0, 0, 0, 0, 0, 0}).bytes());
      List<String> answers = answersUntilClosed(a);
      assertThat(answers.get(0)).startsWith("E 08P01 unexpected message type 0x");
      assertThat(answers.get(1)).startsWith("E FATAL 08P01 ");
    }
  }

  @Test
  void clientThatGoesInTheMiddle_leavesNothing() throws Exception {
    try (RawClient b = loggedIn()) {
      try (RawClient a = loggedIn()) {
        query(a, "BEGIN");
        query(a, "UPDATE r SET v = 11 WHERE id = 1");
        copy(a, COPY, false);
        sendLines(a, 0, 5);
        query(b, "UPDATE r SET v = 12 WHERE id = 1");
        sendLines(a, 5, 6);
      }
      assertThat(query(b, "UPDATE r SET v = 13 WHERE id = 1")).contains("C UPDATE 1");
    }
    assertThat(rows()).isEmpty();
  }

  @Test
  void tooManyRows_areTooManyAsEver() throws Exception {
    try (RawClient a = loggedIn();
        RawClient b = loggedIn()) {
      query(a, "BEGIN");
      query(a, "UPDATE r SET v = 11 WHERE id = 1");
      copy(a, COPY, false);
      send(a, lines(0, 1_000));
      query(b, "BEGIN");
      query(b, "UPDATE r SET v = 12 WHERE id = 1");
      query(b, "ROLLBACK");
      send(a, lines(1_000, 3_000));
      assertThat(done(a, false)).containsExactly("E 54000 transaction row limit exceeded", "Z E");
    }
    assertThat(rows()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void copyThatWaitsItself_inACircle_givesWay(boolean extended) throws Exception {
    try (RawClient a = loggedIn();
        RawClient b = loggedIn()) {
      query(a, "BEGIN");
      query(a, "UPDATE r SET v = 11 WHERE id = 1");
      copy(a, COPY, extended);
      query(b, "BEGIN");
      query(b, "INSERT INTO t VALUES (7)");
      send(a, lines(0, ROWS)); // which waits for B, and makes B give way
      assertThat(query(b, "UPDATE r SET v = 12 WHERE id = 1")).containsExactly("C UPDATE 1", "Z T");
      assertThat(query(b, "COMMIT")).containsExactly("C COMMIT", "Z I");
      assertThat(done(a, extended)).containsExactly("C COPY " + ROWS, "Z T");
      assertThat(query(a, "COMMIT")).containsExactly(DATA_CONFLICT, "Z I");
    }
    assertThat(rows()).containsExactly("7");
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void record_hasTheCopyOnce(boolean extended) throws Exception {
    cluster.record().clear();
    try (RawClient b = loggedIn()) {
      cluster.record().start();
      try (RawClient a = loggedIn()) {
        query(a, "BEGIN");
        query(a, "UPDATE r SET v = 11 WHERE id = 1");
        copy(a, COPY, extended);
        sendLines(a, 0, 3);
        query(b, "BEGIN");
        query(b, "UPDATE r SET v = 12 WHERE id = 1");
        query(b, "ROLLBACK");
        done(a, extended);
        query(a, "COMMIT");
      } finally {
        cluster.record().stop();
      }
    }
    assertThat(cluster.record().statements())
        .extracting(RecordedStatement::tag)
        .containsExactly("BEGIN", "UPDATE 1", "COPY 3", "COMMIT");
  }

  // ---- answers that nobody reads

  /** 12 MB, more than all buffers on the way take. */
  private static final String MUCH =
      "(SELECT i, repeat('x', 1200) FROM generate_series(1, 10000) AS i)";

  @ParameterizedTest
  @ValueSource(strings = {"SELECT * FROM " + MUCH + " AS x", "COPY " + MUCH + " TO STDOUT"})
  void clientThatDoesNotReadItsAnswer_isWaitedForByNobody(String sql) throws Exception {
    try (RawClient a = loggedIn();
        RawClient b = loggedIn()) {
      query(a, "BEGIN");
      query(a, "UPDATE r SET v = 11 WHERE id = 1");
      a.sendText('Q', sql);
      a.read(); // the statement runs
      a.read();
      assertThat(query(b, "UPDATE r SET v = 12 WHERE id = 1")).containsExactly("C UPDATE 1", "Z I");
      List<WireMessage> rest = a.readUntilReady();
      assertThat(rest).hasSizeBetween(10_000, 10_004);
      assertThat(query(a, "SELECT v FROM r WHERE id = 1")).contains("D 11");
      assertThat(query(a, "COMMIT")).containsExactly(DATA_CONFLICT, "Z I");
    }
  }

  @Test
  void statementByItself_whoseAnswerNobodyReads_isWaitedForByNobody() throws Exception {
    try (Connection admin = Jdbc.connect(cluster, "admin")) {
      Jdbc.execute(admin, "INSERT INTO r SELECT i, i FROM generate_series(3, 2500) AS i");
    }
    try (RawClient a = loggedIn();
        RawClient b = loggedIn()) {
      String update = "UPDATE r SET v = 0 RETURNING id, repeat('x', 5000)";
      a.send(new Pipeline().query(update).query("SELECT 'next'").bytes());
      a.read();
      a.read(); // the next query is there, so the answer is not held back
      assertThat(query(b, "UPDATE r SET v = 12 WHERE id = 1")).hasSize(2);
      assertThat(a.readUntilReady()).hasSize(2_500 + 1);
      assertThat(a.readUntilReady()).hasSize(4);
    }
  }
}
