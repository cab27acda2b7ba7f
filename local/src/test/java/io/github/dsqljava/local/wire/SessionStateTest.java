package io.github.dsqljava.local.wire;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.dsqljava.local.sql.TableName;
import io.github.dsqljava.local.wire.Fault.Kind;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The state that the two legs share, without a wire. */
class SessionStateTest {
  private static final ErrorMessage FAILURE =
      ErrorMessage.error("26000", "prepared statement \"dsql-local fault\" does not exist");

  private final FaultPlan plan = new FaultPlan();
  private final Conversation session = new Conversation(plan);

  @Test
  void admits_nothingArmed_neverWaits() {
    for (int i = 0; i < 10; i++) {
      assertThat(session.admits()).isTrue();
      session.queries("SELECT 1");
    }
  }

  @Test
  void admits_armed_waitsForAllThatWasSentBefore() {
    query("SELECT 1");
    query("SELECT 2");
    plan.arm(1, Fault.dataConflict());
    assertThat(session.admits()).isFalse();
    session.ready((byte) 'I');
    assertThat(session.admits()).isFalse();
    session.ready((byte) 'I');
    assertThat(session.admits()).isTrue();
    assertThat(session.seesStatements()).isTrue();
  }

  @Test
  void admits_armedInTheMiddleOfABatch_leavesItAlone() {
    assertThat(session.admits()).isTrue();
    session.prepares("", "BEGIN");
    plan.arm(1, Fault.schemaConflictAtBegin());
    assertThat(session.admits()).isTrue();
    assertThat(session.seesStatements()).isFalse();
    session.endsBatch(/* withSync= */ true);
    assertThat(session.admits()).isFalse();
  }

  @Test
  void admits_lastFaultOnItsWay_waitsForItsEnd() {
    plan.arm(1, Fault.schemaConflictAtBegin());
    assertThat(query("BEGIN")).isEqualTo("EXECUTE \"dsql-local fault\"");
    assertThat(plan.statementsArmed()).isFalse();
    assertThat(session.admits()).isFalse();
    assertThat(session.fails(FAILURE)).isNotNull();
    session.ready((byte) 'I');
    assertThat(session.admits()).isTrue();
  }

  @Test
  void admits_connectionThatIsCut_nothingAnyMore() {
    plan.arm(1, Fault.commitAnswerLost());
    assertThat(query("BEGIN; COMMIT; SELECT 1"))
        .isEqualTo("BEGIN; COMMIT; EXECUTE \"dsql-local fault\"; SELECT 1");
    assertThat(session.fails(FAILURE)).isNotNull();
    session.ready((byte) 'I');
    assertThat(session.isCut()).isTrue();
    assertThat(session.admits()).isFalse();
    assertThat(session.expectsEnd()).isTrue();
  }

  @Test
  void queries_faultThatIsNotReached_goesBack() {
    plan.arm(1, Fault.dataConflict());
    assertThat(query("BEGIN; SELECT 1/0; COMMIT"))
        .endsWith("; ROLLBACK; EXECUTE \"dsql-local fault\"");
    assertThat(session.hiddenAnswers()).isEqualTo(1);
    assertThat(plan.remaining()).isEmpty();
    assertThat(session.fails(ErrorMessage.error("22012", "division by zero"))).isNull();
    session.ready((byte) 'E');
    assertThat(session.hiddenAnswers()).isZero();
    assertThat(plan.remaining()).isEqualTo(Map.of(Kind.COMMIT_CONFLICT, 1));
  }

  @Test
  void queries_autocommittedChange_isRunBeforeItFails() {
    plan.arm(1, Fault.dataConflict());
    assertThat(query("SELECT 1; INSERT INTO t VALUES (';') -- end"))
        .isEqualTo("SELECT 1; INSERT INTO t VALUES (';'); EXECUTE \"dsql-local fault\" -- end");
    assertThat(session.hiddenAnswers()).isEqualTo(1);
    assertThat(session.fails(FAILURE)).isNotNull();
  }

  @Test
  void queries_faultOnATable_strikesWhoChangesIt() {
    plan.arm(1, Fault.dataConflict().on(TableName.parse("größe")));
    assertThat(query("DELETE FROM other")).isEqualTo("DELETE FROM other");
    session.ready((byte) 'I');
    assertThat(query("BEGIN; DELETE FROM other; COMMIT")).endsWith("COMMIT");
    session.ready((byte) 'I');
    // One character a byte.
    query("BEGIN; DELETE FROM gr\u00c3\u00b6\u00c3\u009fe");
    session.ready((byte) 'T');
    assertThat(query("COMMIT")).isEqualTo("ROLLBACK; EXECUTE \"dsql-local fault\"");
  }

  @Test
  void queries_afterTheTransactionThatChangedATable_doNotCountForIt() {
    plan.arm(1, Fault.dataConflict().on(TableName.parse("t")));
    query("BEGIN; DELETE FROM t; ROLLBACK; BEGIN");
    session.ready((byte) 'T');
    assertThat(query("COMMIT; BEGIN; COMMIT")).isEqualTo("COMMIT; BEGIN; COMMIT");
  }

  @Test
  void ends_withAFaultOnItsWay_givesItBack() {
    plan.arm(1, Fault.dataConflict());
    query("BEGIN; COMMIT");
    session.ends();
    assertThat(plan.remaining()).isEqualTo(Map.of(Kind.COMMIT_CONFLICT, 1));
  }

  @Test
  void executes_portalOfABatchThatWasNotSeen_isNotStruck() {
    plan.arm(1, Fault.dataConflict());
    assertThat(session.admits()).isTrue();
    session.prepares("c", "COMMIT");
    session.binds("p", "c");
    session.endsBatch(/* withSync= */ true);
    session.ready((byte) 'T');
    plan.clear();
    assertThat(session.admits()).isTrue(); // here p is bound anew
    session.endsBatch(/* withSync= */ true);
    session.ready((byte) 'T');
    plan.arm(1, Fault.dataConflict());
    assertThat(session.admits()).isTrue();
    assertThat(session.executes("p")).isNull();
    session.binds("p", "c");
    assertThat(session.executes("p")).isNotNull();
  }

  @Test
  void prepares_sameNameAgain_isTheNewKind() {
    plan.arm(1, Fault.dataConflict());
    assertThat(session.admits()).isTrue();
    session.prepares("", "COMMIT");
    session.prepares("", "SELECT 1");
    session.binds("", "");
    assertThat(session.executes("")).isNull();
  }

  @Test
  void copyIn_syncBehindIt_isNotWaitedFor() {
    plan.arm(1, Fault.dataConflict());
    assertThat(session.admits()).isTrue();
    session.endsBatch(/* withSync= */ true);
    session.copyInBegins();
    assertThat(session.copiesIn()).isTrue();
    session.copyInEnds();
    assertThat(session.admits()).isTrue();
    session.endsBatch(/* withSync= */ true);
    assertThat(session.admits()).isFalse();
    session.ready((byte) 'I');
    assertThat(session.admits()).isTrue();
  }

  @Test
  void copyIn_ofAQuery_isWaitedFor() {
    query("COPY t FROM STDIN");
    session.copyInBegins();
    session.copyInEnds();
    plan.arm(1, Fault.dataConflict());
    assertThat(session.admits()).isFalse();
    session.ready((byte) 'I');
    assertThat(session.admits()).isTrue();
  }

  private String query(String sql) {
    assertThat(session.admits()).isTrue();
    return session.queries(sql);
  }
}
