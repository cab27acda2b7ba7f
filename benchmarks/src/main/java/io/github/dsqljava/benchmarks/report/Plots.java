package io.github.dsqljava.benchmarks.report;

import io.github.dsqljava.benchmarks.load.LoadResult;
import io.github.dsqljava.benchmarks.peer.BenchmarkCase;
import io.github.dsqljava.benchmarks.result.Cell;
import io.github.dsqljava.benchmarks.result.Results;
import io.github.dsqljava.benchmarks.result.Spread;
import java.awt.Color;
import java.io.IOException;
import java.nio.file.Path;
import java.util.function.Function;
import org.jfree.chart.ChartFactory;
import org.jfree.chart.JFreeChart;
import org.jfree.chart.plot.CategoryPlot;
import org.jfree.chart.renderer.category.StandardBarPainter;
import org.jfree.chart.renderer.category.StatisticalBarRenderer;
import org.jfree.data.statistics.DefaultStatisticalCategoryDataset;

/**
 * A plot for each case: groups of bars by round trip, a bar for each contender, with half of the
 * distance between the quartiles above and below.
 */
final class Plots {
  private final Results results;
  private final Path directory;
  private final String suffix;

  Plots(Results results, Path directory, String suffix) {
    this.results = results;
    this.directory = directory;
    this.suffix = suffix;
  }

  void write() throws IOException {
    for (BenchmarkCase benchmark : BenchmarkCase.values()) {
      if (results.cells(benchmark).isEmpty()) {
        continue;
      }
      switch (benchmark) {
        case CONNECT ->
            write(
                benchmark,
                "",
                "median in ms, less is better",
                cell -> Spread.of(results.rounds(cell), round -> round.median() / 1e6));
        case HOT_ROW -> {
          write(
              benchmark,
              "",
              "commits a second, more is better",
              cell -> Spread.of(results.rounds(cell), LoadResult::throughput));
          write(
              benchmark,
              "-p99",
              "p99 until done in ms, less is better",
              cell -> Spread.of(results.rounds(cell), round -> round.p99() / 1e6));
        }
        default ->
            write(benchmark, "", "throughput, dsql-java = 1, more is better", this::relative);
      }
    }
  }

  /** Executions a second as a multiple of ours. */
  private Spread relative(Cell cell) {
    double ours = Spread.of(results.rounds(results.ours(cell)), LoadResult::throughput).median();
    return Spread.of(results.rounds(cell), round -> round.throughput() / ours);
  }

  private void write(
      BenchmarkCase benchmark, String part, String unit, Function<Cell, Spread> figure)
      throws IOException {
    DefaultStatisticalCategoryDataset bars = new DefaultStatisticalCategoryDataset();
    for (Cell cell : results.cells(benchmark)) {
      Spread spread = figure.apply(cell);
      bars.add(
          spread.median(),
          (spread.upperQuartile() - spread.lowerQuartile()) / 2,
          cell.contender().title(benchmark),
          cell.roundTripMillis() + " ms");
    }
    JFreeChart chart =
        ChartFactory.createBarChart(
            benchmark.title() + ": " + unit, "added round trip", /* valueAxisLabel= */ null, bars);
    style(chart);
    Drawing.write(chart, directory.resolve(benchmark.id() + part + suffix + ".svg"));
  }

  private static void style(JFreeChart chart) {
    Drawing.style(chart);
    CategoryPlot plot = chart.getCategoryPlot();
    plot.setBackgroundPaint(Color.WHITE);
    plot.setRangeGridlinePaint(Color.LIGHT_GRAY);
    plot.setOutlineVisible(false);
    plot.getDomainAxis().setTickLabelFont(Drawing.FONT);
    plot.getDomainAxis().setLabelFont(Drawing.FONT);
    plot.getRangeAxis().setTickLabelFont(Drawing.FONT);
    StatisticalBarRenderer renderer = new StatisticalBarRenderer();
    renderer.setBarPainter(new StandardBarPainter());
    renderer.setShadowVisible(false);
    renderer.setItemMargin(0.05);
    renderer.setErrorIndicatorPaint(Color.DARK_GRAY);
    for (int series = 0; series < Drawing.COLORS.size(); series++) {
      renderer.setSeriesPaint(series, Drawing.COLORS.get(series));
    }
    plot.setRenderer(renderer);
  }
}
