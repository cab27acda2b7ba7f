package io.github.dsqljava.spi.pool;

import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** No order of events leaks a connection or a caller, or gives one connection to two. */
class PoolRandomWalkTest {

  private static final int SEEDS = 50;
  private static final int STEPS = 2_000;

  /** To see one that failed again, give its seed alone. */
  @ParameterizedTest
  @ValueSource(longs = {0, 1_000, 2_000, 20_261_122})
  void walk_randomEvents_keepsWhatThePoolPromises(long firstSeed) {
    for (long seed = firstSeed; seed < firstSeed + SEEDS; seed++) {
      walk(seed);
    }
  }

  private static void walk(long seed) {
    try (CapturedLog quiet = new CapturedLog()) {
      RandomWalk walk = new RandomWalk(new Random(seed));
      int step = 0;
      try {
        while (step < STEPS) {
          walk.step();
          step++;
        }
        walk.finish();
      } catch (RuntimeException | Error e) {
        throw new AssertionError("seed " + seed + ", step " + step + ": " + walk.lately(), e);
      }
    }
  }
}
