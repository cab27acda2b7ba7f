package io.github.dsqljava.benchmarks.load;

/** Starts the callers of a client: on its event loops, or on a thread for each. */
@FunctionalInterface
public interface Starter {
  /** Runs a caller's first step. */
  void start(int caller, Runnable firstStep);
}
