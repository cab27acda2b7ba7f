package io.github.dsqljava.benchmarks.load;

import java.time.Duration;

/**
 * The duration of a load and its callers, which repeat an operation. Each caller waits for one
 * execution to end before it begins the next.
 *
 * @param callers the number of concurrent callers
 * @param warmUp not measured
 * @param measured the measured time; executions that end within it count
 * @param seed of the callers' random numbers
 */
public record LoadPlan(int callers, Duration warmUp, Duration measured, long seed) {}
