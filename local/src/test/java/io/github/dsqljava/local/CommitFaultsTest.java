package io.github.dsqljava.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.dsqljava.local.frontend.Pipeline;
import io.github.dsqljava.local.frontend.RawClient;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Faults at COMMIT, byte by byte and through pgjdbc. */
class CommitFaultsTest extends FaultFixture {

  // Conflicts

  @ParameterizedTest
  @ValueSource(
      strings = {
        "COMMIT",
        "commit;",
        "END",
        "end transaction ;",
        "/* last */ Commit Work -- done",
        "COMMIT AND NO CHAIN"
      })
  void conflict_atCommitInAnyWords_leavesAnIdleSessionAndNoRow(String commit) throws Exception {
    for (boolean extended : new boolean[] {false, true}) {
      faults.conflictCommits(1, CommitConflict.DATA);
      try (RawClient client = loggedIn()) {
        query(client, "BEGIN; INSERT INTO t VALUES (1)");
        if (extended) {
          assertThat(answers(client, new Pipeline().run(commit).sync(), 1))
              .containsExactly("1", "2", DATA_CONFLICT, "Z I");
        } else {
          assertThat(query(client, commit)).containsExactly(DATA_CONFLICT, "Z I");
        }
        assertThat(query(client, "INSERT INTO t VALUES (2); DELETE FROM t WHERE id = 2"))
            .containsExactly("C INSERT 0 1", "C DELETE 1", "Z I");
      }
      assertThat(rows()).isEmpty();
    }
  }

  @ParameterizedTest
  @EnumSource(CommitConflict.class)
  void conflict_hasTheWordsOfTheService(CommitConflict conflict) throws Exception {
    faults.conflictCommits(1, conflict);
    try (RawClient client = loggedIn()) {
      query(client, "BEGIN");
      assertThat(query(client, "COMMIT"))
          .containsExactly(
              conflict == CommitConflict.DATA ? DATA_CONFLICT : SCHEMA_CONFLICT, "Z I");
    }
  }

  @Test
  void conflict_inTheMiddleOfOneQuery_skipsTheRestOfItOnly() throws Exception {
    faults.conflictCommits(1, CommitConflict.DATA);
    try (RawClient client = loggedIn()) {
      assertThat(
              query(
                  client,
                  "BEGIN; INSERT INTO t VALUES (1); SELECT ';COMMIT;'; COMMIT;"
                      + " INSERT INTO t VALUES (2)"))
          .containsExactly(
              "C BEGIN", "C INSERT 0 1", "T", "D ;COMMIT;", "C SELECT 1", DATA_CONFLICT, "Z I");
      assertThat(query(client, "INSERT INTO t VALUES (3)")).containsExactly("C INSERT 0 1", "Z I");
    }
    assertThat(rows()).containsExactly("3");
  }

  @Test
  void conflict_inTheMiddleOfAPipelineOfQueries_answersEachOfThem() throws Exception {
    faults.conflictCommits(1, CommitConflict.DATA);
    try (RawClient client = loggedIn()) {
      Pipeline pipeline =
          new Pipeline()
              .query("SELECT 1")
              .query("BEGIN")
              .query("INSERT INTO t VALUES (1)")
              .query("COMMIT")
              .query("INSERT INTO t VALUES (2)")
              .query("BEGIN")
              .query("INSERT INTO t VALUES (3)")
              .query("COMMIT")
              .query("SELECT 2");
      assertThat(answers(client, pipeline, 9))
          .containsExactly(
              "T",
              "D 1",
              "C SELECT 1",
              "Z I", // SELECT 1
              "C BEGIN",
              "Z T",
              "C INSERT 0 1",
              "Z T",
              DATA_CONFLICT,
              "Z I",
              "C INSERT 0 1",
              "Z I",
              "C BEGIN",
              "Z T",
              "C INSERT 0 1",
              "Z T",
              "C COMMIT",
              "Z I",
              "T",
              "D 2",
              "C SELECT 1",
              "Z I");
    }
    assertThat(rows()).containsExactly("2", "3");
  }

