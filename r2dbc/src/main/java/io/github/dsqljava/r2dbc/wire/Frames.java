package io.github.dsqljava.r2dbc.wire;

import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/**
 * Finds the messages of PostgreSQL's protocol in one direction of a connection, also those that are
 * spread over several buffers. It changes no buffer.
 *
 * <p>Not thread-safe.
 */
final class Frames {

  /** Type and length. */
  private static final int HEADER = 5;

  private static final byte[] NOTHING = {};

  /** Receives each message when its last byte has arrived. */
  @FunctionalInterface
  interface Sink {

    /**
     * A message.
     *
     * @param body the bytes after the length if the type is wanted; else empty
     */
    void message(byte type, byte[] body);
  }

  /** Decides which messages' bodies are wanted. */
  @FunctionalInterface
  interface Wanted {
    boolean test(byte type);
  }

  private final Wanted wanted;
  private final byte[] header = new byte[HEADER];
  private int headerBytes;
  private int bodyLeft;
  private byte @Nullable [] body;

  /**
   * @param typed whether the first message has a type; the startup message has none
   */
  Frames(Wanted wanted, boolean typed) {
    this.wanted = wanted;
    this.headerBytes = typed ? 0 : 1;
  }

  /** Whether all bytes so far make whole messages. */
  boolean isBetweenMessages() {
    return headerBytes == 0;
  }

  /** Looks at all of a buffer's readable bytes. */
  void scan(ByteBuf buffer, Sink sink) {
    int at = buffer.readerIndex();
    while (at < buffer.writerIndex()) {
      at = scanOne(buffer, at, sink);
    }
  }

  /**
   * Looks at a buffer from an index to the end of one message, or of the buffer.
   *
   * @return the index behind it
   */
  int scanOne(ByteBuf buffer, int from, Sink sink) {
    int at = from;
    while (headerBytes < HEADER && at < buffer.writerIndex()) {
      header[headerBytes++] = buffer.getByte(at++);
      if (headerBytes == HEADER) {
        begin();
      }
    }
    if (headerBytes < HEADER) {
      return at;
    }
    int part = Math.min(bodyLeft, buffer.writerIndex() - at);
    if (body != null) {
      buffer.getBytes(at, body, body.length - bodyLeft, part);
    }
    bodyLeft -= part;
    if (bodyLeft == 0) {
      byte[] complete = body == null ? NOTHING : body;
      byte type = header[0];
      body = null;
      headerBytes = 0;
      header[0] = 0;
      sink.message(type, complete);
    }
    return at + part;
  }

  private void begin() {
    int length =
        (header[1] & 0xFF) << 24
            | (header[2] & 0xFF) << 16
            | (header[3] & 0xFF) << 8
            | (header[4] & 0xFF);
    if (length < 4) {
      throw new IllegalStateException("A message of length " + length);
    }
    bodyLeft = length - 4;
    body = wanted.test(header[0]) ? new byte[bodyLeft] : null;
  }
}
