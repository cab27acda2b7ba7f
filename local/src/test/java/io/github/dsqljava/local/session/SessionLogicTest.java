package io.github.dsqljava.local.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.dsqljava.local.dialect.Dialect;
import io.github.dsqljava.local.faults.Fault;
import io.github.dsqljava.local.frontend.Pipeline;
import io.github.dsqljava.local.occ.Signals;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The logic of a session, step by step, without PostgreSQL and without time. */
class SessionLogicTest {
  private static final String CONFLICT =
      "E 40001 change conflicts with another transaction (OC000)";
  private static final String ABORTED =
      "E 25P02 current transaction is aborted, commands ignored until end of transaction block";

  private final SessionRig.Cluster cluster = new SessionRig.Cluster();
  private final List<String> texts = new ArrayList<>();
  private final SessionRig rig =
      new SessionRig(
          cluster,
          sql -> {
            texts.add(sql);
            return Dialect.standard().read(sql);
          });
  private final SessionRig other = new SessionRig(cluster);

  @AfterEach
  void nothingIsLeft() {
    assertThat(rig.close()).as("bytes").isZero();
    assertThat(other.close()).as("bytes").isZero();
    assertThat(cluster.contention.active()).as("active sessions").isZero();
    assertThat(cluster.contention.unguarded()).as("unguarded statements").isZero();
  }

  private List<String> query(String sql) {
    rig.send(new Pipeline().query(sql));
    rig.settle();
    return rig.answers();
  }

  private static String insert(int number) {
    return "INSERT INTO t VALUES (" + number + ")";
  }

  /** Another session has a transaction open from here on. */
  private void otherIsActive() {
    other.send(new Pipeline().query("BEGIN"));
    other.settle();
    other.send(new Pipeline().query(insert(1000)));
    other.settle();
  }

  // ---- order

  @Test
  void pipeline_isAnsweredInItsOrder_howeverLateTheAnswersAre() {
    rig.send(new Pipeline().query("BEGIN").query(insert(1)).query("COMMIT").run("SELECT 1").sync());
    assertThat(rig.answers()).isEmpty();
    rig.settle();
    assertThat(rig.answers())
        .containsExactly(
            "C BEGIN",
            "Z T",
            "C INSERT 0 1",
            "Z T",
            "C COMMIT",
            "Z I",
            "1",
            "2",
            "D 1",
            "C SELECT 1",
            "Z I");
    assertThat(rig.postgres().committed()).containsExactly(1);
  }

  @Test
  void loneSession_sendsAPipelineWithoutWaitingForAnswers() {
    rig.send(new Pipeline().query("BEGIN").query(insert(1)).query(insert(2)).query("COMMIT"));
    assertThat(rig.answer()).isTrue();
    assertThat(rig.postgres().log()).hasSize(2); // BEGIN and the savepoint with it
    assertThat(rig.postgres().hasWork()).as("more is under way").isTrue();
    rig.settle();
    assertThat(rig.postgres().log())
        .containsExactly("BEGIN", "SAVEPOINT \"dsql$base\"", insert(1), insert(2), "COMMIT");
  }

  @Test
  void groups_areCutWhereTransactionsBeginAndEnd() {
    otherIsActive();
    rig.send(new Pipeline().run("BEGIN").run(insert(1)).run("COMMIT").run(insert(2)).sync());
    rig.settle();
    assertThat(rig.answers())
        .containsExactly(
            "1",
            "2",
            "C BEGIN",
            "1",
            "2",
            "C INSERT 0 1",
            "1",
            "2",
            "C COMMIT",
            "1",
            "2",
            "C INSERT 0 1",
            "Z I");
    assertThat(rig.postgres().committed()).containsExactly(1, 2);
  }

  @Test
  void errorInACutBatch_skipsTheRestOfIt() {
    assertThat(query("BEGIN; SELECT 1 / 0; COMMIT; " + insert(1)))
        .containsExactly("C BEGIN", "E 22012 division by zero", "Z E");
    assertThat(query("COMMIT")).containsExactly("C ROLLBACK", "Z I");
    assertThat(rig.postgres().committed()).isEmpty();
  }

