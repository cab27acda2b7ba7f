package io.github.dsqljava.vertx;

import io.github.dsqljava.BatchChunk;
import io.github.dsqljava.internal.Options;
import java.util.List;

/** A batch that is in the database. Immutable. */
public final class BatchResult {

  private record Values(long rowCount, List<BatchChunk> chunks) {}

  private final Values values;

  BatchResult(long rowCount, List<BatchChunk> chunks) {
    this.values = new Values(rowCount, List.copyOf(chunks));
  }

  /** The number of rows that the statements changed, by the server's count. */
  public long rowCount() {
    return values.rowCount;
  }

  /** Its chunks, all committed. */
  public List<BatchChunk> chunks() {
    return values.chunks;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof BatchResult that && values.equals(that.values);
  }

  @Override
  public int hashCode() {
    return values.hashCode();
  }

  /** The number of rows, and the chunks. */
  @Override
  public String toString() {
    return Options.text(BatchResult.class, values);
  }
}
