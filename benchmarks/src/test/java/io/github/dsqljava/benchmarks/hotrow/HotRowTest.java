package io.github.dsqljava.benchmarks.hotrow;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.dsqljava.retry.RetryPolicy;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The simulation, and what the conflict lane is chosen for. */
class HotRowTest {
  private static final Manner LANE = Manner.all().get(0);

  private static Surroundings around(int clients, int processes, int bystanders, int roundTrip) {
    return new Surroundings(
        clients,
        processes,
        bystanders,
        Duration.ofMillis(roundTrip),
        Duration.ofNanos(400_000),
        Duration.ofSeconds(10),
        /* seed= */ 42);
  }

  @Test
  void sameSeed_sameScore() {
    Surroundings surroundings = around(16, 4, 4, 1);
    assertThat(HotRow.play(surroundings, LANE)).isEqualTo(HotRow.play(surroundings, LANE));
  }

  @Test
  void oneClient_neverConflicts() {
    for (Manner manner : Manner.all()) {
      Score score = HotRow.play(around(1, 1, 0, 1), manner);
      assertThat(score.attempts()).isLessThan(1.01);
      assertThat(score.givenUp()).isZero();
      assertThat(score.p50()).as("two round trips and the work").isBetween(2.3, 2.5);
      assertThat(score.commits()).isBetween(405.0, 425.0);
    }
  }

  @Test
  void withoutRetries_everyConflictIsGivenUp() {
    Manner once = Manner.ours("once", RetryPolicy.off(), Manner.Lane.NONE);
    Score score = HotRow.play(around(16, 1, 0, 1), once);
    assertThat(score.givenUp() + 1 / score.attempts()).isBetween(0.99, 1.01);
    assertThat(score.givenUp()).isGreaterThan(0.8);
  }

  @Test
  void bound_isOneCommitForEachTimeFromSnapshotToCommit() {
    assertThat(around(1, 1, 0, 1).bound()).isBetween(714.0, 715.0);
  }

  @ParameterizedTest
  @ValueSource(ints = {4, 16, 64, 256})
  void laneOfOneProcess_reachesItsGoals(int clients) {
    for (int roundTrip : List.of(1, 10)) {
      Score score = HotRow.play(around(clients, 1, 16, roundTrip), LANE);
      assertThat(score.givenUp()).isZero();
      assertThat(score.attempts()).isLessThan(3);
      assertThat(score.share()).isGreaterThan(0.8);
      // Each in turn: nobody waits much longer than all of them take.
      assertThat(score.max()).isLessThan(4000.0 * clients / score.commits() + 20);
    }
  }

  @Test
  void laneOfFourProcesses_givesNobodyUp() {
    for (int roundTrip : List.of(1, 10)) {
      Score score = HotRow.play(around(64, 4, 16, roundTrip), LANE);
      assertThat(score.givenUp()).isZero();
      assertThat(score.attempts()).isLessThan(3.5);
      assertThat(score.share()).isGreaterThan(0.6);
    }
  }

  @Test
  void others_areNotHeldUp_unlessFirstAttemptsGoThroughTheLane() {
    Surroundings surroundings = around(64, 1, 16, 1);
    Manner everybody = Manner.all().get(2);
    assertThat(everybody.lane()).isEqualTo(Manner.Lane.EVERYBODY);
    assertThat(HotRow.play(surroundings, LANE).bystanderP99()).isLessThan(3);
    assertThat(HotRow.play(surroundings, everybody).bystanderP99()).isGreaterThan(50);
  }
}
