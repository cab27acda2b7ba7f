package io.github.dsqljava.benchmarks.report;

import io.github.dsqljava.benchmarks.load.LoadResult;
import io.github.dsqljava.benchmarks.peer.BenchmarkCase;
import io.github.dsqljava.benchmarks.result.Spread;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;

/** The ratio of this project's result to a peer's: above 1 it is ahead, below 1 behind. */
record Ratio(Spread spread) {

  /**
   * Compares the rounds of both pair by pair, because the n-th rounds ran soon after one another.
   * Compares executions a second, or the time to the first row in the case that connects.
   */
  static Ratio of(BenchmarkCase benchmark, List<LoadResult> ours, List<LoadResult> peers) {
    return new Ratio(
        Spread.of(
            IntStream.range(0, Math.min(ours.size(), peers.size()))
                .mapToDouble(i -> ratio(benchmark, ours.get(i), peers.get(i)))
                .toArray()));
  }

  private static double ratio(BenchmarkCase benchmark, LoadResult ours, LoadResult peer) {
    return benchmark == BenchmarkCase.CONNECT
        ? (double) peer.median() / ours.median()
        : ours.throughput() / peer.throughput();
  }

  /** The median, and the smallest and largest; in bold if behind in each round. */
  String detailed() {
    return mark(
        String.format(
            Locale.ROOT, "%.2f [%.2f, %.2f]", spread.median(), spread.min(), spread.max()));
  }

  /** The median; in bold if behind in each round. */
  String brief() {
    return mark(String.format(Locale.ROOT, "%.2f", spread.median()));
  }

  private String mark(String text) {
    return spread.max() < 1 ? "**" + text + "**" : text;
  }
}
