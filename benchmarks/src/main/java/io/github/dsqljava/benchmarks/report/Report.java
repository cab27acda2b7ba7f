package io.github.dsqljava.benchmarks.report;

import io.github.dsqljava.benchmarks.load.LoadResult;
import io.github.dsqljava.benchmarks.peer.BenchmarkCase;
import io.github.dsqljava.benchmarks.peer.PeerKind;
import io.github.dsqljava.benchmarks.result.Cell;
import io.github.dsqljava.benchmarks.result.InProcessScore;
import io.github.dsqljava.benchmarks.result.Results;
import io.github.dsqljava.benchmarks.result.Spread;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** Writes the results: Markdown, plots, and the figures of every round. */
public final class Report {
  private static final double MILLI = 1e6;

  private final List<String> description;
  private final Results results;
  private final String suffix = "-jdk" + Runtime.version().feature();
  private final StringBuilder text = new StringBuilder();

  private Report(List<String> description, Results results) {
    this.description = description;
    this.results = results;
  }

  /**
   * Writes all files into a directory, and the Markdown and the plots also into that for documents,
   * if there is one.
   *
   * @param description lines that describe the run
   * @return the table
   */
  public static Path write(
      List<String> description, Results results, Path output, Optional<Path> docs)
      throws IOException {
    Report report = new Report(description, results);
    report.compose();
    Path table = report.write(output);
    Files.writeString(output.resolve("rounds" + report.suffix + ".tsv"), report.rounds());
    return docs.isPresent() ? report.write(docs.get()) : table;
  }

  private Path write(Path directory) throws IOException {
    Files.createDirectories(directory);
    new Plots(results, directory, suffix).write();
    Path table = directory.resolve("results" + suffix + ".md");
    Files.writeString(table, text);
    return table;
  }

  private void compose() {
    text.append("# Results on JDK ").append(Runtime.version().feature()).append("\n\n");
    text.append(
        "Written by the benchmarks; how to read it: [benchmarks.md](../benchmarks.md).\n\n");
    Surroundings.lines().forEach(line -> text.append("- ").append(line).append('\n'));
    description.forEach(line -> text.append("- ").append(line).append('\n'));
    text.append("- ").append(results.machine().line()).append('\n');
    results
        .roundTrips()
        .forEach(
            (millis, nanos) ->
                text.append(
                    String.format(
                        Locale.ROOT,
                        "- `SELECT 1` on one connection %s: %.2f ms\n",
                        millis == Results.DIRECT
                            ? "without a relay"
                            : "through the relay of " + millis + " ms",
                        nanos / MILLI)));
    text.append("\n## Ratios\n\n");
    text.append("How many times better dsql-java is, by the medians of all rounds.\n\n");
    text.append(ratios());
    for (BenchmarkCase benchmark : BenchmarkCase.values()) {
      if (!results.cells(benchmark).isEmpty()) {
        section(benchmark);
      }
    }
    others();
  }

  private MarkdownTable ratios() {
    List<PeerKind> peers =
        results.load().keySet().stream()
            .map(cell -> cell.contender().peer())
            .filter(peer -> peer != PeerKind.DSQL_JAVA)
            .distinct()
            .sorted()
            .toList();
    List<String> header = new ArrayList<>(List.of("case", "round trip"));
    peers.forEach(peer -> header.add(peer.title()));
    MarkdownTable table = new MarkdownTable(header);
    for (BenchmarkCase benchmark : BenchmarkCase.values()) {
      if (benchmark == BenchmarkCase.HOT_ROW) {
        continue; // has a table of its own, by policy
      }
      List<Cell> cells = results.cells(benchmark);
      cells.stream()
          .map(Cell::roundTripMillis)
          .distinct()
          .forEach(
              millis -> {
                List<String> row = new ArrayList<>(List.of(benchmark.title(), millis + " ms"));
                peers.forEach(peer -> row.add(brief(cells, millis, peer)));
                table.row(row);
              });
    }
    return table;
  }

  private String brief(List<Cell> cells, int millis, PeerKind peer) {
    Optional<Cell> found =
        cells.stream()
            .filter(cell -> cell.roundTripMillis() == millis)
            .filter(cell -> cell.contender().peer() == peer)
            .findFirst();
    return found.map(cell -> ratio(cell).brief()).orElse("");
  }

  private Ratio ratio(Cell cell) {
    return Ratio.of(cell.benchmark(), results.rounds(results.ours(cell)), results.rounds(cell));
  }

  private void section(BenchmarkCase benchmark) {
    text.append("\n## ").append(benchmark.title()).append("\n\n");
    text.append(benchmark.callers()).append(" callers");
    if (benchmark.connections() > 0) {
      text.append(", ").append(benchmark.connections()).append(" connections");
    }
    text.append(".\n\n![").append(benchmark.title()).append("](");
    text.append(benchmark.id()).append(suffix).append(".svg)\n\n");
    text.append(benchmark == BenchmarkCase.HOT_ROW ? hotRow(benchmark) : load(benchmark));
  }

  private MarkdownTable load(BenchmarkCase benchmark) {
    MarkdownTable table =
        new MarkdownTable(
            List.of(
                "client",
                "round trip",
                "a second",
                "quartiles",
                "median ms",
                "p99 ms",
                "client's CPU, µs each",
                "dsql-java is better by"));
    for (Cell cell : results.cells(benchmark)) {
      List<LoadResult> rounds = results.rounds(cell);
      Spread rate = Spread.of(rounds, LoadResult::throughput);
      table.row(
          cell.contender().title(benchmark),
          cell.roundTripMillis() + " ms",
          number(rate.median()),
          number(rate.lowerQuartile()) + " to " + number(rate.upperQuartile()),
          millis(Spread.of(rounds, LoadResult::median).median()),
          millis(Spread.of(rounds, LoadResult::p99).median()),
          number(Spread.of(rounds, LoadResult::cpuPerExecution).median() / 1e3),
          cell.contender().isOurs() ? "" : ratio(cell).detailed());
    }
    return table;
  }

