package io.github.dsqljava.benchmarks.run;

import io.github.dsqljava.benchmarks.cluster.Addresses;
import io.github.dsqljava.benchmarks.load.LoadResult;
import io.github.dsqljava.benchmarks.peer.BenchmarkCase;
import io.github.dsqljava.benchmarks.peer.PeerKind;
import io.github.dsqljava.benchmarks.result.Cell;
import io.github.dsqljava.benchmarks.result.Contender;
import java.io.IOException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * The cases under load. Each peer has a process of its own, which lives from the first round to the
 * last; in each round of a case it is every peer's turn once, in another order each time, so that
 * what disturbs the machine for a while disturbs all of them.
 */
final class LoadRun implements AutoCloseable {
  private final Options options;
  private final Addresses addresses;
  private final ClusterAdmin admin;
  private final Map<PeerKind, RemotePeer> peers = new EnumMap<>(PeerKind.class);
  private final Random order;
  private long runs;

  LoadRun(Options options, Addresses addresses, ClusterAdmin admin) {
    this.options = options;
    this.addresses = addresses;
    this.admin = admin;
    this.order = new Random(options.seed());
  }

  Map<Cell, List<LoadResult>> run() throws IOException, InterruptedException, SQLException {
    Map<Cell, List<LoadResult>> results = new LinkedHashMap<>();
    for (BenchmarkCase benchmark : options.cases()) {
      List<Contender> contenders = Contender.of(benchmark, options.peers());
      for (Contender contender : contenders) {
        var unused = run(new Cell(benchmark, /* roundTripMillis= */ 0, contender), jit());
      }
      for (int roundTrip : roundTrips(benchmark)) {
        contenders.forEach(c -> results.put(new Cell(benchmark, roundTrip, c), new ArrayList<>()));
        for (int round = 0; round < options.length().rounds(); round++) {
          List<Contender> shuffled = new ArrayList<>(contenders);
          Collections.shuffle(shuffled, order);
          for (Contender contender : shuffled) {
            Cell cell = new Cell(benchmark, roundTrip, contender);
            results.computeIfAbsent(cell, c -> new ArrayList<>()).add(run(cell, phase(benchmark)));
          }
        }
        contenders.forEach(
            contender -> {
              Cell cell = new Cell(benchmark, roundTrip, contender);
              Progress.say(cell, results.getOrDefault(cell, List.of()));
            });
      }
    }
    return results;
  }

  private List<Integer> roundTrips(BenchmarkCase benchmark) {
    return benchmark == BenchmarkCase.HOT_ROW
        ? options.length().hotRowRoundTrips()
        : options.length().roundTrips();
  }

  private RunLength.Phase phase(BenchmarkCase benchmark) {
    return benchmark == BenchmarkCase.HOT_ROW ? options.length().hotRow() : options.length().load();
  }

  private RunLength.Phase jit() {
    return new RunLength.Phase(options.length().jit(), Duration.ofMillis(100));
  }

  private LoadResult run(Cell cell, RunLength.Phase phase)
      throws IOException, InterruptedException, SQLException {
    admin.emptyTables();
    runs++;
    return peer(cell.contender().peer())
        .run(
            RoundRequest.of(
                cell.benchmark(),
                cell.contender().policy(),
                cell.roundTripMillis(),
                phase.warmUp(),
                phase.measured(),
                options.seed() + runs * Options.SEED_STEP));
  }

  private RemotePeer peer(PeerKind kind) throws IOException {
    RemotePeer known = peers.get(kind);
    if (known != null) {
      return known;
    }
    RemotePeer started = RemotePeer.start(kind, addresses);
    peers.put(kind, started);
    return started;
  }

  @Override
  public void close() {
    peers.values().forEach(RemotePeer::close);
  }
}
