package io.github.dsqljava.benchmarks.report;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** A table in Markdown. Not safe to use from several threads. */
public final class MarkdownTable {
  private final StringBuilder text = new StringBuilder();
  private final int columns;

  /** The first column is of text, the others are of numbers unless they begin with a space. */
  public MarkdownTable(List<String> header) {
    columns = header.size();
    row(header.stream().map(String::strip).toList());
    List<String> alignment = new ArrayList<>();
    for (int i = 0; i < columns; i++) {
      alignment.add(i == 0 || header.get(i).startsWith(" ") ? "---" : "---:");
    }
    row(alignment);
  }

  public MarkdownTable row(String... cells) {
    return row(Arrays.asList(cells));
  }

  public MarkdownTable row(List<String> cells) {
    if (cells.size() != columns) {
      throw new IllegalArgumentException(cells + " do not fill " + columns + " columns");
    }
    text.append("| ").append(String.join(" | ", cells)).append(" |\n");
    return this;
  }

  @Override
  public String toString() {
    return text.toString();
  }
}
