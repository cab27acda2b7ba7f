package io.github.dsqljava.local.occ.differential;

import java.util.Random;

/** Random choices of one history, all from one seed. */
final class Dice {
  private static final int FIRST_FRESH = 1000;

  private final Random random;
  private final int favourite;
  private int fresh = FIRST_FRESH;

  Dice(long seed) {
    this.random = new Random(seed);
    this.favourite = random.nextInt(1 << 20);
  }

  /** From 0 to the limit less one. */
  int below(int limit) {
    return random.nextInt(limit);
  }

  /** More often than not the same number in a history, so that its transactions meet. */
  int between(int low, int high) {
    int range = high - low + 1;
    return low + (percent(60) ? favourite % range : random.nextInt(range));
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
