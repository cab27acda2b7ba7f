package io.github.dsqljava.benchmarks.peer;

import io.github.dsqljava.benchmarks.cluster.Target;

/**
 * The settings of a peer for one round.
 *
 * @param port of the relay
 * @param connections the number of connections that the pool opens and keeps
 * @param policy for the case that conflicts
 */
public record RoundSettings(
    BenchmarkCase benchmark, Target target, int port, int connections, ConflictPolicy policy) {

  /** The settings that a case prescribes. */
  public static RoundSettings of(
      BenchmarkCase benchmark, Target target, int port, ConflictPolicy policy) {
    return new RoundSettings(benchmark, target, port, benchmark.connections(), policy);
  }
}
