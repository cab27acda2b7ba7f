package io.github.dsqljava.benchmarks.run;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.dsqljava.benchmarks.cluster.RelayedCluster;
import io.github.dsqljava.benchmarks.load.LoadResult;
import io.github.dsqljava.benchmarks.peer.BenchmarkCase;
import io.github.dsqljava.benchmarks.peer.ConflictPolicy;
import io.github.dsqljava.benchmarks.peer.PeerKind;
import io.github.dsqljava.benchmarks.peer.Statements;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every peer in every case, for a moment and with few callers: is the work really done? */
class SmokeTest {
  private static final Duration WARM_UP = Duration.ofMillis(10);
  private static final Duration MEASURED = Duration.ofMillis(40);
  private static final int CALLERS = 4;
  private static final int CONNECTIONS = 2;

  private static RelayedCluster cluster;
  private static ClusterAdmin admin;

  @BeforeAll
  static void startCluster() throws Exception {
    cluster = RelayedCluster.start(List.of(0, 1));
    admin = new ClusterAdmin(cluster.addresses());
    admin.createTables();
  }

  @AfterAll
  static void stopCluster() throws Exception {
    try (RelayedCluster stopped = cluster;
        ClusterAdmin disconnected = admin) {
      assertThat(stopped).isNotNull();
      assertThat(disconnected).isNotNull();
    }
  }

  static Stream<PeerKind> peers() {
    return Arrays.stream(PeerKind.values()).filter(PeerKind::isAvailable);
  }

  @ParameterizedTest
  @MethodSource("peers")
  void run_everyCaseOfPeer_doesTheWork(PeerKind kind) throws Exception {
    try (PeerRunner runner = new PeerRunner(kind, cluster.addresses())) {
      for (BenchmarkCase benchmark : kind.cases()) {
        if (benchmark == BenchmarkCase.HOT_ROW) {
          if (!kind.policies().isEmpty()) {
            // The first one; the others differ only in their pauses.
            ConflictPolicy policy = kind.policies().iterator().next();
            runAndCount(runner, benchmark, policy, /* roundTripMillis= */ 1);
          }
        } else {
          runAndCount(runner, benchmark, ConflictPolicy.OURS, /* roundTripMillis= */ 0);
        }
      }
    }
  }

  private static void runAndCount(
      PeerRunner runner, BenchmarkCase benchmark, ConflictPolicy policy, int roundTripMillis)
      throws Exception {
    admin.emptyTables();
    long before = changes(benchmark);
    LoadResult result =
        runner.run(
            new RoundRequest(
                benchmark,
                policy,
                roundTripMillis,
                Math.min(CALLERS, benchmark.callers()),
                Math.min(CONNECTIONS, benchmark.connections()),
                WARM_UP,
                MEASURED,
                /* seed= */ 42));
    // However slow the machine is, each caller executes once.
    assertThat(result.total()).as(benchmark.id()).isGreaterThanOrEqualTo(result.done());
    if (changesEach(benchmark) > 0) {
      assertThat(changes(benchmark) - before)
          .as(benchmark.id())
          .isPositive()
          .isEqualTo(result.total() * changesEach(benchmark));
    } else {
      assertThat(result.total()).as(benchmark.id()).isPositive();
    }
  }

  /** A number that grows with every execution of the case. */
  private static long changes(BenchmarkCase benchmark) throws Exception {
    return switch (benchmark) {
      case CONNECT, POINT_SELECT -> 0;
      case WRITE_TRANSACTION -> admin.value("SELECT sum(balance) FROM accounts");
      case FIVE_STATEMENTS, FIVE_DEPENDENT -> admin.value("SELECT count(*) FROM transfers");
      case BATCH, BATCH_TRANSACTION -> admin.value("SELECT count(*) FROM events");
      case HOT_ROW -> admin.value("SELECT value FROM counters");
    };
  }

  private static long changesEach(BenchmarkCase benchmark) {
    return switch (benchmark) {
      case CONNECT, POINT_SELECT -> 0;
      case WRITE_TRANSACTION, FIVE_STATEMENTS, FIVE_DEPENDENT, HOT_ROW -> 1;
      case BATCH, BATCH_TRANSACTION -> Statements.BATCH_ROWS;
    };
  }
}
