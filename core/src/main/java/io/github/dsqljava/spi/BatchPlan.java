package io.github.dsqljava.spi;

import io.github.dsqljava.BatchChunk;
import io.github.dsqljava.InvalidConfigurationException;
import io.github.dsqljava.RowTooLargeException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntToLongFunction;

/** Cuts rows into chunks by number and size, in their order. */
public final class BatchPlan {

  /**
   * The largest number of rows that a transaction may change ("Cluster quotas and database
   * limits").
   */
  public static final int SERVICE_ROWS = 3_000;

  /**
   * The largest number of bytes that a transaction may change, with index entries (the same page).
   */
  public static final long SERVICE_BYTES = 10L * 1024 * 1024;

  private BatchPlan() {}

  /**
   * Checks a limit on the rows of a chunk.
   *
   * @return the number
   * @throws InvalidConfigurationException if it is not 1 to {@link #SERVICE_ROWS}
   */
  public static int checkRows(int maxRows) {
    return (int) check("maxRows", maxRows, SERVICE_ROWS);
  }

  /**
   * Checks a limit on the bytes of a chunk.
   *
   * @return the number
   * @throws InvalidConfigurationException if it is not 1 to {@link #SERVICE_BYTES}
   */
  public static long checkBytes(long maxBytes) {
    return check("maxBytes", maxBytes, SERVICE_BYTES);
  }

  private static long check(String name, long value, long most) {
    if (value < 1 || value > most) {
      throw new InvalidConfigurationException(
          name
              + " is "
              + value
              + "; give 1 to "
              + most
              + ", the most a transaction of Aurora DSQL may change");
    }
    return value;
  }

  /**
   * Cuts rows into chunks.
   *
   * @param rows the number of rows
   * @param size the size of a row, by its index, in bytes
   * @param maxRows the most rows in a chunk, 1 to {@link #SERVICE_ROWS}
   * @param maxBytes the most bytes in a chunk, 1 to {@link #SERVICE_BYTES}
   * @return the chunks, not started
   * @throws InvalidConfigurationException if a bound is out of range
   * @throws RowTooLargeException if a single row is larger than {@code maxBytes}
   */
  public static List<BatchChunk> cut(int rows, IntToLongFunction size, int maxRows, long maxBytes) {
    checkRows(maxRows);
    checkBytes(maxBytes);
    List<BatchChunk> chunks = new ArrayList<>();
    int first = 0;
    long bytes = 0;
    for (int row = 0; row < rows; row++) {
      long rowBytes = size.applyAsLong(row);
      if (rowBytes > maxBytes) {
        throw new RowTooLargeException(row, rowBytes, maxBytes);
      }
      if (row > first && (row - first == maxRows || bytes + rowBytes > maxBytes)) {
        chunks.add(chunk(chunks.size(), first, row));
        first = row;
        bytes = 0;
      }
      bytes += rowBytes;
    }
    if (rows > first) {
      chunks.add(chunk(chunks.size(), first, rows));
    }
    return List.copyOf(chunks);
  }

  private static BatchChunk chunk(int index, int first, int end) {
    return BatchChunk.of(index, first, end - first);
  }
}
