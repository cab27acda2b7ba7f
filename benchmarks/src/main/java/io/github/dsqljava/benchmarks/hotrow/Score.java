package io.github.dsqljava.benchmarks.hotrow;

import java.util.Arrays;

/**
 * The result for the clients of the hot row and for the bystanders.
 *
 * @param commits a second
 * @param share of the bound
 * @param attempts for each commit
 * @param givenUp share of the calls
 * @param p50 milliseconds of the calls that committed
 * @param p99 the same
 * @param max the same
 * @param bystanderP50 milliseconds of their calls
 * @param bystanderP99 the same
 */
record Score(
    double commits,
    double share,
    double attempts,
    double givenUp,
    double p50,
    double p99,
    double max,
    double bystanderP50,
    double bystanderP99) {

  static double percentile(long[] sorted, double share) {
    return sorted.length == 0
        ? Double.NaN
        : sorted[(int) Math.min(sorted.length - 1, Math.floor(share * sorted.length))] / 1e6;
  }

  static long[] sorted(java.util.List<Long> times) {
    long[] values = times.stream().mapToLong(Long::longValue).toArray();
    Arrays.sort(values);
    return values;
  }
}
