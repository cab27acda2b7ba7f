package io.github.dsqljava.benchmarks.load;

import java.util.Arrays;

/**
 * The measurements of one round. All times are in nanoseconds.
 *
 * @param done executions that finished their work within the measured time
 * @param elapsed the measured time
 * @param median of the time from the first try of a piece of work to its end
 * @param p99 of the same times
 * @param max of the same times
 * @param cpu processor time of the client's whole process
 * @param gaveUp executions that gave up
 * @param callP99 99th percentile of single executions, including those that gave up
 * @param attempts transactions begun; 0 where they are not counted
 * @param total executions that finished their work, including those before and after the measured
 *     time
 */
public record LoadResult(
    long done,
    long elapsed,
    long median,
    long p99,
    long max,
    long cpu,
    long gaveUp,
    long callP99,
    long attempts,
    long total) {

  private static final String SEPARATOR = " ";

  /** Executions a second. */
  public double throughput() {
    return done * 1e9 / elapsed;
  }

  /** Processor time of the client for each execution, in nanoseconds. */
  public double cpuPerExecution() {
    return done == 0 ? Double.NaN : (double) cpu / done;
  }

  /** One line, for another process. */
  public String toLine() {
    long[] values = {done, elapsed, median, p99, max, cpu, gaveUp, callP99, attempts, total};
    return String.join(SEPARATOR, Arrays.stream(values).mapToObj(Long::toString).toList());
  }

  /** Reads a line of {@link #toLine()}. */
  public static LoadResult ofLine(String line) {
    long[] values = Arrays.stream(line.split(SEPARATOR, -1)).mapToLong(Long::parseLong).toArray();
    return new LoadResult(
        values[0], values[1], values[2], values[3], values[4], values[5], values[6], values[7],
        values[8], values[9]);
  }
}
