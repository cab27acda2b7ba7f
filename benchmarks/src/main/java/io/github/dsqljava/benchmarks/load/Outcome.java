package io.github.dsqljava.benchmarks.load;

/** The outcome of an execution that did not fail. */
public enum Outcome {
  /** The work is done. */
  DONE,
  /** A retry policy allowed no further attempt; the caller tries the same thing again. */
  GAVE_UP
}
