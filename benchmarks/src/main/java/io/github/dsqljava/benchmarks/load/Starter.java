package io.github.dsqljava.benchmarks.load;

/** Where the callers of a client begin: on its event loops, or on a thread each. */
@FunctionalInterface
public interface Starter {
  /** Runs a caller's first step. */
  void start(int caller, Runnable firstStep);
}
