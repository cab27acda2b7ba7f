package io.github.dsqljava.spi.pool;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.dsqljava.pool.PoolListener;
import io.github.dsqljava.pool.PoolStats;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.junit.jupiter.api.Test;

class ConflictLaneTest {
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final Duration TRIP = Duration.ofMillis(8);

  private final VirtualScheduler time = new VirtualScheduler();
  private final List<Duration> told = new ArrayList<>();
  private final ConflictLane lane =
      new ConflictLane(
          time,
          new PoolListener() {
            @Override
            public void conflictTurn(Duration waited) {
              told.add(waited);
            }
          },
          new FixedRandom(1));

  /** Names of those who got a turn, in this order. */
  private final List<String> turns = new ArrayList<>();

  private LanePass lost(String name) {
    LanePass pass = lane.pass();
    lostAgain(pass, name);
    return pass;
  }

  private void lostAgain(LanePass pass, String name) {
    pass.await(PATIENCE, () -> turns.add(name));
  }

  private PoolStats stats() {
    return lane.addTo(PoolStats.builder().build());
  }

  @Test
  void oneAfterTheOther_inTheOrderOfTheirFirstConflict() {
    LanePass a = lost("a");
    LanePass b = lost("b");
    lost("c");
    assertThat(turns).containsExactly("a");
    assertThat(stats().conflictWaiting()).isEqualTo(2);
    a.committed();
    assertThat(turns).containsExactly("a", "b");
    b.leave();
    assertThat(turns).containsExactly("a", "b", "c");
    assertThat(stats().conflictWaiting()).isZero();
    assertThat(stats().conflictTurns()).isEqualTo(3);
  }

  @Test
  void nextOne_beginsWhenCommitIsSent() {
    LanePass a = lost("a");
    lost("b");
    a.committing();
    assertThat(turns).containsExactly("a", "b");
  }

  @Test
  void whoLosesInTheLane_isAheadOfAllThatCameLater() {
    LanePass a = lost("a");
    LanePass b = lost("b");
    lost("c");
    a.committing();
    lostAgain(a, "a again");
    assertThat(turns).containsExactly("a", "b");
    b.committing();
    assertThat(turns).containsExactly("a", "b", "a again");
  }

  @Test
  void whoLosesToOthersAgainAndAgain_letsTheLanePause_andThenTheOthersGoFirst() {
    LanePass a = lost("a");
    for (int i = 0; i < 2; i++) {
      time.advance(TRIP);
      lostAgain(a, "a");
    }
    assertThat(turns).containsExactly("a", "a", "a");
    time.advance(TRIP);
    lostAgain(a, "a");
    time.advance(TRIP.multipliedBy(4).minusNanos(1));
    assertThat(turns).as("the lane pauses").hasSize(3);
    time.advance(Duration.ofNanos(1));
    assertThat(turns).containsExactly("a", "a", "a", "a");
    LanePass b = lost("b");
    a.committing();
    assertThat(turns).as("one finds out as well as two").hasSize(4);
    time.advance(TRIP);
    lostAgain(a, "a");
    time.advance(TRIP.multipliedBy(8).minusNanos(1));
    assertThat(turns).as("a longer pause").hasSize(4);
    time.advance(Duration.ofNanos(1));
    assertThat(turns).as("it has had its chance").hasSize(5).endsWith("b");
    b.committed();
    assertThat(turns).endsWith("b", "a");
  }

  /** How long the pool makes an attempt wait says nothing about how long it takes. */
  @Test
  void waitForAConnection_isNoPartOfTheAttempt() {
    LanePass a = lost("a");
    for (int i = 0; i < 3; i++) {
      time.advance(Duration.ofMillis(900));
      a.started();
      time.advance(TRIP);
      lostAgain(a, "a");
    }
    assertThat(turns).hasSize(3);
    time.advance(TRIP.multipliedBy(4));
    assertThat(turns).hasSize(4);
  }

