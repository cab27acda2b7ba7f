package io.github.dsqljava.local.occ;

import static io.github.dsqljava.local.occ.RowStrength.KEY_SHARE;
import static io.github.dsqljava.local.occ.RowStrength.NO_KEY_UPDATE;
import static io.github.dsqljava.local.occ.RowStrength.UPDATE;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.dsqljava.local.occ.CommitHistory.Snapshot;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CommitHistoryTest {
  private static final RowId[] ROWS = {new RowId(1, "(0,1)"), new RowId(1, "(0,2)")};

  /** The table of the User Guide, written down cell by cell. */
  @ParameterizedTest
  @CsvSource({
    "UPDATE,UPDATE,true",
    "UPDATE,NO_KEY_UPDATE,true",
    "UPDATE,KEY_SHARE,true",
    "NO_KEY_UPDATE,UPDATE,true",
    "NO_KEY_UPDATE,NO_KEY_UPDATE,true",
    "NO_KEY_UPDATE,KEY_SHARE,false",
    "KEY_SHARE,UPDATE,true",
    "KEY_SHARE,NO_KEY_UPDATE,false",
    "KEY_SHARE,KEY_SHARE,false"
  })
  void strengths_conflictAsDocumented(RowStrength one, RowStrength other, boolean expected) {
    assertThat(one.conflictsWith(other)).isEqualTo(expected);
  }

  @Test
  void secondCommitter_loses_andALaterTransactionDoesNot() {
    CommitHistory history = new CommitHistory();
    Snapshot first = history.open();
    Snapshot second = history.open();
    history.confirm(history.commit(second, Map.of(ROWS[0], UPDATE)).orElseThrow());
    assertThat(history.isBehind(first)).isTrue();
    Snapshot third = history.open();
    assertThat(history.isBehind(third)).isFalse();
    assertThat(history.commit(first, Map.of(ROWS[0], KEY_SHARE))).isEmpty();
    history.confirm(history.commit(third, Map.of(ROWS[0], UPDATE)).orElseThrow());
    assertThat(history.size()).as("nobody is open").isZero();
  }

  @Test
  void pendingCommit_isConcurrentWithWhoeverBeginsMeanwhile_unlessItIsWithdrawn() {
    CommitHistory history = new CommitHistory();
    CommitHistory.Commit pending =
        history.commit(history.open(), Map.of(ROWS[0], UPDATE)).orElseThrow();
    Snapshot meanwhile = history.open();
    Snapshot another = history.open();
    assertThat(history.commit(another, Map.of(ROWS[0], UPDATE))).isEmpty();
    history.withdraw(pending);
    assertThat(history.isBehind(meanwhile)).isFalse();
    CommitHistory.Commit second =
        history.commit(history.open(), Map.of(ROWS[0], UPDATE)).orElseThrow();
    history.confirm(second);
    assertThat(history.commit(meanwhile, Map.of(ROWS[0], UPDATE))).isEmpty();
    assertThat(history.size()).isZero();
  }

  /**
   * All interleavings of three transactions (begin, end), times all they can do to two rows, times
   * commit or rollback: 90 orders of the six steps, 4 x 4 footprints each, 2 endings each.
   */
  @Test
  void allInterleavingsOfThreeTransactions_endAsInTheModel() {
    List<Map<RowId, RowStrength>> footprints = footprints();
    List<int[]> orders = new ArrayList<>();
    interleave(new int[6], 0, new int[3], orders);
    assertThat(orders).hasSize(90);
    long histories = 0;
    for (int[] order : orders) {
      for (Map<RowId, RowStrength> a : footprints) {
        for (Map<RowId, RowStrength> b : footprints) {
          for (Map<RowId, RowStrength> c : footprints) {
            for (int endings = 0; endings < 8; endings++) {
              check(order, List.of(a, b, c), endings);
              histories++;
            }
          }
        }
      }
    }
    assertThat(histories).isEqualTo(90L * 16 * 16 * 16 * 8);
  }

  @Test
  void randomHistories_endAsInTheModel() {
    long seed = System.nanoTime();
    System.out.println("CommitHistoryTest seed " + seed);
    Random random = new Random(seed);
    List<Map<RowId, RowStrength>> footprints = footprints();
    for (int i = 0; i < 20_000; i++) {
      int transactions = 2 + random.nextInt(6);
      List<Integer> steps = new ArrayList<>();
      for (int t = 0; t < transactions; t++) {
        steps.add(t);
        steps.add(t);
      }
      Collections.shuffle(steps, random);
      List<Map<RowId, RowStrength>> chosen = new ArrayList<>();
      for (int t = 0; t < transactions; t++) {
        chosen.add(footprints.get(random.nextInt(footprints.size())));
      }
      check(steps.stream().mapToInt(x -> x).toArray(), chosen, random.nextInt(1 << transactions));
    }
  }

  private static List<Map<RowId, RowStrength>> footprints() {
    RowStrength[] choices = {null, KEY_SHARE, NO_KEY_UPDATE, UPDATE};
    List<Map<RowId, RowStrength>> all = new ArrayList<>();
    for (RowStrength first : choices) {
      for (RowStrength second : choices) {
        Map<RowId, RowStrength> footprint = new HashMap<>();
        if (first != null) {
          footprint.put(ROWS[0], first);
        }
        if (second != null) {
          footprint.put(ROWS[1], second);
        }
        all.add(footprint);
      }
    }
    return all;
  }

  private static void interleave(int[] order, int length, int[] seen, List<int[]> orders) {
    if (length == order.length) {
      orders.add(order.clone());
      return;
    }
    for (int t = 0; t < seen.length; t++) {
      if (seen[t] < 2) {
        seen[t]++;
        order[length] = t;
        interleave(order, length + 1, seen, orders);
        seen[t]--;
      }
    }
  }

  /** Each transaction occurs twice in the order: where it begins and where it ends. */
  private static void check(int[] order, List<Map<RowId, RowStrength>> footprints, int endings) {
    CommitHistory history = new CommitHistory();
    Snapshot[] snapshots = new Snapshot[footprints.size()];
    int[] begun = new int[footprints.size()];
    int[] committed = new int[footprints.size()];
    for (int time = 0; time < order.length; time++) {
      int t = order[time];
      if (snapshots[t] == null) {
        snapshots[t] = history.open();
        begun[t] = time;
        continue;
      }
      if ((endings & (1 << t)) == 0) {
        history.close(snapshots[t]);
        continue;
      }
      // The model: whoever committed between my begin and now, and touched what I touched.
      boolean expected = true;
      for (int other = 0; other < committed.length; other++) {
        if (committed[other] > begun[t]) {
          for (RowId row : ROWS) {
            expected &= !excludes(footprints.get(t).get(row), footprints.get(other).get(row));
          }
        }
      }
      Optional<CommitHistory.Commit> commit = history.commit(snapshots[t], footprints.get(t));
      if (commit.isPresent() != expected) {
        throw new AssertionError(
            "expected "
                + expected
                + Arrays.toString(order)
                + footprints
                + Integer.toBinaryString(endings));
      }
      commit.ifPresent(history::confirm);
      if (expected) {
        committed[t] = time;
      }
    }
    if (history.size() != 0) {
      throw new AssertionError("remembered although nobody is open: " + history.size());
    }
  }

  private static boolean excludes(RowStrength one, RowStrength other) {
    if (one == null || other == null) {
      return false;
    }
    if (one == UPDATE || other == UPDATE) {
      return true;
    }
    return one == NO_KEY_UPDATE && other == NO_KEY_UPDATE;
  }
}
