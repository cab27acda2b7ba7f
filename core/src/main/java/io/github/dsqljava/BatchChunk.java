package io.github.dsqljava;

/**
 * A chunk of a batch: rows that are written by one transaction.
 *
 * @param index its place among the chunks, from 0
 * @param firstRow its first row, as an index into what was given
 * @param rows how many rows it has, 1 or more
 * @param outcome what became of it
 * @param attempts how often its transaction was attempted
 */
public record BatchChunk(int index, int firstRow, int rows, ChunkOutcome outcome, int attempts) {

  /** The row after its last one. */
  public int endRow() {
    return firstRow + rows;
  }

  /** A copy with an outcome. */
  public BatchChunk with(ChunkOutcome became, int afterAttempts) {
    return new BatchChunk(index, firstRow, rows, became, afterAttempts);
  }
}
