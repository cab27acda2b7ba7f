package io.github.dsqljava.benchmarks.run;

import io.github.dsqljava.benchmarks.load.LoadPlan;
import io.github.dsqljava.benchmarks.peer.BenchmarkCase;
import io.github.dsqljava.benchmarks.peer.ConflictPolicy;
import java.time.Duration;

/**
 * The request to a peer to run one round.
 *
 * @param roundTripMillis selects the relay
 */
public record RoundRequest(
    BenchmarkCase benchmark,
    ConflictPolicy policy,
    int roundTripMillis,
    int callers,
    int connections,
    Duration warmUp,
    Duration measured,
    long seed) {

  private static final String SEPARATOR = " ";

  /** A round of a case with the callers and connections that it prescribes. */
  public static RoundRequest of(
      BenchmarkCase benchmark,
      ConflictPolicy policy,
      int roundTripMillis,
      Duration warmUp,
      Duration measured,
      long seed) {
    return new RoundRequest(
        benchmark,
        policy,
        roundTripMillis,
        benchmark.callers(),
        benchmark.connections(),
        warmUp,
        measured,
        seed);
  }

  LoadPlan plan() {
    return new LoadPlan(callers, warmUp, measured, seed);
  }

  String toLine() {
    return String.join(
        SEPARATOR,
        benchmark.id(),
        policy.id(),
        Integer.toString(roundTripMillis),
        Integer.toString(callers),
        Integer.toString(connections),
        Long.toString(warmUp.toMillis()),
        Long.toString(measured.toMillis()),
        Long.toString(seed));
  }

  static RoundRequest ofLine(String line) {
    String[] parts = line.split(SEPARATOR, -1);
    return new RoundRequest(
        BenchmarkCase.ofId(parts[0]),
        ConflictPolicy.ofId(parts[1]),
        Integer.parseInt(parts[2]),
        Integer.parseInt(parts[3]),
        Integer.parseInt(parts[4]),
        Duration.ofMillis(Long.parseLong(parts[5])),
        Duration.ofMillis(Long.parseLong(parts[6])),
        Long.parseLong(parts[7]));
  }
}
