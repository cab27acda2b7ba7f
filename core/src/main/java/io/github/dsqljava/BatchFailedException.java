package io.github.dsqljava;

import java.util.List;
import java.util.Optional;

/**
 * A chunk of a batch or the source of its rows failed for good, or the batch was stopped. Earlier
 * chunks are in the database and later ones were not tried, unless several ran at once; {@link
 * #chunks()} tells the outcome of each.
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
   * @param chunks all known chunks; if all of them are committed, reading the rows after them
   *     failed or was stopped
   * @param cause the failure
   */
  public BatchFailedException(List<BatchChunk> chunks, Throwable cause) {
    super(message(chunks, cause), cause);
    this.chunks = List.copyOf(chunks);
    this.firstUncertainRow =
        failed(chunks).map(BatchChunk::firstRow).orElseGet(() -> endOf(chunks));
  }

  private static Optional<BatchChunk> failed(List<BatchChunk> chunks) {
    return chunks.stream().filter(chunk -> chunk.outcome() != ChunkOutcome.COMMITTED).findFirst();
  }

  private static int endOf(List<BatchChunk> chunks) {
    return chunks.isEmpty() ? 0 : chunks.get(chunks.size() - 1).endRow();
  }

  private static String message(List<BatchChunk> chunks, Throwable cause) {
    if (failed(chunks).isEmpty()) {
      return "The batch ended behind row "
          + endOf(chunks)
          + ", with "
          + chunks.size()
          + " chunks in the database: "
          + text(cause)
          + ".";
    }
    BatchChunk failed = failed(chunks).get();
    boolean others =
        chunks.subList(failed.index() + 1, chunks.size()).stream()
            .anyMatch(chunk -> chunk.outcome() != ChunkOutcome.NOT_STARTED);
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
        + ". The rows before it are in the database, "
        + (others
            ? "and some of those after it; chunks() says which."
            : "those after it were not tried.");
  }

  private static String became(ChunkOutcome outcome) {
    return switch (outcome) {
      case UNKNOWN -> "may or may not be committed";
      case NOT_STARTED -> "was not tried";
      case ROLLED_BACK, COMMITTED -> "is not in the database";
    };
  }

  /**
   * All chunks with their outcomes; of an iterator or a stream, those whose rows had arrived. Empty
   * after deserialization.
   */
  public List<BatchChunk> chunks() {
    return chunks == null ? List.of() : chunks;
  }

  /** The first row that is not certainly in the database, as an index into the given rows. */
  public int firstUncertainRow() {
    return firstUncertainRow;
  }
}
