package io.github.dsqljava.local.faults;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.dsqljava.local.faults.Fault.Kind;
import io.github.dsqljava.local.faults.Fault.Trigger;
import io.github.dsqljava.local.faults.FaultPlan.Order;
import io.github.dsqljava.local.faults.FaultPlan.Strike;
import io.github.dsqljava.local.protocol.ErrorMessage;
import io.github.dsqljava.local.sql.TableName;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class FaultPlanTest {
  private final FaultPlan plan = new FaultPlan();

  @Test
  void take_severalArmed_firstArmedFirst() {
    plan.arm(2, Fault.dataConflict());
    plan.arm(1, Fault.commitAnswerLost());
    plan.arm(1, Fault.unavailableAtStatement());
    assertThat(List.of(taken(), taken(), taken()))
        .containsExactly(Kind.COMMIT_CONFLICT, Kind.COMMIT_CONFLICT, Kind.COMMIT_ANSWER_LOST);
    assertThat(plan.take(Trigger.COMMIT)).isNull();
    assertThat(plan.remaining()).isEqualTo(Map.of(Kind.UNAVAILABLE_AT_STATEMENT, 1));
  }

  private Kind taken() {
    return plan.take(Trigger.COMMIT).fault().kind();
  }

  @Test
  void giveBack_isTakenNext() {
    plan.arm(1, Fault.dataConflict());
    plan.arm(1, Fault.commitAnswerLost());
    Strike first = plan.take(Trigger.COMMIT);
    plan.giveBack(first);
    assertThat(plan.remaining())
        .isEqualTo(Map.of(Kind.COMMIT_CONFLICT, 1, Kind.COMMIT_ANSWER_LOST, 1));
    assertThat(taken()).isEqualTo(Kind.COMMIT_CONFLICT);
  }

  @Test
  void giveBack_afterClear_isForgotten() {
    plan.arm(1, Fault.dataConflict());
    Strike strike = plan.take(Trigger.COMMIT);
    plan.clear();
    plan.giveBack(strike);
    assertThat(plan.remaining()).isEmpty();
    assertThat(plan.statementsArmed()).isFalse();
  }

  @Test
  void take_severalOfDifferentTables_firstThatConcernsIt() {
    plan.arm(1, Fault.dataConflict().on(TableName.parse("a")));
    plan.arm(1, Fault.schemaConflict());
    plan.arm(1, Fault.commitAnswerLost());
    Strike ofAnother = plan.take(autocommitted("b"));
    assertThat(ofAnother.fault().answer().orElseThrow().field('M')).contains("OC001");
    assertThat(plan.take(autocommitted("b"))).as("no COMMIT, no answer to lose").isNull();
    plan.giveBack(ofAnother);
    Strike ofItsOwn = plan.take(autocommitted("a"));
    assertThat(ofItsOwn.fault().answer().orElseThrow().field('M')).contains("OC000");
  }

  private static Occasion autocommitted(String table) {
    return new Occasion(Trigger.STATEMENT, /* autocommits= */ true, Set.of(TableName.parse(table)));
  }

  @Test
  void replace_forgetsWhatTheSameOwnerHasArmed() {
    plan.arm(1, Fault.dataConflict());
    plan.replace(this, List.of(new Order(2, Fault.commitAnswerLost())));
    Strike conflict = plan.take(Trigger.COMMIT);
    Strike lost = plan.take(Trigger.COMMIT);
    plan.replace(this, List.of(new Order(3, Fault.schemaConflictAtBegin())));
    plan.giveBack(lost);
    plan.giveBack(conflict);
    assertThat(plan.remaining()).isEqualTo(Map.of(Kind.COMMIT_CONFLICT, 1, Kind.BEGIN_CONFLICT, 3));
    plan.replace(this, List.of());
    assertThat(plan.remaining()).isEqualTo(Map.of(Kind.COMMIT_CONFLICT, 1));
  }

  @Test
  void statementsArmed_followsWhatIsArmed() {
    plan.arm(5, Fault.loginRefused(ErrorMessage.fatal("53400", "no")));
    plan.arm(5, Fault.closedAfter(1));
    assertThat(plan.statementsArmed()).as("only logins").isFalse();
    plan.arm(1, Fault.schemaConflictAtBegin());
    assertThat(plan.statementsArmed()).isTrue();
    Strike strike = plan.take(Trigger.BEGIN);
    assertThat(plan.statementsArmed()).as("taken").isFalse();
    plan.giveBack(strike);
    assertThat(plan.statementsArmed()).as("given back").isTrue();
    plan.clear();
    assertThat(plan.statementsArmed()).as("cleared").isFalse();
  }

  @Test
  void take_ofManyThreads_givesEachFaultOnce() throws Exception {
    int threads = 8;
    int faults = 10_000;
    plan.arm(faults, Fault.dataConflict());
    ExecutorService executor = Executors.newFixedThreadPool(threads);
    try {
      CyclicBarrier start = new CyclicBarrier(threads);
      List<Future<Integer>> counts = new ArrayList<>();
      for (int i = 0; i < threads; i++) {
        counts.add(
            executor.submit(
                () -> {
                  start.await(30, TimeUnit.SECONDS);
                  int count = 0;
                  for (Strike strike = plan.take(Trigger.COMMIT);
                      strike != null;
                      strike = plan.take(Trigger.COMMIT)) {
                    if (ThreadLocalRandom.current().nextInt(7) == 0) {
                      plan.giveBack(strike);
                    } else {
                      plan.struck(strike);
                      count++;
                    }
                  }
                  return count;
                }));
      }
      int all = 0;
      for (Future<Integer> count : counts) {
        all += count.get(30, TimeUnit.SECONDS);
      }
      assertThat(all).isEqualTo(faults);
    } finally {
      executor.shutdownNow();
    }
  }
}
