package io.github.dsqljava.benchmarks.result;

/**
 * A figure of a benchmark without a network.
 *
 * @param nanos for a call
 * @param error half of the 99.9 % confidence interval
 */
public record InProcessScore(String name, int threads, double nanos, double error) {}
