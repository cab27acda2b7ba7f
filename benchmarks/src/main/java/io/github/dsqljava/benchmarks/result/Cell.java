package io.github.dsqljava.benchmarks.result;

import io.github.dsqljava.benchmarks.peer.BenchmarkCase;

/** What is measured several times: a contender in a case at a distance. */
public record Cell(BenchmarkCase benchmark, int roundTripMillis, Contender contender) {}
