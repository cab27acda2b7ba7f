package io.github.dsqljava.vertx;

import io.vertx.core.buffer.Buffer;

/** Counts the records of TLS in what a client sends, by their headers. */
final class TlsRecords {
  private static final int HEADER = 5;
  private static final int SSL_REQUEST = 8;

  private Buffer rest = Buffer.buffer();
  private boolean begun;

  /** How many records end in these bytes. */
  int ended(Buffer bytes) {
    rest.appendBuffer(bytes);
    int at = 0;
    int count = 0;
    if (!begun && rest.length() >= SSL_REQUEST) {
      begun = true;
      at = rest.getByte(0) == 0 ? SSL_REQUEST : 0; // asked for TLS in PostgreSQL's way
    }
    while (begun && rest.length() - at >= HEADER) {
      int end = at + HEADER + rest.getUnsignedShort(at + HEADER - 2);
      if (end > rest.length()) {
        break;
      }
      at = end;
      count++;
    }
    rest = rest.getBuffer(at, rest.length());
    return count;
  }
}
