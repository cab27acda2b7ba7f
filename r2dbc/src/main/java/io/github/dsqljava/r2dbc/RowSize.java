package io.github.dsqljava.r2dbc;

import java.nio.ByteBuffer;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Estimates how much a row adds to the size of a transaction. The service documents its count in
 * outline only (rows and index entries). This counts about the bytes of the values on the wire, and
 * an overhead for the row itself.
 */
final class RowSize {

  /** About the bytes that PostgreSQL stores with each row besides its values. */
  private static final int ROW_OVERHEAD = 28;

  private static final int FIXED_VALUE = 16;

  private RowSize() {}

  static long of(List<? extends @Nullable Object> row) {
    long bytes = ROW_OVERHEAD;
    for (Object value : row) {
      bytes += ofValue(value);
    }
    return bytes;
  }

  private static long ofValue(@Nullable Object value) {
    if (value == null) {
      return 0;
    }
    if (value instanceof CharSequence text) {
      return 3L * text.length(); // at most
    }
    if (value instanceof byte[] bytes) {
      return bytes.length;
    }
    if (value instanceof ByteBuffer bytes) {
      return bytes.remaining();
    }
    if (value instanceof Object[] elements) {
      long bytes = 0;
      for (Object element : elements) {
        bytes += ofValue(element);
      }
      return bytes;
    }
    boolean fixed = value instanceof Number || value.getClass().getName().startsWith("java.time.");
    // JSON and other values that are sent as text.
    return fixed ? FIXED_VALUE : Math.max(FIXED_VALUE, 3L * value.toString().length());
  }
}
