package io.github.dsqljava.benchmarks.result;

import io.github.dsqljava.benchmarks.load.LoadResult;
import io.github.dsqljava.benchmarks.peer.BenchmarkCase;
import io.github.dsqljava.benchmarks.peer.PeerKind;
import java.util.List;
import java.util.Map;

/**
 * All measured results.
 *
 * @param machine the processor time that other programs took
 * @param load the rounds of each cell, in the order of the rounds
 * @param roundTrips the time of {@code SELECT 1} through each relay, in nanoseconds, by the round
 *     trip in milliseconds; {@link #DIRECT} stands for no relay
 * @param cold by round trip and peer
 * @param memory by peer
 * @param inProcess the results of JMH
 */
public record Results(
    MachineUse machine,
    Map<Cell, List<LoadResult>> load,
    Map<Integer, Long> roundTrips,
    Map<PeerKind, List<ColdResult>> cold,
    Map<PeerKind, List<MemoryResult>> memory,
    List<InProcessScore> inProcess) {

  /** The key of the time without a relay. */
  public static final int DIRECT = -1;

  /** The connections of the pool whose memory is measured. */
  public static final int MEMORY_CONNECTIONS = 100;

  /** The round trip at which fresh JVMs start. */
  public static final int COLD_ROUND_TRIP = 1;

  /** The cells of a case, in the order in which they were measured. */
  public List<Cell> cells(BenchmarkCase benchmark) {
    return load.keySet().stream().filter(cell -> cell.benchmark() == benchmark).toList();
  }

  /** The rounds of a cell. */
  public List<LoadResult> rounds(Cell cell) {
    return load.getOrDefault(cell, List.of());
  }

  /** The cell that this one is compared with. */
  public Cell ours(Cell cell) {
    return load.keySet().stream()
        .filter(other -> other.benchmark() == cell.benchmark())
        .filter(other -> other.roundTripMillis() == cell.roundTripMillis())
        .filter(other -> other.contender().isOurs())
        .findFirst()
        .orElse(cell);
  }
}
