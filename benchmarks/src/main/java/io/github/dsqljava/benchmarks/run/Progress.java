package io.github.dsqljava.benchmarks.run;

import io.github.dsqljava.benchmarks.load.LoadResult;
import io.github.dsqljava.benchmarks.result.Cell;
import io.github.dsqljava.benchmarks.result.Spread;
import java.util.List;
import java.util.Locale;

/** Tells who waits in front of the screen what has been measured. */
final class Progress {
  private Progress() {}

  static void say(String text) {
    System.out.println(text);
  }

  static void say(Cell cell, List<LoadResult> rounds) {
    Spread throughput = Spread.of(rounds, LoadResult::throughput);
    Spread median = Spread.of(rounds, round -> round.median() / 1e6);
    Spread p99 = Spread.of(rounds, round -> round.p99() / 1e6);
    say(
        String.format(
            Locale.ROOT,
            "%-20s %2d ms  %-62s %9.1f/s  median %8.2f ms  p99 %8.2f ms  %d rounds, %d done",
            cell.benchmark().id(),
            cell.roundTripMillis(),
            cell.contender().title(cell.benchmark()),
            throughput.median(),
            median.median(),
            p99.median(),
            rounds.size(),
            rounds.stream().mapToLong(LoadResult::total).sum()));
  }
}