  @Test
  void portalOfAStatementThatNobodyKnows_isNotTakenForThatOfAnEarlierOne() {
    rig.send(new Pipeline().run(insert(1)).sync());
    rig.settle();
    rig.answers();
    other.send(new Pipeline().query("CREATE TABLE x (id int PRIMARY KEY)"));
    other.settle();
    rig.send(new Pipeline().bind("", "unknown").execute("").sync());
    rig.settle();
    assertThat(rig.answers())
        .as("no look at the catalog")
        .containsExactly("E 26000 prepared statement \"unknown\" does not exist", "Z I");
  }

  @Test
  void nameThatStandsForBeginAfterAll_hidesNothingThatComesBehindIt() {
    rig.send(new Pipeline().parse("a", "BEGIN").sync());
    rig.settle();
    rig.answers();
    rig.send(
        new Pipeline()
            .parse("a", insert(1)) // fails, but nobody knows yet
            .sync()
            .bind("", "a")
            .execute("")
            .run(insert(2))
            .sync());
    rig.settle();
    assertThat(rig.answers())
        .containsExactly(
            "E 42P05 prepared statement \"a\" already exists",
            "Z I",
            "2",
            "C BEGIN",
            "1",
            "2",
            "C INSERT 0 1",
            "Z T");
  }

  @Test
  void beginBehindACommitThatIsNotReached_stopsTheRestOfItsBatch() {
    query("BEGIN");
    query("SELECT 1 / 0");
    rig.send(
        new Pipeline()
            .parse("a", insert(1)) // fails, so the COMMIT is skipped
            .run("COMMIT")
            .sync()
            .run("BEGIN")
            .run("COMMIT")
            .sync());
    rig.settle();
    assertThat(rig.answers()).containsExactly(ABORTED, "Z E", ABORTED, "Z E");
  }

  // ---- reading once

  @Test
  void text_isReadOnce_inBothProtocols() {
    otherIsActive();
    query("BEGIN; SELECT 1; COMMIT");
    assertThat(texts).containsExactly("BEGIN; SELECT 1; COMMIT");
    texts.clear();
    for (int i = 0; i < 3; i++) {
      rig.send(new Pipeline().parse("s" + i, insert(i)).sync());
      for (int n = 0; n < 5; n++) {
        rig.send(new Pipeline().bind("", "s" + i).execute("").sync());
      }
      rig.settle();
    }
    assertThat(texts).as("a Parse each").containsExactly(insert(0), insert(1), insert(2));
  }

  // ---- giving way

  @Test
  void giveWay_betweenStatements_releasesLocksAndCommitsWhatWasDone() {
    otherIsActive();
    query("BEGIN");
    query(insert(1));
    rig.somebodyWaits();
    rig.settle();
    assertThat(rig.session().concessions()).isEqualTo(1);
    assertThat(rig.postgres().log())
        .endsWith(
            "SELECT *, dsql_internal.configured_settings() FROM dsql_internal.occ_save($1, $2)",
            "ROLLBACK TO SAVEPOINT \"dsql$base\"");
    assertThat(query("COMMIT")).containsExactly("C COMMIT", "Z I");
    assertThat(rig.postgres().committed()).containsExactly(1);
  }

  @Test
  void giveWay_thenMoreStatements_goOnWhereTheChangesStandAgain() {
    otherIsActive();
    query("BEGIN");
    query(insert(1));
    rig.somebodyWaits();
    rig.settle();
    assertThat(query(insert(2))).containsExactly("C INSERT 0 1", "Z T");
    assertThat(query("COMMIT")).containsExactly("C COMMIT", "Z I");
    assertThat(rig.postgres().committed()).containsExactly(1, 2);
    assertThat(rig.postgres().log()).noneMatch(sql -> sql.contains("occ_overlay"));
  }

