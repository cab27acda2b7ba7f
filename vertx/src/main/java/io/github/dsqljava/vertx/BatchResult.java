package io.github.dsqljava.vertx;

import io.github.dsqljava.BatchChunk;
import java.util.List;

/**
 * A batch that is in the database.
 *
 * @param rowCount how many rows the statements changed, by the server's count
 * @param chunks its chunks, all committed
 */
public record BatchResult(long rowCount, List<BatchChunk> chunks) {

  /** Copies the list. */
  public BatchResult {
    chunks = List.copyOf(chunks);
  }
}
