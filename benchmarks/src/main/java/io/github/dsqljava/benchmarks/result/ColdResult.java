package io.github.dsqljava.benchmarks.result;

import java.util.stream.Stream;

/**
 * The first results in a fresh JVM, in nanoseconds since the start of the program's main method.
 *
 * @param pool a pool with one open connection
 * @param firstRow the answer to a first statement
 * @param second the duration of the same statement when it runs again
 * @param classes the number of classes loaded by then
 */
public record ColdResult(long pool, long firstRow, long second, long classes) {
  private static final String SEPARATOR = " ";

  /** One line, for another process. */
  public String toLine() {
    return pool + SEPARATOR + firstRow + SEPARATOR + second + SEPARATOR + classes;
  }

  /** Reads a line of {@link #toLine()}. */
  public static ColdResult ofLine(String line) {
    long[] parts = Stream.of(line.split(SEPARATOR, -1)).mapToLong(Long::parseLong).toArray();
    return new ColdResult(parts[0], parts[1], parts[2], parts[3]);
  }
}
