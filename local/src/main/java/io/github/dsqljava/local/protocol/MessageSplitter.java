package io.github.dsqljava.local.protocol;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import org.jspecify.annotations.Nullable;

/**
 * Walks a stream of PostgreSQL messages (one type byte, four bytes of length, a body) and hands it
 * on in order. Messages that the sink takes come whole and one by one. Everything between them
 * comes as runs of bytes, without copying and without waiting for a message to be complete.
 */
public final class MessageSplitter {
  /** The handling of a message. */
  public enum Handling {
    /** Passes within a run of bytes, in as many pieces as it comes in. */
    PASS,
    /** Is cut out of the stream and handed over. */
    TAKE
  }

  /** Receives the stream. Buffers become the receiver's to release. */
  public interface Sink {
    /**
     * Returns the handling of the next message in the stream, which has this type. Called again for
     * the same message when more bytes of it have come.
     */
    Handling handling(byte type);

    /** A message that is taken. */
    void message(byte type, ByteBuf message);

    void bytes(ByteBuf run);
  }

  private final ByteBufAllocator allocator;
  private final int maxMessageLength;
  private final Sink sink;

  /** The bytes of an incomplete header, or of an incomplete message that the sink takes. */
  private @Nullable ByteBuf partial;

  /** The length that {@link #partial} has to reach before it is examined again. */
  private long needed;

  /** The number of bytes of a passing message that have yet to come. */
  private long remaining;

  /**
   * @param maxMessageLength longest message accepted, its length field included
   */
  public MessageSplitter(ByteBufAllocator allocator, int maxMessageLength, Sink sink) {
    this.allocator = allocator;
    this.maxMessageLength = maxMessageLength;
    this.sink = sink;
  }

  /**
   * Takes the next bytes of the stream and ownership of the buffer.
   *
   * @throws ProtocolViolationException for a length that is impossible or too large; the bytes
   *     before it have been handed on
   */
  public void feed(ByteBuf in) {
    ByteBuf input = in;
    if (partial != null) {
      partial.writeBytes(in);
      in.release();
      if (partial.readableBytes() < needed) {
        return; // copied once, however small the pieces are that a large message comes in
      }
      input = partial;
      partial = null;
    }
    try {
      split(input);
    } finally {
      input.release();
    }
  }

  private void split(ByteBuf in) {
    int position = in.readerIndex();
    int end = in.writerIndex();
    needed = Message.HEADER;
    while (position < end) {
      if (remaining > 0) {
        int passed = (int) Math.min(remaining, end - position);
        remaining -= passed;
        position += passed;
        continue;
      }
      if (end - position < Message.HEADER) {
        break;
      }
      byte type = in.getByte(position);
      long length = in.getUnsignedInt(position + 1);
      if (length < 4 || length > maxMessageLength) {
        handOn(in, position);
        throw new ProtocolViolationException(
            "message of type " + (type & 0xff) + " says it has " + length + " bytes");
      }
      Handling handling = sink.handling(type);
      if (handling == Handling.PASS) {
        remaining = length + 1;
        continue;
      }
      if (end - position < length + 1) {
        needed = length + 1;
        break;
      }
      handOn(in, position);
      sink.message(type, in.readRetainedSlice((int) length + 1));
      position = in.readerIndex();
    }
    handOn(in, position);
    if (in.isReadable()) {
      keep(in);
    }
  }

  private void handOn(ByteBuf in, int upTo) {
    int length = upTo - in.readerIndex();
    if (length > 0) {
      sink.bytes(in.readRetainedSlice(length));
    }
  }

  private void keep(ByteBuf in) {
    // Sized for the bytes at hand, not for the length the peer claims.
    partial = allocator.buffer(Math.max(256, 2 * in.readableBytes())).writeBytes(in);
  }

  /** Drops an incomplete message. */
  public void release() {
    if (partial != null) {
      partial.release();
      partial = null;
    }
  }
}
