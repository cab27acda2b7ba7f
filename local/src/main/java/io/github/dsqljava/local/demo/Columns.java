package io.github.dsqljava.local.demo;

import java.util.ArrayList;
import java.util.List;

/** Shows steps as text, the sessions side by side. */
final class Columns {
  /** Two columns and the bar between them in 100 characters. */
  static final int WIDTH = 48;

  private static final String BAR = " | ";

  private Columns() {}

  static List<String> head() {
    return List.of(
        pad("session A") + BAR + "session B", "-".repeat(WIDTH) + "-+-" + "-".repeat(WIDTH));
  }

  static List<String> of(List<Line> step) {
    List<String> text = new ArrayList<>();
    for (Line line : step) {
      if (line.kind() == Line.Kind.COMMENT) {
        text.add("");
        text.add("# " + line.text());
        continue;
      }
      String lead = line.kind() == Line.Kind.STATEMENT ? "> " : "  ";
      for (String part : wrap(line.text())) {
        text.add(
            (line.column() == 0 ? pad(lead + part) + BAR : pad("") + BAR + lead + part)
                .stripTrailing());
        lead = "  ";
      }
    }
    return text;
  }

  /** Breaks a text into lines that fit into a column. */
  static List<String> wrap(String text) {
    List<String> parts = new ArrayList<>();
    StringBuilder part = new StringBuilder();
    for (String word : text.split(" ")) {
      if (part.length() + 1 + word.length() > WIDTH - 2 && part.length() > 0) {
        parts.add(part.toString());
        part.setLength(0);
      }
      part.append(part.length() == 0 ? "" : " ").append(word);
    }
    parts.add(part.toString());
    return parts;
  }

  private static String pad(String text) {
    return text + " ".repeat(Math.max(0, WIDTH - text.length()));
  }
}