  @Test
  void giveWay_thatFails_isToldAsAConflict_andTheSessionGoesOn() {
    otherIsActive();
    query("BEGIN");
    query(insert(1));
    rig.postgres().failOnce("occ_save", "XX000");
    rig.somebodyWaits();
    rig.settle();
    assertThat(query("SELECT 1")).containsExactly(CONFLICT, "Z E");
    assertThat(query("SELECT 1")).containsExactly(ABORTED, "Z E");
    assertThat(query("ROLLBACK")).containsExactly("C ROLLBACK", "Z I");
    assertThat(query(insert(2))).containsExactly("C INSERT 0 1", "Z I");
    assertThat(rig.postgres().committed()).containsExactly(2);
  }

  @Test
  void giveWay_thatFails_isToldAtCommit() {
    otherIsActive();
    query("BEGIN");
    query(insert(1));
    rig.postgres().failOnce("occ_save", "XX000");
    rig.somebodyWaits();
    rig.settle();
    assertThat(query("COMMIT")).containsExactly(CONFLICT, "Z I");
    assertThat(rig.postgres().committed()).isEmpty();
  }

  @Test
  void statementThatMeetsAConflict_isRunAgain_andLosesAtCommit() {
    otherIsActive();
    query("BEGIN");
    query("SELECT 1");
    rig.postgres().take(7);
    assertThat(query(insert(7)))
        .as("no error at the statement")
        .containsExactly("C INSERT 0 1", "Z T");
    assertThat(query(insert(8))).containsExactly("C INSERT 0 1", "Z T");
    assertThat(query("COMMIT")).containsExactly(CONFLICT, "Z I");
    assertThat(rig.postgres().committed()).isEmpty();
    assertThat(rig.postgres().log())
        .as("certain to lose, so not repeated")
        .noneMatch(sql -> sql.contains("occ_repeat"));
  }

  @Test
  void shadowsThatCannotBeMade_failTheStatementAndTheTransaction() {
    otherIsActive();
    query("BEGIN");
    query(insert(1));
    rig.somebodyWaits();
    rig.settle();
    rig.postgres().take(1);
    rig.postgres().failOnce("occ_overlay", "XX000");
    assertThat(query(insert(2))).containsExactly(CONFLICT, "Z E");
    assertThat(query("COMMIT")).containsExactly("C ROLLBACK", "Z I");
    assertThat(rig.postgres().committed()).isEmpty();
  }

  @Test
  void repeatingThatFails_losesAtCommit() {
    otherIsActive();
    query("BEGIN");
    query(insert(1));
    rig.somebodyWaits();
    rig.settle();
    rig.postgres().take(1);
    assertThat(query("COMMIT")).containsExactly(CONFLICT, "Z I");
    assertThat(query(insert(2))).containsExactly("C INSERT 0 1", "Z I");
  }

  @Test
  void repeatingThatCrossesOthers_isTriedAgain() {
    otherIsActive();
    query("BEGIN");
    query(insert(1));
    rig.somebodyWaits();
    rig.settle();
    rig.postgres().failOnce("occ_repeat", "40P01");
    assertThat(query("COMMIT")).containsExactly("C COMMIT", "Z I");
    assertThat(rig.postgres().committed()).containsExactly(1);
  }

  // ---- cancellation

  @Test
  void cancellation_holdsBackWhatComesUntilTheSignalIsSent() throws Exception {
    otherIsActive();
    query("BEGIN");
    rig.send(new Pipeline().query(insert(1)));
    rig.answer(); // what goes ahead of it
    var leave = rig.session().interruption();
    var granted = Signals.prepare(leave);
    rig.runTasks();
    assertThat(granted.get()).isTrue();
    rig.postgres().failOnce(insert(1), "57014");
    rig.answer();
    rig.send(new Pipeline().query("COMMIT"));
    assertThat(rig.answers()).as("nothing before the signal is sent").isEmpty();
    assertThat(rig.postgres().hasWork()).isFalse();
    Signals.delivered(leave, rig.session()::pump);
    rig.settle();
    assertThat(rig.answers()).containsExactly("C INSERT 0 1", "Z T", "C COMMIT", "Z I");
    assertThat(rig.postgres().committed()).containsExactly(1);
  }

