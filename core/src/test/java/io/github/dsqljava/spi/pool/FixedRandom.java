package io.github.dsqljava.spi.pool;

import java.util.random.RandomGenerator;

/** Draws always the same share of what is allowed: 0 the least, 1 the most. */
record FixedRandom(double share) implements RandomGenerator {

  @Override
  public long nextLong() {
    throw new UnsupportedOperationException("only bounded numbers are drawn");
  }

  @Override
  public long nextLong(long bound) {
    return (long) (share * (bound - 1));
  }
}
