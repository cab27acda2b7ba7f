package io.github.dsqljava.local.demo;

import java.util.List;
import java.util.Locale;

/**
 * Shows steps as an animated SVG, one after the other. Readers who prefer reduced motion see all of
 * them at once.
 */
final class Picture {
  private static final int LINE = 20;
  private static final int LEFT = 24;
  private static final int RIGHT = 496;
  private static final int WIDTH = 960;
  private static final double SECONDS_FOR_A_STEP = 1.6;

  private final StringBuilder body = new StringBuilder();
  private int y = 56;
  private int steps;

  void add(List<Line> step) {
    body.append(
        String.format(
            Locale.ROOT,
            "  <g class=\"step\" style=\"animation-delay:%.1fs\">%n",
            steps++ * SECONDS_FOR_A_STEP));
    for (Line line : step) {
      boolean comment = line.kind() == Line.Kind.COMMENT;
      y += comment ? LINE / 2 : 0;
      String lead = line.kind() == Line.Kind.STATEMENT ? "> " : comment ? "" : "  ";
      List<String> parts = comment ? List.of(line.text()) : Columns.wrap(line.text());
      for (String part : parts) {
        y += LINE;
        body.append(
            String.format(
                Locale.ROOT,
                "    <text class=\"%s\" x=\"%d\" y=\"%d\">%s</text>%n",
                line.kind().name().toLowerCase(Locale.ROOT),
                line.column() == 0 ? LEFT : RIGHT,
                y,
                escaped(lead + part)));
        lead = "  ";
      }
    }
    body.append("  </g>\n");
  }

  private static String escaped(String text) {
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
  }

  /** Returns the whole file. */
  String svg() {
    int height = y + LINE;
    return """
        <svg xmlns="http://www.w3.org/2000/svg" width="%1$d" height="%2$d" viewBox="0 0 %1$d %2$d" role="img">
          <title>Two sessions of dsql-local change one row: the first to commit wins, the second hears OC000 and runs again</title>
          <style>
            text { font: 14px ui-monospace, Menlo, Consolas, monospace; white-space: pre; fill: #24292f }
            .head { font-weight: bold }
            .answer { fill: #1a7f37 }
            .error { fill: #cf222e; font-weight: bold }
            .comment { fill: #0969da; font-family: system-ui, sans-serif }
            .step { opacity: 0; animation: show 0.01s linear forwards }
            @keyframes show { to { opacity: 1 } }
            @media (prefers-reduced-motion: reduce) { .step { animation: none; opacity: 1 } }
          </style>
          <rect width="%1$d" height="%2$d" rx="8" fill="#f6f8fa" stroke="#d0d7de"/>
          <text class="head" x="%3$d" y="36">session A</text>
          <text class="head" x="%4$d" y="36">session B</text>
        %5$s</svg>
        """
        .formatted(WIDTH, height, LEFT, RIGHT, body);
  }
}
