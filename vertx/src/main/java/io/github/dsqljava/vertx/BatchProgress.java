package io.github.dsqljava.vertx;

import io.github.dsqljava.internal.Options;

/** The progress of a batch. Immutable. */
public final class BatchProgress {

  private record Values(int chunksDone, int chunks, int rowsDone, int rows, int attempts) {}

  private final Values values;

  BatchProgress(int chunksDone, int chunks, int rowsDone, int rows, int attempts) {
    this.values = new Values(chunksDone, chunks, rowsDone, rows, attempts);
  }

  /** The number of committed chunks. */
  public int chunksDone() {
    return values.chunksDone;
  }

  /** The number of chunks; with an iterator or a stream, those begun so far. */
  public int chunks() {
    return values.chunks;
  }

  /** The number of given rows in committed chunks. */
  public int rowsDone() {
    return values.rowsDone;
  }

  /** The number of given rows; with an iterator or a stream, those so far. */
  public int rows() {
    return values.rows;
  }

  /** The number of attempts at the last chunk's transaction. */
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
