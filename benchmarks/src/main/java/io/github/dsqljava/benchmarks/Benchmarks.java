package io.github.dsqljava.benchmarks;

import io.github.dsqljava.benchmarks.report.Report;
import io.github.dsqljava.benchmarks.result.Results;
import io.github.dsqljava.benchmarks.run.BenchmarkRun;
import io.github.dsqljava.benchmarks.run.Options;
import java.io.IOException;
import java.nio.file.Path;

/** Runs the benchmarks and writes what they found. How: docs/benchmarks.md. */
public final class Benchmarks {
  private Benchmarks() {}

  /**
   * Runs.
   *
   * @param arguments see {@link Options#parse}
   */
  public static void main(String[] arguments) throws Exception {
    System.setProperty("java.awt.headless", "true");
    Options options = Options.parse(arguments);
    BenchmarkRun.run(options, results -> write(options, results));
    System.exit(0); // whatever threads a library has left
  }

  private static void write(Options options, Results results) throws IOException {
    Path table = Report.write(options.description(), results, options.output(), options.docs());
    System.out.println("Written: " + table);
  }
}
