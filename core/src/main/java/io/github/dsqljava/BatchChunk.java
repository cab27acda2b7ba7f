package io.github.dsqljava;

/** A chunk of a batch: rows that are written by one transaction. Immutable. */
public final class BatchChunk {

  private record Values(int index, int firstRow, int rows, ChunkOutcome outcome, int attempts) {}

  private final Values values;

  private BatchChunk(Values values) {
    this.values = values;
  }

  /**
   * A chunk that was not started.
   *
   * @param index its place among the chunks, from 0
   * @param firstRow its first row, as an index into the given rows
   * @param rows its number of rows, 1 or more
   */
  public static BatchChunk of(int index, int firstRow, int rows) {
    return new BatchChunk(new Values(index, firstRow, rows, ChunkOutcome.NOT_STARTED, 0));
  }

  /** Its place among the chunks, from 0. */
  public int index() {
    return values.index;
  }

  /** Its first row, as an index into the given rows. */
  public int firstRow() {
    return values.firstRow;
  }

  /** Its number of rows, 1 or more. */
  public int rows() {
    return values.rows;
  }

  /** The row after its last one. */
  public int endRow() {
    return values.firstRow + values.rows;
  }

  /** Its outcome. */
  public ChunkOutcome outcome() {
    return values.outcome;
  }

  /** The number of attempts at its transaction. */
  public int attempts() {
    return values.attempts;
  }

  /** A copy with an outcome and a number of attempts. */
  public BatchChunk with(ChunkOutcome became, int afterAttempts) {
    return new BatchChunk(
        new Values(values.index, values.firstRow, values.rows, became, afterAttempts));
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof BatchChunk that && values.equals(that.values);
  }

  @Override
  public int hashCode() {
    return values.hashCode();
  }

  /** Its place, rows, outcome and attempts. */
  @Override
  public String toString() {
    return "BatchChunk[index="
        + index()
        + ", firstRow="
        + firstRow()
        + ", rows="
        + rows()
        + ", outcome="
        + outcome()
        + ", attempts="
        + attempts()
        + "]";
  }
}
