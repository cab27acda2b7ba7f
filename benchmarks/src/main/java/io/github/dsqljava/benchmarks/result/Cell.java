package io.github.dsqljava.benchmarks.result;

import io.github.dsqljava.benchmarks.peer.BenchmarkCase;

/** The unit that is measured several times: a contender in a case at a round trip. */
public record Cell(BenchmarkCase benchmark, int roundTripMillis, Contender contender) {}
