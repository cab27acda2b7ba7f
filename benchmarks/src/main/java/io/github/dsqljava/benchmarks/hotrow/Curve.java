package io.github.dsqljava.benchmarks.hotrow;

import io.github.dsqljava.benchmarks.report.Drawing;
import java.awt.Color;
import java.io.IOException;
import java.nio.file.Path;
import java.text.NumberFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jfree.chart.JFreeChart;
import org.jfree.chart.axis.LogAxis;
import org.jfree.chart.axis.NumberAxis;
import org.jfree.chart.axis.NumberTickUnit;
import org.jfree.chart.plot.XYPlot;
import org.jfree.chart.renderer.xy.XYLineAndShapeRenderer;
import org.jfree.data.xy.XYSeries;
import org.jfree.data.xy.XYSeriesCollection;

/**
 * Goodput over attempts for a commit: a line for each manner, a point for each count of clients.
 */
final class Curve {

  private Curve() {}

  static void write(Map<Manner, List<Score>> scores, String title, Path file) throws IOException {
    XYSeriesCollection lines = new XYSeriesCollection();
    scores.forEach(
        (manner, points) -> {
          XYSeries line = new XYSeries(manner.title(), /* autoSort= */ false);
          points.forEach(point -> line.add(point.attempts(), point.share() * 100));
          lines.addSeries(line);
        });
    LogAxis attempts = new LogAxis("attempts for a commit (logarithmic)");
    attempts.setBase(2);
    attempts.setRange(0.9, 40);
    attempts.setTickUnit(new NumberTickUnit(1)); // in powers of the base
    attempts.setNumberFormatOverride(NumberFormat.getIntegerInstance(Locale.ROOT));
    NumberAxis goodput = new NumberAxis(); // a label on its side would be drawn letter by letter
    goodput.setRange(0, 105);
    goodput.setTickUnit(new NumberTickUnit(20));
    attempts.setTickLabelFont(Drawing.FONT);
    attempts.setLabelFont(Drawing.FONT);
    goodput.setTickLabelFont(Drawing.FONT);
    XYLineAndShapeRenderer renderer = new XYLineAndShapeRenderer();
    for (int i = 0; i < lines.getSeriesCount(); i++) {
      renderer.setSeriesPaint(i, Drawing.COLORS.get(i % Drawing.COLORS.size()));
    }
    XYPlot plot = new XYPlot(lines, attempts, goodput, renderer);
    plot.setBackgroundPaint(Color.WHITE);
    plot.setDomainGridlinePaint(Color.LIGHT_GRAY);
    plot.setRangeGridlinePaint(Color.LIGHT_GRAY);
    plot.setOutlineVisible(false);
    JFreeChart chart = new JFreeChart(title, plot);
    Drawing.style(chart);
    Drawing.write(chart, file);
  }
}