  @Test
  void conflict_inTheMiddleOfAnExtendedBatch_skipsUpToSync() throws Exception {
    faults.conflictCommits(1, CommitConflict.DATA);
    try (RawClient client = loggedIn()) {
      Pipeline pipeline =
          new Pipeline()
              .run("BEGIN")
              .run("INSERT INTO t VALUES (1)")
              .run("COMMIT")
              .run("INSERT INTO t VALUES (2)")
              .sync()
              .run("INSERT INTO t VALUES (3)")
              .describePortal("")
              .sync();
      assertThat(answers(client, pipeline, 2))
          .containsExactly(
              "1",
              "2",
              "C BEGIN", //
              "1",
              "2",
              "C INSERT 0 1", //
              "1",
              "2",
              DATA_CONFLICT,
              "Z I", //
              "1",
              "2",
              "C INSERT 0 1",
              "n",
              "Z I");
    }
    assertThat(rows()).containsExactly("3");
  }

  @Test
  void conflict_ofStatementsPreparedBeforeItWasArmed_strikesTheirExecute() throws Exception {
    try (RawClient client = loggedIn()) {
      answers(
          client,
          new Pipeline()
              .parse("begin", "begin")
              .parse("insert", "INSERT INTO t VALUES (1)")
              .parse("commit", "commit;")
              .parse("", "SELECT 7")
              .sync(),
          1);
      faults.conflictCommits(1, CommitConflict.DATA);
      Pipeline transaction =
          new Pipeline()
              .bind("", "begin")
              .execute("")
              .bind("p", "insert")
              .execute("p")
              .bind("c", "commit")
              .describePortal("c")
              .execute("c")
              .sync();
      assertThat(answers(client, transaction, 1))
          .containsExactly("2", "C BEGIN", "2", "C INSERT 0 1", "2", "n", DATA_CONFLICT, "Z I");
      // The unnamed statement is still the client's.
      assertThat(answers(client, new Pipeline().bind("", "").execute("").sync(), 1))
          .containsExactly("2", "D 7", "C SELECT 1", "Z I");
      assertThat(answers(client, transaction, 1))
          .containsExactly("2", "C BEGIN", "2", "C INSERT 0 1", "2", "n", "C COMMIT", "Z I");
      assertThat(query(client, "SELECT name FROM pg_prepared_statements ORDER BY 1"))
          .contains("D begin", "D commit", "D insert", "C SELECT 3");
    }
    assertThat(rows()).containsExactly("1");
  }

  @Test
  void conflict_afterCloseOfTheStatement_takesTheNameForWhatItIsNow() throws Exception {
    faults.conflictCommits(1, CommitConflict.DATA);
    try (RawClient client = loggedIn()) {
      query(client, "BEGIN");
      Pipeline pipeline =
          new Pipeline()
              .parse("s", "COMMIT")
              .closeStatement("s")
              .parse("s", "INSERT INTO t VALUES (1)")
              .bind("", "s")
              .execute("")
              .sync();
      assertThat(answers(client, pipeline, 1))
          .containsExactly("1", "3", "1", "2", "C INSERT 0 1", "Z T");
      assertThat(query(client, "COMMIT")).containsExactly(DATA_CONFLICT, "Z I");
    }
    assertThat(rows()).isEmpty();
  }