  /** One that began to wait for a connection before a commit has its snapshot behind it. */
  @Test
  void commitBeforeTheAttemptHasItsConnection_isNotInItsWay() {
    LanePass a = lost("a");
    LanePass b = lost("b");
    a.committing();
    a.committed();
    b.started();
    for (int i = 0; i < 3; i++) {
      time.advance(TRIP);
      lostAgain(b, "b");
    }
    assertThat(turns).as("after three losses to others the lane pauses").hasSize(4);
  }

  @Test
  void commit_endsTheSeriesOfLosses() {
    LanePass a = lost("a");
    for (int i = 0; i < 2; i++) {
      time.advance(TRIP);
      lostAgain(a, "a");
    }
    LanePass b = lost("b");
    a.committed();
    time.advance(TRIP);
    lostAgain(b, "b again");
    assertThat(turns).endsWith("b", "b again");
  }

  @Test
  void pauseOfSlowTransactions_isASecondAtMost() {
    LanePass a = lost("a");
    for (int i = 0; i < 3; i++) {
      time.advance(Duration.ofSeconds(5));
      lostAgain(a, "a");
    }
    time.advance(Duration.ofSeconds(1));
    assertThat(turns).hasSize(4);
  }

  @Test
  void pause_endsWhenThePoolIsClosed() {
    LanePass a = lost("a");
    for (int i = 0; i < 3; i++) {
      time.advance(TRIP);
      lostAgain(a, "a");
    }
    assertThat(turns).hasSize(3);
    lane.close();
    assertThat(turns).hasSize(4);
  }

  /** Of each two, the second one begins before the first one's commit has arrived. */
  @Test
  void lane_getsNarrow_whenTheNextOneBeginsTooEarly() {
    for (int i = 0; i < 16; i++) {
      LanePass first = lost("first");
      LanePass second = lost("second");
      first.committing();
      time.advance(TRIP);
      assertThat(turns).as("before the answer, in round " + i).hasSize(2 * i + 2);
      first.committed();
      lostAgain(second, "again");
      turns.remove(turns.size() - 1);
      second.leave();
    }
    LanePass first = lost("first");
    lost("second");
    first.committing();
    time.advance(TRIP.multipliedBy(3));
    assertThat(turns).as("waits for the answer").hasSize(33);
    first.committed();
    assertThat(turns).hasSize(34);
  }

  @Test
  void lane_getsWide_whileNobodyLoses_andNarrowAgain() {
    Deque<LanePass> inside = new ArrayDeque<>();
    for (int i = 0; i < 200; i++) {
      inside.add(lost("a"));
    }
    assertThat(turns).hasSize(1);
    for (int i = 0; i < 32; i++) {
      inside.remove().committed();
    }
    assertThat(turns).as("three at once").hasSize(32 + 3);
    int ended = 32;
    for (int i = 0; i < 3; i++) {
      LanePass loser = inside.remove();
      inside.remove().committed(); // and the loser's snapshot was older than that
      lostAgain(loser, "loser");
      inside.addFirst(loser);
      ended += 2;
      assertThat(turns).as("one of some is lost, in round " + i).hasSize(ended + (i < 2 ? 3 : 2));
    }
  }

  /** As where conflicts are spread over many rows: no width would prevent them. */
  @Test
  void lane_getsWide_whileOneOfTwentyLoses() {
    Deque<LanePass> inside = new ArrayDeque<>();
    for (int i = 0; i < 2_000; i++) {
      inside.add(lost("a"));
    }
    for (int i = 1; i <= 400; i++) {
      if (i % 20 == 0) {
        LanePass loser = inside.remove();
        inside.remove().committed();
        lostAgain(loser, "loser");
        loser.leave();
      } else {
        inside.remove().committed();
      }
    }
    int ended = 420;
    assertThat(turns.size() - ended).as("at once").isGreaterThan(8);
  }

