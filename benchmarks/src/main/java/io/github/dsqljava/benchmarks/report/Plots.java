package io.github.dsqljava.benchmarks.report;

import static java.nio.charset.StandardCharsets.UTF_8;

import de.erichseifert.vectorgraphics2d.VectorGraphics2D;
import de.erichseifert.vectorgraphics2d.svg.SVGProcessor;
import de.erichseifert.vectorgraphics2d.util.PageSize;
import io.github.dsqljava.benchmarks.load.LoadResult;
import io.github.dsqljava.benchmarks.peer.BenchmarkCase;
import io.github.dsqljava.benchmarks.result.Cell;
import io.github.dsqljava.benchmarks.result.Results;
import io.github.dsqljava.benchmarks.result.Spread;
import java.awt.Color;
import java.awt.Font;
import java.awt.Rectangle;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.jfree.chart.ChartFactory;
import org.jfree.chart.JFreeChart;
import org.jfree.chart.block.BlockBorder;
import org.jfree.chart.plot.CategoryPlot;
import org.jfree.chart.renderer.category.StandardBarPainter;
import org.jfree.chart.renderer.category.StatisticalBarRenderer;
import org.jfree.chart.ui.RectangleEdge;
import org.jfree.data.statistics.DefaultStatisticalCategoryDataset;

/**
 * A plot for each case: groups of bars by round trip, a bar for each contender, with half of the
 * distance between the quartiles above and below.
 */
final class Plots {
  private static final int WIDTH = 900;
  private static final int HEIGHT = 420;
  private static final Font FONT = new Font(Font.SANS_SERIF, Font.PLAIN, 12);

  /** Told apart by people who do not see all colours as well (the palette of Okabe and Ito). */
  private static final Color[] COLORS = {
    new Color(0x0072B2),
    new Color(0xE69F00),
    new Color(0x999999),
    new Color(0x009E73),
    new Color(0xD55E00),
    new Color(0xCC79A7),
    new Color(0x56B4E9)
  };

  private static final Pattern MACHINE_FONT = Pattern.compile("font-family:&quot;[^&]*&quot;");

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
    Path file = directory.resolve(benchmark.id() + part + suffix + ".svg");
    VectorGraphics2D graphics = new VectorGraphics2D();
    chart.draw(graphics, new Rectangle(WIDTH, HEIGHT));
    ByteArrayOutputStream svg = new ByteArrayOutputStream();
    new SVGProcessor()
        .getDocument(graphics.getCommands(), new PageSize(WIDTH, HEIGHT))
        .writeTo(svg);
    // The font of the machine it is drawn on is not that of the reader's.
    Files.writeString(
        file, MACHINE_FONT.matcher(svg.toString(UTF_8)).replaceAll("font-family:sans-serif"));
  }

  private static void style(JFreeChart chart) {
    chart.setBackgroundPaint(Color.WHITE);
    chart.getTitle().setFont(FONT.deriveFont(Font.BOLD, 15));
    chart.getLegend().setPosition(RectangleEdge.RIGHT);
    chart.getLegend().setItemFont(FONT);
    chart.getLegend().setFrame(BlockBorder.NONE);
    CategoryPlot plot = chart.getCategoryPlot();
    plot.setBackgroundPaint(Color.WHITE);
    plot.setRangeGridlinePaint(Color.LIGHT_GRAY);
    plot.setOutlineVisible(false);
    plot.getDomainAxis().setTickLabelFont(FONT);
    plot.getDomainAxis().setLabelFont(FONT);
    plot.getRangeAxis().setTickLabelFont(FONT);
    StatisticalBarRenderer renderer = new StatisticalBarRenderer();
    renderer.setBarPainter(new StandardBarPainter());
    renderer.setShadowVisible(false);
    renderer.setItemMargin(0.05);
    renderer.setErrorIndicatorPaint(Color.DARK_GRAY);
    for (int series = 0; series < COLORS.length; series++) {
      renderer.setSeriesPaint(series, COLORS[series]);
    }
    plot.setRenderer(renderer);
  }
}
