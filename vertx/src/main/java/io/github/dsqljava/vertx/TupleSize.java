package io.github.dsqljava.vertx;

import io.vertx.core.buffer.Buffer;
import io.vertx.sqlclient.Tuple;
import java.lang.reflect.Array;
import java.math.BigDecimal;
import java.math.BigInteger;
import org.jspecify.annotations.Nullable;

/**
 * Estimates how much a row adds to the size of a transaction. The service documents its count in
 * outline only (rows and index entries). This counts the bytes of the values on the wire, and an
 * overhead for the row itself.
 */
final class TupleSize {

  /** About the bytes that PostgreSQL stores with each row besides its values. */
  private static final int ROW_OVERHEAD = 28;

  private static final int FIXED_VALUE = 16;

  private TupleSize() {}

  static long of(Tuple row) {
    long bytes = ROW_OVERHEAD;
    for (int i = 0; i < row.size(); i++) {
      bytes += ofValue(row.getValue(i));
    }
    return bytes;
  }

  private static long ofValue(@Nullable Object value) {
    if (value == null) {
      return 0;
    }
    if (value instanceof CharSequence text) {
      return utf8Length(text);
    }
    if (value instanceof Buffer bytes) {
      return bytes.length();
    }
    if (value instanceof Number || value instanceof Boolean || value instanceof Character) {
      return value instanceof BigDecimal || value instanceof BigInteger
          ? value.toString().length()
          : 8;
    }
    if (value.getClass().isArray()) {
      long bytes = 0;
      for (int i = 0; i < Array.getLength(value); i++) {
        bytes += ofValue(Array.get(value, i));
      }
      return bytes;
    }
    // JSON and other values that are sent as text.
    return value.getClass().getName().startsWith("java.")
        ? FIXED_VALUE
        : utf8Length(value.toString());
  }

  private static long utf8Length(CharSequence text) {
    long bytes = 0;
    for (int i = 0; i < text.length(); i++) {
      char at = text.charAt(i);
      bytes += at < 0x80 ? 1 : at < 0x800 ? 2 : Character.isSurrogate(at) ? 2 : 3;
    }
    return bytes;
  }
}
