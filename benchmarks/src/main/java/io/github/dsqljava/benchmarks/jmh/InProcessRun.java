package io.github.dsqljava.benchmarks.jmh;

import io.github.dsqljava.benchmarks.result.InProcessScore;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.Options;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;

/** Runs the benchmarks of this package, each in JVMs of its own. */
public final class InProcessRun {
  private static final int[] THREADS = {1, 2};

  private InProcessRun() {}

  /**
   * Runs them.
   *
   * @param forks JVMs, one after the other
   * @param iterations a second each, as many to warm up as to measure
   * @param log the file for JMH's output
   */
  public static List<InProcessScore> run(int forks, int iterations, Path log)
      throws RunnerException {
    List<InProcessScore> scores = new ArrayList<>();
    for (int threads : THREADS) {
      Path file = log.resolveSibling(threads + "-threads-" + log.getFileName());
      Options options =
          new OptionsBuilder()
              .include(WarmPoolBenchmark.class.getName())
              .include(TokenSigningBenchmark.class.getName())
              .threads(threads)
              .forks(forks)
              .warmupIterations(iterations)
              .warmupTime(TimeValue.seconds(1))
              .measurementIterations(iterations)
              .measurementTime(TimeValue.seconds(1))
              .output(file.toString())
              .build();
      for (RunResult run : new Runner(options).run()) {
        Result<?> result = run.getPrimaryResult();
        scores.add(
            new InProcessScore(
                run.getParams().getBenchmark().replaceAll(".*\\.(?=[^.]+\\.[^.]+$)", ""),
                threads,
                result.getScore(),
                result.getScoreError()));
      }
    }
    return scores;
  }
}