  @Test
  void cancellation_ofWhatTheClientHasSeen_isNotGranted() throws Exception {
    query("BEGIN");
    query(insert(1));
    rig.send(new Pipeline().query(insert(2))); // alone: nothing is held back
    var granted = Signals.prepare(rig.session().interruption());
    rig.runTasks();
    assertThat(granted.get()).isFalse();
    rig.settle();
    assertThat(rig.answers()).containsExactly("C INSERT 0 1", "Z T");
  }

  @Test
  void cancellation_ofACommitOfItsOwn_isNotGranted() throws Exception {
    otherIsActive();
    rig.send(new Pipeline().run(insert(1)).flush());
    rig.settle();
    rig.send(new Pipeline().sync());
    rig.answer();
    assertThat(rig.postgres().hasWork()).as("COMMIT has been sent").isTrue();
    var granted = Signals.prepare(rig.session().interruption());
    rig.runTasks();
    assertThat(granted.get()).isFalse();
    rig.settle();
    assertThat(rig.postgres().committed()).containsExactly(1);
  }

  @Test
  void runAgain_doesNotForgetWhatTheClientHasPreparedBefore() {
    otherIsActive();
    rig.send(new Pipeline().parse("a", "COMMIT").sync());
    rig.settle();
    rig.answers();
    rig.postgres().failOnce(insert(1), "40P01");
    rig.send(new Pipeline().run(insert(1)).parse("a", insert(2)).sync());
    rig.settle();
    assertThat(rig.answers())
        .containsExactly(
            "1", "2", "C INSERT 0 1", "E 42P05 prepared statement \"a\" already exists", "Z I");
  }

  @Test
  void cancellation_ofACopyThatTheClientGivesUp_isNotTakenForItsError() throws Exception {
    otherIsActive();
    rig.send(new Pipeline().query("COPY t FROM STDIN"));
    rig.answer(); // BEGIN
    rig.answer(); // what else goes ahead of it
    var leave = rig.session().interruption();
    var granted = Signals.prepare(leave);
    rig.runTasks();
    assertThat(granted.get()).isTrue();
    rig.answer(); // the signal comes too late to stop the COPY from asking for data
    rig.send(new Pipeline().copyFail());
    rig.answer();
    Signals.delivered(leave, rig.session()::pump);
    rig.settle();
    assertThat(rig.answers()).containsExactly("G", "E 57014 COPY from stdin failed", "Z I");
  }

  // ---- transactions around a batch

  @Test
  void batchWithoutBegin_isCommittedAtItsSync() {
    otherIsActive();
    rig.send(new Pipeline().run(insert(1)).flush());
    rig.settle();
    assertThat(rig.answers()).containsExactly("1", "2", "C INSERT 0 1");
    assertThat(rig.postgres().committed()).as("before the Sync").isEmpty();
    rig.send(new Pipeline().run(insert(2)).sync());
    rig.settle();
    assertThat(rig.answers()).containsExactly("1", "2", "C INSERT 0 1", "Z I");
    assertThat(rig.postgres().committed()).containsExactly(1, 2);
  }

  @Test
  void batchWithoutBegin_thatCannotBeCommitted_answersTheErrorInItsPlace() {
    otherIsActive();
    rig.send(new Pipeline().run(insert(1)).flush());
    rig.settle();
    rig.postgres().failOnce("COMMIT", "23503");
    rig.send(new Pipeline().run(insert(2)).sync());
    rig.settle();
    assertThat(rig.answers()).contains("E 23503 told to fail").endsWith("Z I");
  }

  @Test
  void rollbackThatIsNotReached_inABatchWithoutBegin_isNotTheClientsTransaction() {
    Pipeline batch = new Pipeline().run(insert(1)).flush();
    batch.describeStatement("unknown").run("ROLLBACK").sync();
    rig.send(batch.query("BEGIN"));
    rig.settle();
    assertThat(rig.answers())
        .endsWith("E 26000 prepared statement \"unknown\" does not exist", "Z I", "C BEGIN", "Z T");
  }

