package io.github.dsqljava;

import java.util.List;

/**
 * A chunk of a batch failed for good. The chunks before it are in the database, those after it were
 * not tried; {@link #chunks()} says so for each.
 *
 * <pre>{@code
 * if (failure instanceof BatchFailedException failed) {
 *   List<Tuple> rest = rows.subList(failed.firstUncertainRow(), rows.size());
 * }
 * }</pre>
 */
public final class BatchFailedException extends DsqlException {

  private static final long serialVersionUID = 1L;

  private final transient List<BatchChunk> chunks;
  private final int firstUncertainRow;

  /**
   * Made by the runner of batches.
   *
   * @param chunks all chunks, one of them failed
   * @param cause what it failed with
   */
  public BatchFailedException(List<BatchChunk> chunks, Throwable cause) {
    super(message(chunks, cause), cause);
    this.chunks = List.copyOf(chunks);
    this.firstUncertainRow = failed(chunks).firstRow();
  }

  private static BatchChunk failed(List<BatchChunk> chunks) {
    return chunks.stream()
        .filter(chunk -> chunk.outcome() != ChunkOutcome.COMMITTED)
        .findFirst()
        .orElseThrow();
  }

  private static String message(List<BatchChunk> chunks, Throwable cause) {
    BatchChunk failed = failed(chunks);
    return "Chunk "
        + (failed.index() + 1)
        + " of "
        + chunks.size()
        + " (rows "
        + failed.firstRow()
        + " to "
        + (failed.endRow() - 1)
        + ") "
        + became(failed.outcome())
        + ": "
        + text(cause)
        + ". The rows before it are in the database, those after it were not tried.";
  }

  private static String became(ChunkOutcome outcome) {
    return switch (outcome) {
      case UNKNOWN -> "may or may not be committed";
      case NOT_STARTED -> "was not tried";
      case ROLLED_BACK, COMMITTED -> "is not in the database";
    };
  }

  /** Every chunk and what became of it; empty after deserialization. */
  public List<BatchChunk> chunks() {
    return chunks == null ? List.of() : chunks;
  }

  /** The first row that is not certainly in the database, as an index into what was given. */
  public int firstUncertainRow() {
    return firstUncertainRow;
  }
}
