package io.github.dsqljava.benchmarks.report;

import static java.nio.charset.StandardCharsets.UTF_8;

import de.erichseifert.vectorgraphics2d.VectorGraphics2D;
import de.erichseifert.vectorgraphics2d.svg.SVGProcessor;
import de.erichseifert.vectorgraphics2d.util.PageSize;
import java.awt.Color;
import java.awt.Font;
import java.awt.Rectangle;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import org.jfree.chart.JFreeChart;
import org.jfree.chart.block.BlockBorder;
import org.jfree.chart.ui.RectangleEdge;

/** The common style of all plots, and their output as files. */
public final class Drawing {
  /** The font of all texts. */
  public static final Font FONT = new Font(Font.SANS_SERIF, Font.PLAIN, 12);

  /** Colours that colour-blind readers can tell apart, too (the palette of Okabe and Ito). */
  public static final List<Color> COLORS =
      List.of(
          new Color(0x0072B2),
          new Color(0xE69F00),
          new Color(0x999999),
          new Color(0x009E73),
          new Color(0xD55E00),
          new Color(0xCC79A7),
          new Color(0x56B4E9));

  private static final int WIDTH = 900;
  private static final int HEIGHT = 420;
  private static final Pattern MACHINE_FONT = Pattern.compile("font-family:&quot;[^&]*&quot;");

  private Drawing() {}

  /** Sets a white background, the fonts, and the legend at the right. */
  public static void style(JFreeChart chart) {
    chart.setBackgroundPaint(Color.WHITE);
    chart.getTitle().setFont(FONT.deriveFont(Font.BOLD, 15));
    chart.getLegend().setPosition(RectangleEdge.RIGHT);
    chart.getLegend().setItemFont(FONT);
    chart.getLegend().setFrame(BlockBorder.NONE);
  }

  /** Writes a plot as SVG. */
  public static void write(JFreeChart chart, Path file) throws IOException {
    VectorGraphics2D graphics = new VectorGraphics2D();
    chart.draw(graphics, new Rectangle(WIDTH, HEIGHT));
    ByteArrayOutputStream svg = new ByteArrayOutputStream();
    new SVGProcessor()
        .getDocument(graphics.getCommands(), new PageSize(WIDTH, HEIGHT))
        .writeTo(svg);
    // Replaces the font of this machine, which the reader's may not have.
    Files.writeString(
        file, MACHINE_FONT.matcher(svg.toString(UTF_8)).replaceAll("font-family:sans-serif"));
  }
}