  @Test
  void batchBehindABeginThatFails_isStillOneTransaction() {
    Pipeline begin = new Pipeline().describeStatement("unknown").run("BEGIN").sync();
    rig.send(begin.run(insert(1)).flush().run("SELECT 1 / 0").sync());
    rig.settle();
    assertThat(rig.answers()).endsWith("C INSERT 0 1", "1", "2", "E 22012 division by zero", "Z I");
    assertThat(rig.postgres().committed()).isEmpty();
  }

  // ---- COPY

  @Test
  void messagesBehindTheDataOfCopy_areJudgedLikeAllOthers() {
    for (boolean extended : new boolean[] {false, true}) {
      Pipeline copy = extended ? new Pipeline().run("COPY t FROM STDIN").sync() : null;
      rig.send(extended ? copy : new Pipeline().query("COPY t FROM STDIN"));
      rig.settle();
      assertThat(rig.answers()).endsWith("G");
      Pipeline rest = new Pipeline().message('d', new byte[] {'1', '\n'}).message('c');
      rest = extended ? rest.sync() : rest;
      rig.send(rest.query("TRUNCATE t"));
      rig.settle();
      assertThat(rig.answers())
          .containsExactly("C COPY 1", "Z I", "E 0A000 unsupported statement: Truncate", "Z I");
    }
  }

  @Test
  void dataOfCopy_thatNobodyAsksForYet_isReadNoMoreThanNeeded() {
    rig.send(new Pipeline().query("COPY t FROM STDIN"));
    for (int i = 0; i < 8; i++) {
      rig.send(new Pipeline().message('d', new byte[200_000]));
    }
    assertThat(rig.isReadable()).isFalse();
    rig.settle();
    assertThat(rig.isReadable()).as("COPY has begun").isTrue();
    rig.send(new Pipeline().message('c'));
    rig.settle();
    assertThat(rig.answers()).containsExactly("G", "C COPY 0", "Z I");
  }

