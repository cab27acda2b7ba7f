package io.github.dsqljava.benchmarks.run;

import io.github.dsqljava.benchmarks.cluster.Addresses;
import io.github.dsqljava.benchmarks.cluster.RelayedCluster;
import io.github.dsqljava.benchmarks.peer.PeerKind;
import io.github.dsqljava.benchmarks.result.ColdResult;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToLongFunction;

/**
 * Measures the time of a fresh JVM to its first row, with the start options that suit a short-lived
 * program: none, without the second compiler, and from an archive of the classes that an earlier
 * run has loaded (AppCDS; on JDK 25 and later the AOT cache).
 */
public final class FirstRows {
  private static final int RUNS = 9;
  private static final int ROUND_TRIP_MILLIS = 0;
  private static final int FIRST_WITH_AOT_CACHE = 25;

  /** The clients that a user of this project compares. */
  private static final EnumSet<PeerKind> PEERS =
      EnumSet.of(PeerKind.DSQL_JAVA, PeerKind.VERTX_POOL, PeerKind.DSQL_R2DBC, PeerKind.JDBC);

  private final Addresses addresses;
  private final ClassPathOfJars classPath;
  private final Path directory;

  private FirstRows(Addresses addresses, ClassPathOfJars classPath, Path directory) {
    this.addresses = addresses;
    this.classPath = classPath;
    this.directory = directory;
  }

  /** Prints the figures; ignores the arguments, which are those of the other benchmarks. */
  public static void main(String[] arguments)
      throws IOException, InterruptedException, SQLException {
    Path directory = Files.createTempDirectory("first-rows");
    try (RelayedCluster cluster = RelayedCluster.start(List.of(ROUND_TRIP_MILLIS));
        ClusterAdmin admin = new ClusterAdmin(cluster.addresses());
        ClassPathOfJars classPath = ClassPathOfJars.in(directory)) {
      admin.createTables();
      new FirstRows(cluster.addresses(), classPath, directory).run();
    }
    System.exit(0); // whatever threads a library has left
  }

  /** One set of start options for one peer. */
  private record Start(PeerKind peer, String title, List<String> options) {}

  /**
   * One start.
   *
   * @param whole the time from the start of the process to its answer, in nanoseconds
   */
  private record Figures(long whole, ColdResult inside) {}

  private void run() throws IOException, InterruptedException {
    List<Start> starts = new ArrayList<>();
    for (PeerKind peer : PEERS) {
      starts.addAll(startsOf(peer));
    }
    Map<Start, List<Figures>> figures = new LinkedHashMap<>();
    for (int i = 0; i < RUNS; i++) {
      for (Start start : starts) { // in turn, so that what the machine does otherwise hits all
        figures.computeIfAbsent(start, key -> new ArrayList<>()).add(once(start));
      }
    }
    System.out.printf(
        "%n| client | started | first row, ms | from the start of the process, ms | classes |%n");
    System.out.println("|---|---|---|---|---|");
    figures.forEach(FirstRows::print);
  }

  private List<Start> startsOf(PeerKind peer) throws IOException, InterruptedException {
    List<Start> starts = new ArrayList<>();
    starts.add(new Start(peer, "as it is", List.of()));
    starts.add(new Start(peer, "-XX:TieredStopAtLevel=1", List.of("-XX:TieredStopAtLevel=1")));
    Path archive = directory.resolve(peer.id() + ".jsa");
    train(peer, "-XX:ArchiveClassesAtExit=" + archive);
    starts.add(new Start(peer, "AppCDS", List.of("-XX:SharedArchiveFile=" + archive)));
    if (Runtime.version().feature() >= FIRST_WITH_AOT_CACHE) {
      Path cache = directory.resolve(peer.id() + ".aot");
      train(peer, "-XX:AOTCacheOutput=" + cache);
      starts.add(new Start(peer, "AOT cache", List.of("-XX:AOTCache=" + cache)));
    }
    return starts;
  }

  /** Writes an archive; it is complete when the process has ended. */
  private void train(PeerKind peer, String option) throws IOException, InterruptedException {
    Figures unused = once(new Start(peer, "training", List.of(option)));
  }

  private Figures once(Start start) throws IOException, InterruptedException {
    long begin = System.nanoTime();
    try (RemotePeer peer =
        RemotePeer.start(classPath.path(), start.options(), start.peer(), addresses)) {
      ColdResult inside = peer.cold(ROUND_TRIP_MILLIS);
      return new Figures(System.nanoTime() - begin, inside);
    }
  }

  private static void print(Start start, List<Figures> figures) {
    System.out.printf(
        Locale.ROOT,
        "| %s | %s | %s | %s | %d |%n",
        start.peer().title(),
        start.title(),
        millis(figures, each -> each.inside().firstRow()),
        millis(figures, Figures::whole),
        figures.get(0).inside().classes());
  }

  /** The median, with the smallest and the largest. */
  private static String millis(List<Figures> figures, ToLongFunction<Figures> figure) {
    double[] sorted =
        figures.stream().mapToDouble(each -> figure.applyAsLong(each) / 1e6).toArray();
    Arrays.sort(sorted);
    return String.format(
        Locale.ROOT,
        "%.0f (%.0f to %.0f)",
        sorted[sorted.length / 2],
        sorted[0],
        sorted[sorted.length - 1]);
  }
}
