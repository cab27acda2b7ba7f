package io.github.dsqljava.benchmarks.run;

import io.github.dsqljava.benchmarks.cluster.Addresses;
import io.github.dsqljava.benchmarks.cluster.ClusterProcess;
import io.github.dsqljava.benchmarks.jmh.InProcessRun;
import io.github.dsqljava.benchmarks.load.LoadResult;
import io.github.dsqljava.benchmarks.peer.PeerKind;
import io.github.dsqljava.benchmarks.result.Cell;
import io.github.dsqljava.benchmarks.result.ColdResult;
import io.github.dsqljava.benchmarks.result.InProcessScore;
import io.github.dsqljava.benchmarks.result.MachineUse;
import io.github.dsqljava.benchmarks.result.MemoryResult;
import io.github.dsqljava.benchmarks.result.Results;
import java.io.IOException;
import java.nio.file.Files;
import java.sql.SQLException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.openjdk.jmh.runner.RunnerException;

/** One run from beginning to end: a cluster, the peers, everything that is to be measured. */
public final class BenchmarkRun {
  /** Those of all lengths. */
  private static final List<Integer> ROUND_TRIPS = List.of(0, 1, 10);

  private static final Duration CLUSTER_START = Duration.ofMinutes(2);

  /** Takes the results of a part, with those of all parts before. */
  public interface Part {
    /** Writes the results, so that a run that is ended in a later part keeps them. */
    void measured(Results results) throws IOException;
  }

  private final Options options;
  private final Part part;

  private BenchmarkRun(Options options, Part part) {
    this.options = options;
    this.part = part;
  }

  /** Measures one part after the other, and prints the results as it goes. */
  public static void run(Options options, Part part)
      throws IOException, InterruptedException, SQLException, RunnerException {
    endAfter(options.length().limit());
    Files.createDirectories(options.output());
    Progress.say(
        "Seed " + options.seed() + ", " + options.length().name() + ", " + options.peers());
    new BenchmarkRun(options, part).run();
  }

  /** The processes that it has started end with it. */
  private static void endAfter(Duration limit) {
    Thread watchdog =
        new Thread(
            () -> {
              try {
                Thread.sleep(limit.toMillis());
              } catch (InterruptedException e) {
                return;
              }
              System.err.println("Given up after " + limit);
              Runtime.getRuntime().halt(1);
            },
            "watchdog");
    watchdog.setDaemon(true);
    watchdog.start();
  }

  private void run() throws IOException, InterruptedException, SQLException, RunnerException {
    List<String> roundTrips = ROUND_TRIPS.stream().map(String::valueOf).toList();
    try (OtherPrograms others = OtherPrograms.watch();
        JavaProcess cluster = JavaProcess.start(ClusterProcess.class, roundTrips)) {
      if (others.before() > MachineUse.QUIET) {
        Progress.say("Other programs are running, so these figures are not worth publishing.");
      }
      Addresses addresses = Addresses.ofLine(cluster.receive(CLUSTER_START));
      try (ClusterAdmin admin = new ClusterAdmin(addresses)) {
        admin.createTables();
        Map<Integer, Long> measuredRoundTrips = roundTrips(addresses, admin);
        Map<Cell, List<LoadResult>> load = load(addresses, admin);
        part.measured(
            new Results(others.use(), load, measuredRoundTrips, Map.of(), Map.of(), List.of()));
        if (options.everything()) {
          FreshRuns fresh = new FreshRuns(addresses, options.peers());
          Map<PeerKind, List<ColdResult>> cold = fresh.cold(options.length().coldStarts());
          Map<PeerKind, List<MemoryResult>> memory = fresh.memory(options.length().memoryRuns());
          part.measured(
              new Results(others.use(), load, measuredRoundTrips, cold, memory, List.of()));
          List<InProcessScore> inProcess = inProcess();
          part.measured(
              new Results(others.use(), load, measuredRoundTrips, cold, memory, inProcess));
        }
        Progress.say(others.use().line());
      }
    }
  }

  private static Map<Integer, Long> roundTrips(Addresses addresses, ClusterAdmin admin)
      throws SQLException {
    Map<Integer, Long> measured = new LinkedHashMap<>();
    long unused = admin.roundTrip(addresses.directPort()); // the first one is slow
    measured.put(Results.DIRECT, admin.roundTrip(addresses.directPort()));
    for (int millis : ROUND_TRIPS) {
      measured.put(millis, admin.roundTrip(addresses.port(millis)));
    }
    Progress.say("Nanoseconds of SELECT 1 by round trip: " + measured);
    return measured;
  }

  private Map<Cell, List<LoadResult>> load(Addresses addresses, ClusterAdmin admin)
      throws IOException, InterruptedException, SQLException {
    try (LoadRun run = new LoadRun(options, addresses, admin)) {
      return run.run();
    }
  }

  private List<InProcessScore> inProcess() throws RunnerException {
    List<InProcessScore> scores =
        InProcessRun.run(
            options.length().inProcessForks(),
            options.length().inProcessIterations(),
            options.output().resolve("jmh.log"));
    scores.forEach(score -> Progress.say(score.toString()));
    return scores;
  }
}
