package io.github.dsqljava.benchmarks.result;

import java.util.stream.Stream;

/**
 * What comes first in a fresh JVM, in nanoseconds since the first line of the program.
 *
 * @param pool a pool with one open connection
 * @param firstRow the answer to a first statement
 * @param second how long the same takes once more
 * @param classes how many classes were loaded by then
 */
public record ColdResult(long pool, long firstRow, long second, long classes) {
  private static final String SEPARATOR = " ";

  /** One line, for another process. */
  public String toLine() {
    return pool + SEPARATOR + firstRow + SEPARATOR + second + SEPARATOR + classes;
  }

  /** Reads what {@link #toLine()} wrote. */
  public static ColdResult ofLine(String line) {
    long[] parts = Stream.of(line.split(SEPARATOR, -1)).mapToLong(Long::parseLong).toArray();
    return new ColdResult(parts[0], parts[1], parts[2], parts[3]);
  }
}
