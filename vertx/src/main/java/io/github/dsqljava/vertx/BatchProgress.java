package io.github.dsqljava.vertx;

import io.github.dsqljava.internal.Options;

/** How far a batch is. Immutable. */
public final class BatchProgress {

  private record Values(int chunksDone, int chunks, int rowsDone, int rows, int attempts) {}

  private final Values values;

  BatchProgress(int chunksDone, int chunks, int rowsDone, int rows, int attempts) {
    this.values = new Values(chunksDone, chunks, rowsDone, rows, attempts);
  }

  /** How many chunks are committed. */
  public int chunksDone() {
    return values.chunksDone;
  }

  /** How many chunks there are; of an iterator or a stream, how many were begun so far. */
  public int chunks() {
    return values.chunks;
  }

  /** How many of the given rows are in committed chunks. */
  public int rowsDone() {
    return values.rowsDone;
  }

  /** How many rows were given; by an iterator or a stream, so far. */
  public int rows() {
    return values.rows;
  }

  /** How often the last chunk's transaction was attempted. */
  public int attempts() {
    return values.attempts;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof BatchProgress that && values.equals(that.values);
  }

  @Override
  public int hashCode() {
    return values.hashCode();
  }

  /** All of it by name. */
  @Override
  public String toString() {
    return Options.text(BatchProgress.class, values);
  }
}