  @Test
  void conflict_ofAPipelineInPieces_isTheSameAtEveryCut() throws Exception {
    byte[] pipeline =
        new Pipeline()
            .query("BEGIN")
            .query("INSERT INTO t VALUES (1)")
            .run("commit")
            .sync()
            .query("SELECT 1")
            .bytes();
    try (RawClient client = loggedIn()) {
      for (int cut = 0; cut < pipeline.length; cut += 3) {
        faults.conflictCommits(1, CommitConflict.DATA);
        client.send(Arrays.copyOf(pipeline, cut));
        client.send(Arrays.copyOfRange(pipeline, cut, pipeline.length));
        assertThat(answers(client, new Pipeline(), 4))
            .as("cut at %d", cut)
            .containsExactly(
                "C BEGIN",
                "Z T",
                "C INSERT 0 1",
                "Z T",
                "1",
                "2",
                DATA_CONFLICT,
                "Z I",
                "T",
                "D 1",
                "C SELECT 1",
                "Z I");
      }
    }
    assertThat(rows()).isEmpty();
  }

  @Test
  void conflict_whereFlushAsksForAnswersBeforeSync_givesThem() throws Exception {
    faults.conflictCommits(1, CommitConflict.DATA);
    try (RawClient client = loggedIn()) {
      client.send(new Pipeline().run("BEGIN").run("INSERT INTO t VALUES (1)").flush().bytes());
      for (String expected : List.of("1", "2", "C BEGIN", "1", "2", "C INSERT 0 1")) {
        assertThat(text(client.read())).isEqualTo(expected);
      }
      client.send(new Pipeline().run("COMMIT").flush().bytes());
      for (String expected : List.of("1", "2", DATA_CONFLICT)) {
        assertThat(text(client.read())).isEqualTo(expected);
      }
      assertThat(answers(client, new Pipeline().run("SELECT 1").sync(), 1)).containsExactly("Z I");
    }
    assertThat(rows()).isEmpty();
  }

  @Test
  void conflict_whereThereIsNothingToCommit_waitsForACommitThatIsOne() throws Exception {
    faults.conflictCommits(1, CommitConflict.DATA);
    try (RawClient client = loggedIn()) {
      assertThat(query(client, "SELECT 1")).as("changes nothing").hasSize(4);
      assertThat(query(client, "COMMIT"))
          .as("outside of a block")
          .containsExactly("N 25P01 there is no transaction in progress", "C COMMIT", "Z I");
      assertThat(query(client, "SELECT 1; COMMIT; SELECT 1/0"))
          .as("an implicit block")
          .contains("C SELECT 1", "N 25P01 there is no transaction in progress", "C COMMIT")
          .endsWith("E 22012 division by zero", "Z I");
      query(client, "BEGIN; SELECT 1/0");
      assertThat(query(client, "COMMIT")).as("a failed one").containsExactly("C ROLLBACK", "Z I");
      query(client, "BEGIN");
      assertThat(query(client, "ROLLBACK")).containsExactly("C ROLLBACK", "Z I");
      query(client, "BEGIN");
      assertThat(query(client, "COMMIT AND CHAIN; ROLLBACK"))
          .containsExactly("C COMMIT", "C ROLLBACK", "Z I");
      assertThat(query(client, "BEGIN; COMMIT foo"))
          .as("a mistake in the syntax")
          .containsExactly("E 42601 syntax error at or near \"foo\"", "Z I");
      assertThat(query(client, "BEGIN; COMMIT; SELEC")).as("or behind it").hasSize(2);
      assertThat(query(client, "BEGIN; SELECT 1/0; COMMIT"))
          .as("an error before it")
          .endsWith("E 22012 division by zero", "Z E");
      assertThat(
              answers(
                  client, new Pipeline().query("END").run("BEGIN").run("x").run("END").sync(), 2))
          .as("an error before it, extended")
          .containsExactly(
              "C ROLLBACK",
              "Z I",
              "1",
              "2",
              "C BEGIN",
              "E 42601 syntax error at or near \"x\"",
              "Z E");
      assertThat(faults.remaining().commitConflicts()).isEqualTo(1);
      query(client, "ROLLBACK; BEGIN; INSERT INTO t VALUES (3)");
      assertThat(query(client, "COMMIT")).containsExactly(DATA_CONFLICT, "Z I");
    }
    assertThat(rows()).isEmpty();
  }

