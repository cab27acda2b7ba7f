package io.github.dsqljava.benchmarks.report;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.dsqljava.benchmarks.load.LoadResult;
import io.github.dsqljava.benchmarks.peer.BenchmarkCase;
import io.github.dsqljava.benchmarks.peer.ConflictPolicy;
import io.github.dsqljava.benchmarks.peer.PeerKind;
import io.github.dsqljava.benchmarks.result.Cell;
import io.github.dsqljava.benchmarks.result.ColdResult;
import io.github.dsqljava.benchmarks.result.Contender;
import io.github.dsqljava.benchmarks.result.InProcessScore;
import io.github.dsqljava.benchmarks.result.MachineUse;
import io.github.dsqljava.benchmarks.result.MemoryResult;
import io.github.dsqljava.benchmarks.result.Results;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReportTest {
  private static final long SECOND = 1_000_000_000;

  @TempDir private Path directory;

  @BeforeAll
  static void noScreen() {
    System.setProperty("java.awt.headless", "true");
  }

  @Test
  void write_results_givesTablesAndAPlotForEachCase() throws Exception {
    Path docs = directory.resolve("docs");

    Path table = Report.write(List.of("Run: a test"), results(), directory, Optional.of(docs));

    String suffix = "-jdk" + Runtime.version().feature();
    assertThat(table).isEqualTo(docs.resolve("results" + suffix + ".md"));
    assertThat(directory.resolve("rounds" + suffix + ".tsv")).isNotEmptyFile();
    String text = Files.readString(table);
    assertThat(text)
        .contains("- Run: a test\n")
        // Ours does 200 a second and the other 100; where it connects, ours takes twice as long.
        .contains("| Point select | 1 ms | 2.00 |\n")
        .contains("| Connect to first row | 1 ms | **0.50** |\n")
        .contains("| dsql-java | 1 ms | 200 | 200 to 200 | 2.00 | 3.00 | 50.0 |  |\n")
        .contains("2.00 [2.00, 2.00]")
        .doesNotContain(directory.toString());
    for (BenchmarkCase benchmark : List.of(BenchmarkCase.CONNECT, BenchmarkCase.POINT_SELECT)) {
      assertThat(docs.resolve(benchmark.id() + suffix + ".svg"))
          .content()
          .contains("<svg", ">" + benchmark.title() + ": ", ">Vert.x pool</text>");
    }
  }

  private static Results results() {
    Map<Cell, List<LoadResult>> load = new LinkedHashMap<>();
    for (BenchmarkCase benchmark : List.of(BenchmarkCase.CONNECT, BenchmarkCase.POINT_SELECT)) {
      load.put(cell(benchmark, PeerKind.DSQL_JAVA), List.of(round(200, 2_000_000)));
      load.put(cell(benchmark, PeerKind.VERTX_POOL), List.of(round(100, 1_000_000)));
    }
    return new Results(
        MachineUse.UNKNOWN,
        load,
        Map.of(Results.DIRECT, 500_000L, 1, 1_600_000L),
        Map.of(PeerKind.DSQL_JAVA, List.of(new ColdResult(SECOND, 2 * SECOND, 1_000_000, 4_800))),
        Map.of(PeerKind.DSQL_JAVA, List.of(new MemoryResult(1 << 24, 0, 1 << 22, 1 << 20))),
        List.of(new InProcessScore("WarmPoolBenchmark.asyncPool", 1, 150, 3)));
  }

  private static Cell cell(BenchmarkCase benchmark, PeerKind peer) {
    return new Cell(benchmark, 1, new Contender(peer, ConflictPolicy.OURS));
  }

  private static LoadResult round(long done, long median) {
    return new LoadResult(
        done, SECOND, median, 3_000_000, 4_000_000, done * 50_000, 0, 3_000_000, 0, done);
  }
}
