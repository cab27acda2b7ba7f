package io.github.dsqljava.benchmarks.hotrow;

import io.github.dsqljava.benchmarks.report.MarkdownTable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Simulates one row that many clients update, with each manner of retrying, and writes a table and
 * two plots. For the command see docs/benchmarks.md.
 */
public final class HotRowSimulation {
  private static final List<Integer> CLIENTS = List.of(4, 16, 64, 256);
  private static final List<Integer> PROCESSES = List.of(1, 4);
  private static final List<Integer> ROUND_TRIPS = List.of(0, 1, 10);
  private static final int BYSTANDERS = 16;
  private static final Duration WORK = Duration.ofNanos(400_000);
  private static final Duration TIME = Duration.ofSeconds(20);
  private static final long SEED = 20_261_201;

  /** The round trip of the plots, in milliseconds. */
  private static final int PLOTTED = 1;

  private HotRowSimulation() {}

  /**
   * Runs the simulation.
   *
   * @param arguments {@code --output=} and {@code --docs=} name directories for the results; the
   *     options of other benchmarks are ignored
   */
  public static void main(String[] arguments) throws IOException {
    System.setProperty("java.awt.headless", "true");
    MarkdownTable table =
        new MarkdownTable(
            List.of(
                "policy",
                "clients",
                "processes",
                "round trip",
                "commits/s",
                "of the bound",
                "attempts for a commit",
                "gave up",
                "p50 ms",
                "p99 ms",
                "max ms",
                "others' p99 ms"));
    Map<Integer, Map<Manner, List<Score>>> curves = new LinkedHashMap<>();
    for (int roundTrip : ROUND_TRIPS) {
      for (int processes : PROCESSES) {
        for (int clients : CLIENTS) {
          for (Manner manner : Manner.all()) {
            Score score = HotRow.play(around(clients, processes, roundTrip), manner);
            table.row(cells(manner, clients, processes, roundTrip, score));
            if (roundTrip == PLOTTED) {
              curves
                  .computeIfAbsent(processes, p -> new LinkedHashMap<>())
                  .computeIfAbsent(manner, m -> new ArrayList<>())
                  .add(score);
            }
          }
        }
      }
    }
    System.out.println(table);
    for (Path directory : directories(arguments)) {
      Files.createDirectories(directory);
      Files.writeString(directory.resolve("hot-row-simulated.md"), text(table));
      for (Map.Entry<Integer, Map<Manner, List<Score>>> curve : curves.entrySet()) {
        Curve.write(
            curve.getValue(),
            title(curve.getKey()),
            directory.resolve("hot-row-simulated-" + curve.getKey() + ".svg"));
      }
    }
  }

  static Surroundings around(int clients, int processes, int roundTrip) {
    return new Surroundings(
        clients, processes, BYSTANDERS, Duration.ofMillis(roundTrip), WORK, TIME, SEED);
  }

  private static String title(int processes) {
    return "Commits, % of the bound. A hot row, simulated: "
        + PLOTTED
        + " ms, "
        + (processes == 1 ? "one process" : processes + " processes")
        + ", 4 to 256 clients";
  }

  private static List<String> cells(
      Manner manner, int clients, int processes, int roundTrip, Score score) {
    return List.of(
        manner.title(),
        String.valueOf(clients),
        String.valueOf(processes),
        roundTrip + " ms",
        format("%.0f", score.commits()),
        format("%.0f %%", score.share() * 100),
        format("%.1f", score.attempts()),
        format("%.1f %%", score.givenUp() * 100),
        format("%.1f", score.p50()),
        format("%.1f", score.p99()),
        format("%.0f", score.max()),
        format("%.1f", score.bystanderP99()));
  }

  private static String format(String pattern, double value) {
    return String.format(Locale.ROOT, pattern, value);
  }

  private static List<Path> directories(String[] arguments) {
    return Arrays.stream(arguments)
        .filter(argument -> argument.matches("--(output|docs)=.+"))
        .map(argument -> Path.of(argument.substring(argument.indexOf('=') + 1)))
        .toList();
  }

  private static String text(MarkdownTable table) {
    return "# A hot row, simulated\n\n"
        + "Written by `HotRowSimulation`; what it plays stands in"
        + " [benchmarks.md](../benchmarks.md). "
        + TIME.toSeconds()
        + " virtual seconds for each row, seed "
        + SEED
        + ", "
        + BYSTANDERS
        + " clients of other rows in the same pools.\n\n"
        + "![one process](hot-row-simulated-1.svg)\n\n![four processes](hot-row-simulated-4.svg)\n\n"
        + table;
  }
}