  @Test
  void conflict_afterAFailedStatementInThePipeline_spareTheCommitThatIsARollback()
      throws Exception {
    faults.conflictCommits(1, CommitConflict.DATA);
    try (RawClient client = loggedIn()) {
      Pipeline pipeline =
          new Pipeline()
              .query("BEGIN")
              .query("SELECT 1/0")
              .run("COMMIT")
              .run("SELECT 1")
              .sync()
              .query("BEGIN")
              .query("COMMIT");
      assertThat(answers(client, pipeline, 5))
          .containsExactly(
              "C BEGIN",
              "Z T",
              "E 22012 division by zero",
              "Z E", //
              "1",
              "2",
              "C ROLLBACK",
              "1",
              "2",
              "D 1",
              "C SELECT 1",
              "Z I", //
              "C BEGIN",
              "Z T",
              DATA_CONFLICT,
              "Z I");
    }
    assertThat(rows()).isEmpty();
  }

  @Test
  void conflict_behindNotices_keepsThem() throws Exception {
    faults.conflictCommits(1, CommitConflict.DATA);
    try (RawClient client = loggedIn()) {
      assertThat(query(client, "BEGIN; DROP TABLE IF EXISTS nothing_of_this_name; BEGIN; COMMIT"))
          .containsExactlyInAnyOrder(
              "C BEGIN",
              "N NOTICE 00000 table \"nothing_of_this_name\" does not exist, skipping",
              "C DROP TABLE",
              "N 25001 there is already a transaction in progress",
              "C BEGIN",
              DATA_CONFLICT,
              "Z I");
    }
  }

  @Test
  void conflict_behindACopyInTheSameQuery_letsTheCopyGetItsData() throws Exception {
    faults.conflictCommits(1, CommitConflict.DATA);
    try (RawClient client = loggedIn()) {
      client.send(new Pipeline().query("BEGIN; COPY t FROM STDIN; COMMIT; SELECT 1").bytes());
      assertThat(text(client.read())).isEqualTo("C BEGIN");
      assertThat(text(client.read())).isEqualTo("G");
      Pipeline data =
          new Pipeline()
              .message('d', "1\n2\n".getBytes(StandardCharsets.US_ASCII))
              .message('c')
              .query("SELECT 7");
      assertThat(answers(client, data, 2))
          .containsExactly("C COPY 2", DATA_CONFLICT, "Z I", "T", "D 7", "C SELECT 1", "Z I");
    }
    assertThat(rows()).isEmpty();
  }

  @Test
  void copy_inTheExtendedProtocolAsLibpqSpeaksIt_neitherBlocksNorMiscounts() throws Exception {
    faults.conflictCommits(1, CommitConflict.DATA);
    try (RawClient client = loggedIn()) {
      query(client, "BEGIN");
      client.send(new Pipeline().run("COPY t FROM STDIN").sync().bytes());
      assertThat(text(client.read())).isEqualTo("1");
      assertThat(text(client.read())).isEqualTo("2");
      assertThat(text(client.read())).isEqualTo("G");
      Pipeline rest =
          new Pipeline()
              .message('d', "1\n".getBytes(StandardCharsets.US_ASCII))
              .message('c')
              .sync()
              .query("COMMIT");
      assertThat(answers(client, rest, 2)).containsExactly("C COPY 1", "Z T", DATA_CONFLICT, "Z I");
      client.send(new Pipeline().run("COPY t FROM STDIN").sync().bytes());
      assertThat(text(client.read())).isEqualTo("1");
      assertThat(text(client.read())).isEqualTo("2");
      assertThat(text(client.read())).isEqualTo("G");
      Pipeline syncInside =
          new Pipeline()
              .sync()
              .message('f', "enough\0".getBytes(StandardCharsets.US_ASCII))
              .sync()
              .query("SELECT 7");
      assertThat(answers(client, syncInside, 2))
          .containsExactly(
              "E 57014 COPY from stdin failed: enough", "Z I", "T", "D 7", "C SELECT 1", "Z I");
    }
    assertThat(rows()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"simple", "extended", "extendedForPrepared", "extendedCacheEverything"})
  void conflict_throughPgjdbc_isASerializationFailure(String mode) throws Exception {
    try (Connection connection =
        Jdbc.connect(cluster, "admin", "preferQueryMode=" + mode, "prepareThreshold=1")) {
      connection.setAutoCommit(false);
      try (PreparedStatement insert = connection.prepareStatement("INSERT INTO t VALUES (?)")) {
        for (int i = 0; i < 20; i++) {
          insert.setInt(1, i);
          insert.executeUpdate();
          if (i % 2 == 0) {
            connection.commit();
          } else {
            faults.conflictCommits(1, CommitConflict.SCHEMA);
            assertFails(
                "40001",
                "ERROR: schema has been updated by another transaction (OC001)",
                connection::commit);
          }
        }
      }
    }
    assertThat(rows()).containsExactly("0", "2", "4", "6", "8", "10", "12", "14", "16", "18");
  }

