package io.github.dsqljava;

/**
 * A row of a batch is larger than a chunk may be. Nothing of the batch was written.
 *
 * <pre>{@code
 * if (failure instanceof RowTooLargeException tooLarge) {
 *   log("row " + tooLarge.row() + " has about " + tooLarge.bytes() + " bytes");
 * }
 * }</pre>
 */
public final class RowTooLargeException extends DsqlException {

  private static final long serialVersionUID = 1L;

  private final int row;
  private final long bytes;

  /**
   * Made by the code that cuts a batch into chunks.
   *
   * @param row the row, as an index into the given rows
   * @param bytes its size, by an estimate
   * @param maxBytes the most bytes of a chunk
   */
  public RowTooLargeException(int row, long bytes, long maxBytes) {
    super(
        "Row "
            + row
            + " of the batch has about "
            + bytes
            + " bytes, more than the "
            + maxBytes
            + " of a chunk; nothing was written. Raise maxBytes, or write less in a row.",
        null);
    this.row = row;
    this.bytes = bytes;
  }

  /** The first row that is too large, as an index into the given rows. */
  public int row() {
    return row;
  }

  /** Its size in bytes, by an estimate. */
  public long bytes() {
    return bytes;
  }
}
