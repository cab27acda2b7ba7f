package io.github.dsqljava.benchmarks.load;

import java.time.Duration;

/**
 * How long and by how many callers an operation is repeated. Each caller waits for one execution to
 * end before it begins the next.
 *
 * @param callers how many at the same time
 * @param warmUp not measured
 * @param measured what is measured; executions count that end within
 * @param seed of the callers' random numbers
 */
public record LoadPlan(int callers, Duration warmUp, Duration measured, long seed) {}
