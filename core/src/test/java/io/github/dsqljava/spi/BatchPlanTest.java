package io.github.dsqljava.spi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import io.github.dsqljava.BatchChunk;
import io.github.dsqljava.BatchFailedException;
import io.github.dsqljava.ChunkOutcome;
import io.github.dsqljava.InvalidConfigurationException;
import io.github.dsqljava.RowTooLargeException;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** How rows are cut into chunks. */
class BatchPlanTest {

  private static List<Integer> sizes(List<BatchChunk> chunks) {
    return chunks.stream().map(BatchChunk::rows).toList();
  }

  @Test
  void cut_byRows() {
    assertThat(sizes(BatchPlan.cut(7, row -> 1, 3, 100))).containsExactly(3, 3, 1);
    assertThat(sizes(BatchPlan.cut(6, row -> 1, 3, 100))).containsExactly(3, 3);
    assertThat(BatchPlan.cut(0, row -> 1, 3, 100)).isEmpty();
    assertThat(BatchPlan.cut(1, row -> 1, 1, 1)).containsExactly(BatchChunk.of(0, 0, 1));
  }

  @Test
  void cut_byBytes() {
    assertThat(sizes(BatchPlan.cut(5, row -> 40, 100, 100))).containsExactly(2, 2, 1);
    assertThat(sizes(BatchPlan.cut(5, row -> 50, 100, 100))).containsExactly(2, 2, 1);
    assertThat(sizes(BatchPlan.cut(3, row -> 100, 100, 100))).containsExactly(1, 1, 1);
  }

  @Test
  void rowLargerThanAChunk_isNamed() {
    assertThatThrownBy(() -> BatchPlan.cut(5, row -> row == 3 ? 101 : 1, 10, 100))
        .asInstanceOf(type(RowTooLargeException.class))
        .satisfies(
            tooLarge -> {
              assertThat(tooLarge.row()).isEqualTo(3);
              assertThat(tooLarge.bytes()).isEqualTo(101);
              assertThat(tooLarge)
                  .hasMessage(
                      "Row 3 of the batch has about 101 bytes, more than the 100 of a chunk; nothing"
                          + " was written. Raise maxBytes, or write less in a row.");
            });
  }

  @Test
  void boundsBeyondTheService_refused() {
    assertThat(BatchPlan.checkRows(3_000)).isEqualTo(3_000);
    assertThat(BatchPlan.checkBytes(10L * 1024 * 1024)).isEqualTo(10L * 1024 * 1024);
    assertThatThrownBy(() -> BatchPlan.checkRows(3_001))
        .isInstanceOf(InvalidConfigurationException.class)
        .hasMessageContaining("maxRows is 3001");
    assertThatThrownBy(() -> BatchPlan.checkRows(0)).hasMessageContaining("maxRows is 0");
    assertThatThrownBy(() -> BatchPlan.checkBytes(10L * 1024 * 1024 + 1))
        .isInstanceOf(InvalidConfigurationException.class)
        .hasMessageContaining("maxBytes");
    assertThatThrownBy(() -> BatchPlan.cut(1, row -> 1, 0, 1)).hasMessageContaining("maxRows is 0");
    assertThatThrownBy(() -> BatchPlan.cut(1, row -> 1, 1, 0))
        .hasMessageContaining("maxBytes is 0");
  }

  /** Every row is in one chunk, in order, within the bounds, and no chunk could take one more. */
  @Test
  void cut_anyRows_keepsItsPromises() {
    long seed = System.nanoTime();
    SplittableRandom random = new SplittableRandom(seed);
    for (int i = 0; i < 2_000; i++) {
      int[] bytes = random.ints(random.nextInt(60), 1, 50).toArray();
      int maxRows = random.nextInt(1, 20);
      long maxBytes = random.nextLong(50, 300);
      List<BatchChunk> chunks = BatchPlan.cut(bytes.length, row -> bytes[row], maxRows, maxBytes);
      int next = 0;
      for (BatchChunk chunk : chunks) {
        long size = 0;
        assertThat(chunk.firstRow()).as("seed %d, case %d", seed, i).isEqualTo(next);
        assertThat(chunk.index()).isEqualTo(chunks.indexOf(chunk));
        for (int row = chunk.firstRow(); row < chunk.endRow(); row++) {
          size += bytes[row];
        }
        next = chunk.endRow();
        assertThat(chunk.rows()).as("seed %d, case %d", seed, i).isBetween(1, maxRows);
        assertThat(size).as("seed %d, case %d", seed, i).isLessThanOrEqualTo(maxBytes);
        boolean full =
            next == bytes.length || chunk.rows() == maxRows || size + bytes[next] > maxBytes;
        assertThat(full).as("seed %d, case %d: a chunk has room", seed, i).isTrue();
      }
      assertThat(next).isEqualTo(bytes.length);
    }
  }

  @Test
  void failure_saysWhichChunksAreIn() {
    List<BatchChunk> chunks =
        List.of(
            BatchChunk.of(0, 0, 10).with(ChunkOutcome.COMMITTED, 1),
            BatchChunk.of(1, 10, 10).with(ChunkOutcome.UNKNOWN, 2),
            BatchChunk.of(2, 20, 5));
    BatchFailedException failure =
        new BatchFailedException(chunks, new IllegalStateException("lost"));
    assertThat(failure)
        .hasMessageContaining("Chunk 2 of 3 (rows 10 to 19) may or may not be committed: lost");
    assertThat(failure.firstUncertainRow()).isEqualTo(10);
    assertThat(failure.chunks()).isEqualTo(chunks);
  }
}
