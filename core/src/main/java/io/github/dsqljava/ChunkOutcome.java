package io.github.dsqljava;

/** The outcome of a chunk of a batch. */
public enum ChunkOutcome {
  /** Its rows are in the database. */
  COMMITTED,
  /** None of its rows are in the database. */
  ROLLED_BACK,
  /** The answer to its COMMIT was lost: all of its rows are in the database, or none. */
  UNKNOWN,
  /** It was not tried, because an earlier chunk failed. */
  NOT_STARTED
}