  private MarkdownTable hotRow(BenchmarkCase benchmark) {
    MarkdownTable table =
        new MarkdownTable(
            List.of(
                "client and policy",
                "round trip",
                "commits a second",
                "quartiles",
                "attempts per commit",
                "gave up, of 100 calls",
                "p99 of a call, ms",
                "median until done, ms",
                "p99 until done, ms",
                "dsql-java's default is better by"));
    for (Cell cell : results.cells(benchmark)) {
      List<LoadResult> rounds = results.rounds(cell);
      Spread rate = Spread.of(rounds, LoadResult::throughput);
      table.row(
          cell.contender().title(benchmark),
          cell.roundTripMillis() + " ms",
          number(rate.median()),
          number(rate.lowerQuartile()) + " to " + number(rate.upperQuartile()),
          format("%.1f", Spread.of(rounds, r -> (double) r.attempts() / r.done()).median()),
          format(
              "%.1f",
              Spread.of(rounds, r -> 100.0 * r.gaveUp() / (r.done() + r.gaveUp())).median()),
          number(Spread.of(rounds, LoadResult::callP99).median() / MILLI),
          number(Spread.of(rounds, LoadResult::median).median() / MILLI),
          number(Spread.of(rounds, LoadResult::p99).median() / MILLI),
          cell.contender().isOurs() ? "" : ratio(cell).detailed());
    }
    return table;
  }

  private void others() {
    if (!results.cold().isEmpty()) {
      text.append("\n## First use in a fresh JVM\n\nMilliseconds since the first line of the");
      text.append(" program, with a round trip of ").append(Results.COLD_ROUND_TRIP);
      text.append(" ms; median, smallest and largest.\n\n").append(cold());
    }
    if (!results.memory().isEmpty()) {
      text.append("\n## Memory of an idle pool of ").append(Results.MEMORY_CONNECTIONS);
      text.append(" connections\n\nOf the client's JVM, after garbage collection; medians.\n\n");
      text.append(memory());
    }
    if (!results.inProcess().isEmpty()) {
      text.append("\n## Without a network\n\nBy JMH: time of a call, and half of its 99.9 %");
      text.append(" confidence interval.\n\n").append(inProcess());
    }
  }

  private MarkdownTable cold() {
    MarkdownTable table =
        new MarkdownTable(
            List.of("client", "pool with a connection", "first row", "second statement", "starts"));
    results
        .cold()
        .forEach(
            (peer, starts) ->
                table.row(
                    peer.title(),
                    range(Spread.of(starts, start -> start.pool() / MILLI)),
                    range(Spread.of(starts, start -> start.firstRow() / MILLI)),
                    range(Spread.of(starts, start -> start.second() / MILLI)),
                    Integer.toString(starts.size())));
    return table;
  }

  private static String range(Spread spread) {
    return format("%.1f", spread.median())
        + " ["
        + format("%.1f", spread.min())
        + ", "
        + format("%.1f", spread.max())
        + "]";
  }

  private MarkdownTable memory() {
    MarkdownTable table =
        new MarkdownTable(
            List.of(
                "client",
                "heap with one connection, MiB",
                "heap more, MiB",
                "direct more, MiB",
                "heap per connection, KiB",
                "direct per connection, KiB"));
    results
        .memory()
        .forEach(
            (peer, runs) -> {
              double heap = Spread.of(runs, run -> run.moreHeap() / 1024.0).median();
              double direct = Spread.of(runs, run -> run.moreDirect() / 1024.0).median();
              table.row(
                  peer.title(),
                  format("%.1f", Spread.of(runs, run -> run.heap() / 1048576.0).median()),
                  format("%.1f", heap / 1024),
                  format("%.1f", direct / 1024),
                  format("%.1f", heap / Results.MEMORY_CONNECTIONS),
                  format("%.1f", direct / Results.MEMORY_CONNECTIONS));
            });
    return table;
  }

  private MarkdownTable inProcess() {
    MarkdownTable table = new MarkdownTable(List.of("what", "threads", "ns", "±"));
    for (InProcessScore score : results.inProcess()) {
      table.row(
          "`" + score.name() + "`",
          Integer.toString(score.threads()),
          number(score.nanos()),
          number(score.error()));
    }
    return table;
  }

  private String rounds() {
    StringBuilder lines =
        new StringBuilder(
            "case\tround trip ms\tpeer\tpolicy\tround\tdone\telapsed ns\tmedian ns\tp99 ns\tmax ns"
                + "\tcpu ns\tgave up\tp99 of a call ns\tattempts\ttotal\n");
    for (Map.Entry<Cell, List<LoadResult>> entry : results.load().entrySet()) {
      Cell cell = entry.getKey();
      int number = 0;
      for (LoadResult round : entry.getValue()) {
        lines
            .append(cell.benchmark().id())
            .append('\t')
            .append(cell.roundTripMillis())
            .append('\t')
            .append(cell.contender().peer().id())
            .append('\t')
            .append(cell.contender().policy().id())
            .append('\t')
            .append(++number)
            .append('\t')
            .append(round.toLine().replace(' ', '\t'))
            .append('\n');
      }
    }
    return lines.toString();
  }

  private static String millis(double nanos) {
    return format("%.2f", nanos / MILLI);
  }

  private static String number(double value) {
    return format(value < 100 ? "%.1f" : "%,.0f", value);
  }

  private static String format(String format, double value) {
    return Double.isNaN(value) ? "-" : String.format(Locale.ROOT, format, value);
  }
}