  @Test
  void slowOne_holdsUpOthersOnlyForAWhile() {
    LanePass usual = lost("usual");
    time.advance(TRIP);
    usual.committed();
    LanePass slow = lost("slow");
    lost("next");
    time.advance(Duration.ofMillis(999));
    assertThat(turns).containsExactly("usual", "slow");
    time.advance(Duration.ofMillis(1));
    assertThat(turns).containsExactly("usual", "slow", "next");
    slow.committed();
    assertThat(stats().conflictTurns()).isEqualTo(3);
  }

  /** Its timers are set before turns are called, which may take their time. */
  @Test
  void turnThatTakesLong_keepsNoTimerWaiting() {
    LanePass a = lost("a");
    LanePass b = lane.pass();
    b.await(
        PATIENCE,
        () -> {
          turns.add("b");
          time.advance(Duration.ofSeconds(1)); // as long as it keeps its place
          turns.add("b has begun");
        });
    lost("c");
    time.advance(TRIP);
    a.committed();
    assertThat(turns).containsExactly("a", "b", "c", "b has begun");
  }

  /** The next conflict may come hours later, from another row. */
  @Test
  void lossesInARow_areForgotten_whenTheLaneIsEmpty() {
    LanePass a = lost("a");
    for (int i = 0; i < 2; i++) {
      time.advance(TRIP);
      lostAgain(a, "a");
    }
    a.leave();
    LanePass b = lost("b");
    time.advance(TRIP);
    lostAgain(b, "b again");
    assertThat(turns).as("no pause").endsWith("b", "b again");
  }

  @Test
  void laneWithoutAWait_setsNoTimer() {
    for (int i = 0; i < 10; i++) {
      lost("a").committed();
    }
    assertThat(time.pending()).isZero();
  }

  @Test
  void deadline_endsTheWait_andLeavesNoPlaceBehind() {
    LanePass a = lost("a");
    LanePass late = lane.pass();
    late.await(Duration.ofMillis(100), () -> turns.add("late"));
    lost("c");
    time.advance(Duration.ofMillis(99));
    assertThat(turns).containsExactly("a");
    time.advance(Duration.ofMillis(1));
    assertThat(turns).containsExactly("a", "late");
    assertThat(stats().conflictWaiting()).isEqualTo(1);
    assertThat(stats().conflictTurns()).as("was not its turn").isEqualTo(1);
    a.committed();
    assertThat(turns).containsExactly("a", "late", "c");
  }

  @Test
  void whoLeaves_getsNoTurn_andHoldsUpNobody() {
    LanePass a = lost("a");
    LanePass b = lost("b");
    lost("c");
    b.leave();
    b.leave();
    a.leave();
    assertThat(turns).containsExactly("a", "c");
    time.advance(PATIENCE);
    assertThat(turns).containsExactly("a", "c");
  }

  @Test
  void closing_givesEverybodyHisTurn() {
    lost("a");
    lost("b");
    lost("c");
    lane.close();
    assertThat(turns).containsExactly("a", "b", "c");
    lost("d");
    assertThat(turns).endsWith("d");
  }

  @Test
  void listener_hearsHowLongTheyWaited() {
    LanePass a = lost("a");
    lost("b");
    time.advance(TRIP);
    a.committed();
    assertThat(told).containsExactly(Duration.ZERO, TRIP);
  }

  @Test
  void withoutConflicts_thereIsNothingToSee() {
    assertThat(stats()).isEqualTo(PoolStats.builder().build());
    assertThat(time.pending()).isZero();
    assertThat(lane.isUntouched()).isTrue();
    lost("a").leave();
    assertThat(lane.isUntouched()).isFalse();
  }

  @Test
  void thousandsThatEndInTheirTurn_doNotOverflowTheStack() {
    LanePass first = lost("first");
    for (int i = 0; i < 20_000; i++) {
      LanePass pass = lane.pass();
      pass.await(PATIENCE, pass::leave);
    }
    first.leave();
    assertThat(stats().conflictWaiting()).isZero();
    assertThat(stats().conflictTurns()).isEqualTo(20_001);
  }
}
