package io.github.dsqljava.spi.pool;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Whatever its transactions do, a lane lets in who is next when there is a place, and nobody else.
 */
class LaneRandomWalkTest {

  private static final int SEEDS = 30;
  private static final int STEPS = 3_000;

  /** To see one that failed again, give its seed alone. */
  @ParameterizedTest
  @ValueSource(longs = {0, 1_000, 20_261_201})
  void walk_randomEvents_agreesWithTheModel(long firstSeed) {
    for (long seed = firstSeed; seed < firstSeed + SEEDS; seed++) {
      walk(seed);
    }
  }

  /** Another seed each time, which a failure tells. */
  @Test
  void walk_anySeed() {
    walk(System.nanoTime());
  }

  /** The walks come to where the lane is wide, and where it expires somebody. */
  @Test
  void walks_seeWhatThereIs() {
    int most = 0;
    int late = 0;
    int committed = 0;
    for (long seed = 0; seed < SEEDS; seed++) {
      LaneWalk walk = walk(seed);
      most = Math.max(most, walk.most);
      late += walk.late;
      committed += walk.committed;
    }
    assertThat(most).isGreaterThan(3);
    assertThat(late).isGreaterThan(100);
    assertThat(committed).isGreaterThan(1_000);
  }

  private static LaneWalk walk(long seed) {
    LaneWalk walk = new LaneWalk(seed);
    int step = 0;
    try {
      while (step < STEPS) {
        walk.step();
        step++;
      }
      walk.finish();
      return walk;
    } catch (RuntimeException | Error e) {
      throw new AssertionError("seed " + seed + ", step " + step + ": " + walk.lately(), e);
    }
  }
}