  // Answers that are lost, connections that are cut, a service that is not available

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void lostAnswer_committedAndClosedWithoutAWord(boolean extended) throws Exception {
    faults.loseCommitAnswers(1);
    try (RawClient client = loggedIn()) {
      query(client, "BEGIN; INSERT INTO t VALUES (1)");
      client.send(commit(extended).bytes());
      assertThat(answersUntilClosed(client)).isEqualTo(extended ? List.of("1", "2") : List.of());
      assertThat(rows()).containsExactly("1");
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void cutBeforeCommit_rolledBackAndClosedWithoutAWord(boolean extended) throws Exception {
    faults.cutBeforeCommit(1);
    try (RawClient client = loggedIn()) {
      query(client, "BEGIN; INSERT INTO t VALUES (1)");
      client.send(commit(extended).bytes());
      assertThat(answersUntilClosed(client)).isEqualTo(extended ? List.of("1", "2") : List.of());
      assertThat(rows()).isEmpty();
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void lostConnection_inTheMiddleOfAPipeline_givesEarlierAnswersAndRunsNothingMore(
      boolean committed) throws Exception {
    if (committed) {
      faults.loseCommitAnswers(1);
    } else {
      faults.cutBeforeCommit(1);
    }
    try (RawClient client = loggedIn()) {
      client.send(
          new Pipeline()
              .query("INSERT INTO t VALUES (1)")
              .query("SELECT repeat('x', 200000)")
              .run("BEGIN")
              .run("INSERT INTO t VALUES (2)")
              .run("COMMIT")
              .run("INSERT INTO t VALUES (3)")
              .sync()
              .query("INSERT INTO t VALUES (4)")
              .bytes());
      assertThat(answersUntilClosed(client))
          .containsExactly(
              "C INSERT 0 1",
              "Z I",
              "T",
              "D " + "x".repeat(200000),
              "C SELECT 1",
              "Z I", //
              "1",
              "2",
              "C BEGIN",
              "1",
              "2",
              "C INSERT 0 1",
              "1",
              "2");
    }
    Eventually.holds("all connections closed", () -> cluster.openConnections() == 0);
    assertThat(rows()).isEqualTo(committed ? List.of("1", "2") : List.of("1"));
  }

  @ParameterizedTest
  @CsvSource({"simple,true", "simple,false", "extended,true", "extended,false"})
  void lostConnection_throughPgjdbc_isAConnectionFailure(String mode, boolean committed)
      throws Exception {
    if (committed) {
      faults.loseCommitAnswers(1);
    } else {
      faults.cutBeforeCommit(1);
    }
    try (Connection connection = Jdbc.connect(cluster, "admin", "preferQueryMode=" + mode)) {
      connection.setAutoCommit(false);
      Jdbc.execute(connection, "INSERT INTO t VALUES (1)");
      assertThatThrownBy(connection::commit)
          .isInstanceOfSatisfying(
              SQLException.class, e -> assertThat(e.getSQLState()).startsWith("08"));
    }
    assertThat(rows()).isEqualTo(committed ? List.of("1") : List.of());
  }

  @ParameterizedTest
  @CsvSource({"false,false", "false,true", "true,false", "true,true"})
  void unavailable_idleSessionAndTheOutcomeAskedFor(boolean extended, boolean committed)
      throws Exception {
    faults.unavailableAtCommit(1, committed);
    try (RawClient client = loggedIn()) {
      query(client, "BEGIN; INSERT INTO t VALUES (1)");
      assertThat(answers(client, commit(extended), 1))
          .isEqualTo(
              extended ? List.of("1", "2", UNAVAILABLE, "Z I") : List.of(UNAVAILABLE, "Z I"));
      assertThat(query(client, "INSERT INTO t VALUES (2)")).containsExactly("C INSERT 0 1", "Z I");
    }
    assertThat(rows()).isEqualTo(committed ? List.of("1", "2") : List.of("2"));
  }

  @ParameterizedTest
  @CsvSource({"simple,true", "simple,false", "extended,true", "extended,false"})
  void unavailable_throughPgjdbc_keepsTheConnection(String mode, boolean committed)
      throws Exception {
    faults.unavailableAtCommit(1, committed);
    try (Connection connection = Jdbc.connect(cluster, "admin", "preferQueryMode=" + mode)) {
      connection.setAutoCommit(false);
      Jdbc.execute(connection, "INSERT INTO t VALUES (1)");
      assertFails("XX000", "ERROR: server unavailable", connection::commit);
      connection.rollback();
      Jdbc.execute(connection, "INSERT INTO t VALUES (2)");
      connection.commit();
    }
    assertThat(rows()).isEqualTo(committed ? List.of("1", "2") : List.of("2"));
  }

  @Test
  void commitThatFailsByItself_isAnsweredByPostgresAndTheFaultStays() throws Exception {
    try (RawClient client = loggedIn()) {
      query(
          client,
          "CREATE TABLE deferred (id int PRIMARY KEY, next int CONSTRAINT known REFERENCES deferred"
              + " DEFERRABLE INITIALLY DEFERRED)");
      faults.loseCommitAnswers(1);
      String violation =
          "E 23503 insert or update on table \"deferred\" violates foreign key constraint \"known\"";
      String fails = "BEGIN; INSERT INTO deferred VALUES (1, 2)";
      query(client, fails);
      assertThat(query(client, "COMMIT")).containsExactly(violation, "Z I");
      query(client, fails);
      assertThat(answers(client, new Pipeline().run("COMMIT").sync(), 1))
          .containsExactly("1", "2", violation, "Z I");
      assertThat(faults.remaining().lostCommitAnswers()).isEqualTo(1);
      query(client, "DROP TABLE deferred; BEGIN");
      client.send(commit(/* extended= */ false).bytes());
      assertThat(answersUntilClosed(client)).isEmpty();
    }
  }

  // Several of them

  @Test
  void severalKinds_strikeInTheOrderTheyWereArmed() throws Exception {
    faults.conflictCommits(2, CommitConflict.SCHEMA);
    faults.unavailableAtCommit(1, /* committed= */ true);
    faults.conflictCommits(1, CommitConflict.DATA);
    faults.loseCommitAnswers(1);
    assertThat(faults.remaining()).isEqualTo(new FaultCounts(0, 3, 1, 0, 1, 0, 0, 0));
    List<String> outcomes = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      try (RawClient client = loggedIn()) {
        query(client, "BEGIN");
        outcomes.add(query(client, "COMMIT").get(0));
      }
    }
    assertThat(outcomes)
        .containsExactly(SCHEMA_CONFLICT, SCHEMA_CONFLICT, UNAVAILABLE, DATA_CONFLICT);
    try (RawClient client = loggedIn()) {
      client.send(new Pipeline().query("BEGIN").query("COMMIT").bytes());
      assertThat(answersUntilClosed(client)).containsExactly("C BEGIN", "Z T");
    }
  }

  @Test
  void severalInOneQuery_strikeOneAfterTheOther() throws Exception {
    faults.conflictCommits(2, CommitConflict.DATA);
    try (RawClient client = loggedIn()) {
      String sql = "BEGIN; COMMIT; BEGIN; COMMIT";
      assertThat(query(client, sql)).containsExactly("C BEGIN", DATA_CONFLICT, "Z I");
      assertThat(faults.remaining().commitConflicts()).isEqualTo(1);
      assertThat(query(client, sql)).containsExactly("C BEGIN", DATA_CONFLICT, "Z I");
    }
  }

  @Test
  void clear_disarms() throws Exception {
    faults.conflictCommits(5, CommitConflict.DATA);
    faults.unavailableAtStatement(5);
    faults.conflictBegins(5);
    faults.refuseLogins(5, LoginRefusal.WAKING_UP);
    assertThat(faults.remaining().total()).isEqualTo(20);
    faults.clear();
    assertThat(faults.remaining()).isEqualTo(new FaultCounts(0, 0, 0, 0, 0, 0, 0, 0));
    try (RawClient client = loggedIn()) {
      assertThat(query(client, "BEGIN; SELECT 1; COMMIT"))
          .containsExactly("C BEGIN", "T", "D 1", "C SELECT 1", "C COMMIT", "Z I");
    }
  }

  @Test
  void manyConnections_shareTheFaultsExactly() throws Exception {
    int connections = 8;
    int transactions = 40;
    int conflicts = 100;
    ExecutorService threads = Executors.newFixedThreadPool(connections);
    try {
      CyclicBarrier armed = new CyclicBarrier(connections + 1);
      List<Future<List<String>>> committed = new ArrayList<>();
      for (int c = 0; c < connections; c++) {
        int first = c * transactions;
        committed.add(
            threads.submit(
                () -> {
                  List<String> own = new ArrayList<>();
                  try (RawClient client = loggedIn()) {
                    armed.await(60, TimeUnit.SECONDS);
                    for (int id = first; id < first + transactions; id++) {
                      if (commits(client, id)) {
                        own.add(Integer.toString(id));
                      }
                    }
                  }
                  return own;
                }));
      }
      faults.conflictCommits(conflicts, CommitConflict.DATA);
      armed.await(60, TimeUnit.SECONDS);
      List<String> all = new ArrayList<>();
      for (Future<List<String>> own : committed) {
        all.addAll(own.get(100, TimeUnit.SECONDS));
      }
      assertThat(all).hasSize(connections * transactions - conflicts);
      assertThat(rows()).containsExactlyInAnyOrderElementsOf(all);
    } finally {
      threads.shutdownNow();
    }
  }

  private static boolean commits(RawClient client, int id) throws IOException {
    String insert = "INSERT INTO t VALUES (" + id + ")";
    Pipeline pipeline =
        switch (id % 3) {
          case 0 -> new Pipeline().query("BEGIN; " + insert + "; COMMIT");
          case 1 -> new Pipeline().run("BEGIN").run(insert).run("COMMIT").sync();
          default -> new Pipeline().query("BEGIN").query(insert).query("COMMIT");
        };
    List<String> answers = answers(client, pipeline, id % 3 == 2 ? 3 : 1);
    assertThat(answers).endsWith("Z I");
    assertThat(
            Collections.frequency(answers, DATA_CONFLICT)
                + Collections.frequency(answers, "C COMMIT"))
        .isEqualTo(1);
    return answers.contains("C COMMIT");
  }

  private static Pipeline commit(boolean extended) {
    return extended ? new Pipeline().run("COMMIT").sync() : new Pipeline().query("COMMIT");
  }
}
