package io.github.dsqljava.benchmarks.result;

/**
 * The memory of a client with a pool of one connection, and the increase with a second, idle pool.
 *
 * @param heap bytes of the heap before the second pool
 * @param direct bytes outside the heap before the second pool
 * @param moreHeap bytes of the heap that the second pool adds
 * @param moreDirect bytes outside the heap that the second pool adds
 */
public record MemoryResult(long heap, long direct, long moreHeap, long moreDirect) {
  private static final String SEPARATOR = " ";

  /** One line, for another process. */
  public String toLine() {
    return heap + SEPARATOR + direct + SEPARATOR + moreHeap + SEPARATOR + moreDirect;
  }

  /** Reads a line of {@link #toLine()}. */
  public static MemoryResult ofLine(String line) {
    String[] parts = line.split(SEPARATOR, -1);
    return new MemoryResult(
        Long.parseLong(parts[0]),
        Long.parseLong(parts[1]),
        Long.parseLong(parts[2]),
        Long.parseLong(parts[3]));
  }
}
