package io.github.dsqljava.local;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.dsqljava.local.journal.RecordedStatement;
import io.github.dsqljava.local.journal.RecordedStatement.Outcome;
import io.github.dsqljava.local.journal.RecordedStatement.Protocol;
import io.github.dsqljava.local.journal.RefusedLogin;
import java.lang.reflect.Modifier;
import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/** What programs only receive from a cluster: values by all of their parts, that may grow. */
class ReceivedValuesTest {
  private static RecordedStatement.Builder statement() {
    return RecordedStatement.builder()
        .processId(7)
        .user("app")
        .protocol(Protocol.EXTENDED)
        .sql("SELECT 1")
        .inTransaction(true)
        .outcome(Outcome.FAILED)
        .tag("SELECT 1")
        .sqlState("40001")
        .message("lost");
  }

  private static RefusedLogin.Builder login() {
    return RefusedLogin.builder().user("app").sqlState("08006").message("no").hint("ask");
  }

  @Test
  void recordedStatement_isAllOfItsParts() {
    RecordedStatement all = statement().build();
    assertThat(all)
        .hasToString(
            "RecordedStatement[processId=7, user=app, protocol=EXTENDED, sql=SELECT 1,"
                + " inTransaction=true, outcome=FAILED, tag=SELECT 1, sqlState=40001, message=lost]");
    assertThat(
            List.of(
                all.processId(),
                all.user(),
                all.protocol(),
                all.sql(),
                all.inTransaction(),
                all.outcome(),
                all.tag(),
                all.sqlState(),
                all.message()))
        .containsExactly(
            7,
            "app",
            Protocol.EXTENDED,
            "SELECT 1",
            true,
            Outcome.FAILED,
            "SELECT 1",
            "40001",
            "lost");
    check(
        () -> statement().build(),
        statement().processId(8).build(),
        statement().user("").build(),
        statement().protocol(Protocol.SIMPLE).build(),
        statement().sql("").build(),
        statement().inTransaction(false).build(),
        statement().outcome(Outcome.SKIPPED).build(),
        statement().tag("").build(),
        statement().sqlState("").build(),
        statement().message("").build());
  }

  @Test
  void refusedLogin_isAllOfItsParts() {
    RefusedLogin all = login().build();
    assertThat(all).hasToString("RefusedLogin[user=app, sqlState=08006, message=no, hint=ask]");
    assertThat(List.of(all.user(), all.sqlState(), all.message(), all.hint()))
        .containsExactly("app", "08006", "no", "ask");
    check(
        () -> login().build(),
        login().user("").build(),
        login().sqlState("").build(),
        login().message("").build(),
        login().hint("").build());
  }

  @Test
  void faultCounts_areAllOfTheCounts() {
    FaultCounts all = new FaultCounts(1, 2, 3, 4, 5, 6, 7, 8);
    assertThat(all)
        .hasToString(
            "FaultCounts[loginRefusals=1, commitConflicts=2, lostCommitAnswers=3,"
                + " cutsBeforeCommit=4, unavailableCommits=5, unavailableStatements=6,"
                + " beginConflicts=7, closesAfterMessages=8]");
    assertThat(all.total()).isEqualTo(36);
    assertThat(
            List.of(
                all.loginRefusals(),
                all.commitConflicts(),
                all.lostCommitAnswers(),
                all.cutsBeforeCommit(),
                all.unavailableCommits(),
                all.unavailableStatements(),
                all.beginConflicts(),
                all.closesAfterMessages()))
        .containsExactly(1, 2, 3, 4, 5, 6, 7, 8);
    check(
        () -> new FaultCounts(1, 2, 3, 4, 5, 6, 7, 8),
        new FaultCounts(0, 2, 3, 4, 5, 6, 7, 8),
        new FaultCounts(1, 2, 3, 4, 5, 6, 7, 0));
  }

  /** A constructor or a component of a record would be something that a new part breaks. */
  @Test
  void types_haveNoConstructorForPrograms() {
    for (Class<?> type : List.of(RecordedStatement.class, RefusedLogin.class, FaultCounts.class)) {
      assertThat(type).isFinal();
      assertThat(type.isRecord()).as("%s is a record", type).isFalse();
      assertThat(Arrays.stream(type.getDeclaredConstructors()))
          .noneMatch(constructor -> Modifier.isPublic(constructor.getModifiers()));
    }
  }

  private static void check(Supplier<?> value, Object... others) {
    assertThat(value.get()).isEqualTo(value.get()).hasSameHashCodeAs(value.get());
    assertThat(others).doesNotContain(value.get());
  }
}
