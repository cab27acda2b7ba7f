package io.github.dsqljava.local.occ.differential;

import java.util.Random;

/** Random choices of one history, all from one seed. */
final class Dice {
  private static final int FIRST_FRESH = 1000;

  private final Random random;
  private int fresh = FIRST_FRESH;

  Dice(long seed) {
    this.random = new Random(seed);
  }

  /** From 0 to the limit less one. */
  int below(int limit) {
    return random.nextInt(limit);
  }

  int between(int low, int high) {
    return low + random.nextInt(high - low + 1);
  }

  boolean percent(int chance) {
    return random.nextInt(100) < chance;
  }

  /** A number that nothing else in this history has. */
  int fresh() {
    return ++fresh;
  }

  @SafeVarargs
  final <T> T pick(T... some) {
    return some[random.nextInt(some.length)];
  }
}
