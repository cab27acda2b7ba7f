package io.github.dsqljava.benchmarks.result;

/**
 * What a client uses with a pool of one connection, and what more with another, idle one.
 *
 * @param heap bytes of the heap, before
 * @param direct bytes outside the heap, before
 * @param moreHeap bytes of the heap that came with the pool
 * @param moreDirect bytes outside the heap that came with the pool
 */
public record MemoryResult(long heap, long direct, long moreHeap, long moreDirect) {
  private static final String SEPARATOR = " ";

  /** One line, for another process. */
  public String toLine() {
    return heap + SEPARATOR + direct + SEPARATOR + moreHeap + SEPARATOR + moreDirect;
  }

  /** Reads what {@link #toLine()} wrote. */
  public static MemoryResult ofLine(String line) {
    String[] parts = line.split(SEPARATOR, -1);
    return new MemoryResult(
        Long.parseLong(parts[0]),
        Long.parseLong(parts[1]),
        Long.parseLong(parts[2]),
        Long.parseLong(parts[3]));
  }
}
