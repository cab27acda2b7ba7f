package io.github.dsqljava.benchmarks.result;

/**
 * What comes first in a fresh JVM, in nanoseconds since the first line of the program.
 *
 * @param pool a pool with one open connection
 * @param firstRow the answer to a first statement
 * @param second how long the same takes once more
 */
public record ColdResult(long pool, long firstRow, long second) {
  private static final String SEPARATOR = " ";

  /** One line, for another process. */
  public String toLine() {
    return pool + SEPARATOR + firstRow + SEPARATOR + second;
  }

  /** Reads what {@link #toLine()} wrote. */
  public static ColdResult ofLine(String line) {
    String[] parts = line.split(SEPARATOR, -1);
    return new ColdResult(
        Long.parseLong(parts[0]), Long.parseLong(parts[1]), Long.parseLong(parts[2]));
  }
}