  /** Begins a transaction with an insertion in it, and a COPY that has got a number. */
  private void openCopy(boolean extended) {
    query("BEGIN");
    query(insert(1));
    Pipeline copy = new Pipeline();
    copy = extended ? copy.run("COPY t FROM STDIN").sync() : copy.query("COPY t FROM STDIN");
    rig.send(copy);
    rig.settle();
    rig.send(new Pipeline().copyData("2\n"));
    rig.settle();
    rig.answers();
    rig.postgres().log().clear();
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void copyThatWaitsForItsData_givesWay_andRunsAgainWithAllOfIt(boolean extended) {
    openCopy(extended);
    rig.somebodyWaits();
    rig.settle();
    assertThat(rig.postgres().log()).endsWith("ROLLBACK TO SAVEPOINT \"dsql$base\"");
    assertThat(rig.answers()).isEmpty();
    rig.send(new Pipeline().copyData("3\n").sync());
    rig.settle();
    assertThat(rig.postgres().log()).doesNotContain("COPY t FROM STDIN");
    Pipeline rest = new Pipeline().copyDone();
    rig.send((extended ? rest.sync() : rest).query("COMMIT"));
    rig.settle();
    assertThat(rig.answers()).containsExactly("C COPY 2", "Z T", "C COMMIT", "Z I");
    assertThat(rig.postgres().committed()).containsExactly(1, 2, 3);
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void badDataOfACopyThatGivesWay_isToldAtItsEnd(boolean extended) {
    openCopy(extended);
    rig.somebodyWaits();
    rig.settle();
    Pipeline bad = new Pipeline().copyData("x\n").sync().copyDone();
    rig.send((extended ? bad.sync() : bad).query("ROLLBACK"));
    rig.settle();
    assertThat(rig.answers())
        .containsExactly(
            "E 22P02 invalid input syntax for type integer", "Z E", "C ROLLBACK", "Z I");
  }

  @Test
  void dataThatEndsWhileTheCopyGivesWay_isCopied() {
    for (boolean fails : new boolean[] {false, true}) {
      openCopy(/* extended= */ false);
      rig.somebodyWaits();
      rig.runTasks(); // PostgreSQL has been told, and has not answered
      rig.send(fails ? new Pipeline().copyFail() : new Pipeline().copyDone());
      rig.settle();
      assertThat(rig.answers())
          .containsExactlyElementsOf(
              fails
                  ? List.of("E 57014 COPY from stdin failed", "Z E")
                  : List.of("C COPY 1", "Z T"));
      query("ROLLBACK");
    }
  }

  @Test
  void copyOfMoreThanIsKept_doesNotGiveWay() {
    openCopy(/* extended= */ false);
    sendMoreThanIsKept();
    rig.somebodyWaits();
    rig.settle();
    assertThat(rig.postgres().log()).isEmpty();
    assertThat(rig.isReadable()).isTrue();
    rig.send(new Pipeline().copyDone());
    rig.settle();
    assertThat(rig.answers()).containsExactly("C COPY 1", "Z T");
  }

  @Test
  void copyThatHasGivenWay_runsAgainWhenThereIsMoreThanIsKept() {
    openCopy(/* extended= */ false);
    rig.somebodyWaits();
    rig.settle();
    sendMoreThanIsKept();
    assertThat(rig.isReadable()).as("until PostgreSQL takes data again").isFalse();
    rig.settle();
    assertThat(rig.postgres().log()).endsWith("COPY t FROM STDIN");
    assertThat(rig.isReadable()).isTrue();
    rig.send(new Pipeline().copyData("3\n").copyDone());
    rig.settle();
    assertThat(rig.answers()).containsExactly("C COPY 2", "Z T");
  }

  /** Data that is no number. */
  private void sendMoreThanIsKept() {
    String megabyte = " ".repeat(1024 * 1024);
    for (int n = CopyInput.MAX_KEPT / megabyte.length(); n >= 0; n--) {
      rig.send(new Pipeline().copyData(megabyte));
    }
  }

  @Test
  void conflictInTheMiddleOfACopy_isNotTold() {
    openCopy(/* extended= */ false);
    rig.send(new Pipeline().copyDone());
    rig.postgres().failOnce("INSERT INTO t VALUES (9)", "40001");
    rig.settle();
    rig.send(new Pipeline().query("COPY t FROM STDIN; INSERT INTO t VALUES (9)"));
    rig.settle();
    rig.send(new Pipeline().copyData("7\n").copyDone());
    rig.settle();
    assertThat(rig.answers())
        .containsExactly("C COPY 1", "Z T", "G", "C COPY 1", "C INSERT 0 1", "Z T");
  }

  @Test
  void statementBetweenCopyAndSync_isJudged() {
    rig.send(new Pipeline().run("COPY t FROM STDIN").sync());
    rig.settle();
    rig.answers();
    rig.send(
        new Pipeline().message('d', new byte[] {'1', '\n'}).message('c').run("TRUNCATE t").sync());
    rig.settle();
    assertThat(rig.answers())
        .containsExactly("C COPY 1", "E 0A000 unsupported statement: Truncate", "Z I");
  }

  @Test
  void dataBehindTheExecuteOfCopy_withoutSync_isCopied() {
    rig.send(new Pipeline().run("COPY t FROM STDIN").copyData("1\n").copyDone());
    rig.send(new Pipeline().run(insert(2)).sync());
    rig.settle();
    assertThat(rig.answers())
        .containsExactly("1", "2", "G", "C COPY 1", "1", "2", "C INSERT 0 1", "Z I");
    assertThat(rig.postgres().committed()).containsExactly(1, 2);
  }

  @Test
  void statementBehindTheDataOfACopyThatFails_isSkippedUpToTheSync() {
    for (String data : List.of("x\n", "1\n")) {
      if (data.startsWith("1")) {
        query("BEGIN");
        query("SELECT 1 / 0"); // PostgreSQL does not even begin the COPY
      }
      Pipeline copy = new Pipeline().run("COPY t FROM STDIN").flush().copyData(data).copyDone();
      rig.send(copy.run(insert(2)).sync());
      rig.settle();
      assertThat(rig.answers()).filteredOn(answer -> answer.startsWith("E ")).hasSize(1);
      assertThat(query("ROLLBACK")).containsExactly("C ROLLBACK", "Z I");
      assertThat(rig.postgres().committed()).isEmpty();
    }
  }

  @Test
  void copyAndWhatFollowsItsData_areOneTransaction_upToTheSyncBehindThem() {
    Pipeline copy = new Pipeline().run("COPY t FROM STDIN").sync().copyData("1\n").copyDone();
    rig.send(copy.run("SELECT 1 / 0").sync());
    rig.settle();
    assertThat(rig.answers())
        .containsExactly("1", "2", "G", "C COPY 1", "1", "2", "E 22012 division by zero", "Z I");
    assertThat(rig.postgres().committed()).isEmpty();
  }

  // ---- faults and the end

  @Test
  void lostAnswer_commitsAndCutsTheClient_andRunsNothingMore() {
    cluster.faults.arm(1, Fault.commitAnswerLost());
    rig.send(new Pipeline().query("BEGIN").query(insert(1)).query("COMMIT").query(insert(2)));
    rig.settle();
    assertThat(rig.answers()).containsExactly("C BEGIN", "Z T", "C INSERT 0 1", "Z T");
    assertThat(rig.isCut()).isTrue();
    assertThat(rig.postgres().committed()).containsExactly(1);
  }

  @Test
  void faultThatIsNotReached_staysArmed() {
    cluster.faults.arm(1, Fault.commitAnswerLost());
    query("BEGIN");
    rig.postgres().failOnce("COMMIT", "23503");
    assertThat(query("COMMIT")).contains("E 23503 told to fail");
    assertThat(cluster.faults.remaining()).hasSize(1);
  }

  @Test
  void faultOfACommit_thatFailsForAnotherReason_staysArmed() {
    for (Fault fault :
        List.of(
            Fault.cutBeforeCommit(),
            Fault.unavailableAtCommit(false),
            Fault.unavailableAtCommit(true),
            Fault.commitAnswerLost())) {
      query("BEGIN");
      query(insert(1));
      other.send(new Pipeline().query("CREATE TABLE x (id int PRIMARY KEY)"));
      other.settle();
      cluster.faults.arm(1, fault);
      assertThat(query("COMMIT"))
          .containsExactly("E 40001 schema has been updated by another transaction (OC001)", "Z I");
      assertThat(cluster.faults.remaining()).hasSize(1);
      assertThat(rig.isCut()).isFalse();
      cluster.faults.clear();
    }
  }

  @Test
  void close_whileTheCommitOfABatchIsUnderWay_tellsOthersOfItsSchemaChange() {
    rig.send(new Pipeline().run("CREATE TABLE x (id int PRIMARY KEY)").flush());
    rig.settle();
    rig.send(new Pipeline().sync());
    rig.answer();
    assertThat(rig.postgres().hasWork()).as("COMMIT has been sent").isTrue();
    rig.session().closed();
    other.send(new Pipeline().query("SELECT 1"));
    other.settle();
    assertThat(other.answers())
        .contains("E 40001 schema has been updated by another transaction (OC001)");
  }

  @Test
  void full_theClientIsReadNoMore() {
    byte[] large = new byte[200_000];
    java.util.Arrays.fill(large, (byte) 'x');
    String comment = "/*" + new String(large, StandardCharsets.US_ASCII) + "*/";
    rig.send(new Pipeline().query("SELECT 1 / 0; COMMIT")); // is waited for
    for (int i = 0; i < 8; i++) {
      rig.send(new Pipeline().query("BEGIN; COMMIT " + comment));
    }
    assertThat(rig.isReadable()).isFalse();
    rig.settle();
    assertThat(rig.isReadable()).isTrue();
  }

  @Test
  void close_inTheMiddleOfOwnWork_leavesNothingBehind() {
    otherIsActive();
    query("BEGIN");
    query(insert(1));
    rig.somebodyWaits();
    rig.runTasks();
    rig.send(new Pipeline().query(insert(2)).run("SELECT 1"));
    rig.send(Unpooled.wrappedBuffer(new byte[] {'Q', 0, 0}));
    // and the connection is closed in nothingIsLeft
  }
}
