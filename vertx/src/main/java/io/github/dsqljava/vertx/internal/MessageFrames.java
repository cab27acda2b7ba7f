package io.github.dsqljava.vertx.internal;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.net.ProtocolException;
import org.jspecify.annotations.Nullable;

/**
 * Walks the stream of a server's messages (one type byte, four bytes of length, a body) from header
 * to header and hands it on. It passes whole buffers as they came, or slices where messages are
 * dropped or inserted. It copies only a header that the end of a buffer cuts.
 */
final class MessageFrames {
  private static final int HEADER = 5;

  /** The handling of a message. */
  enum Verdict {
    PASS,
    /** Passes, and {@link Sink#cut()} is called before later messages are passed. */
    PASS_THEN_CUT,
    DROP,
    /** Does not pass, and {@link Sink#cut()} is called in its place. */
    DROP_THEN_CUT;

    private boolean passes() {
      return this == PASS || this == PASS_THEN_CUT;
    }

    private boolean cuts() {
      return this == PASS_THEN_CUT || this == DROP_THEN_CUT;
    }
  }

  /** Decides about messages and receives the bytes that pass. */
  interface Sink {
    /**
     * Whether {@link #begins} will change noted state. Then all bytes before the message are handed
     * on first, so that the receiver of an answer does not see state that belongs to a later one.
     */
    boolean isNoted(byte type, byte detail);

    /**
     * A message begins.
     *
     * @param detail the status in a ReadyForQuery; in a CommandComplete one of {@link
     *     PgMessages#COMMITTED}, {@link PgMessages#ROLLED_BACK}, {@link PgMessages#BEGUN} and
     *     {@link PgMessages#SET} if that is what its tag says; in an ErrorResponse {@link
     *     PgMessages#FATAL} if it is so; 0 for everything else
     */
    Verdict begins(byte type, byte detail) throws ProtocolException;

    /** Everything before the cut has been handed on. */
    void cut();

    /** The next bytes that pass; the sink's to release. */
    void bytes(ByteBuf run);
  }

  private final ByteBufAllocator allocator;
  private final Sink sink;

  /** The beginning of a header whose rest has not arrived. */
  private @Nullable ByteBuf partial;

  /** The number of bytes of the current message that have yet to come, and its handling. */
  private long remaining;

  private Verdict verdict = Verdict.PASS;

  private boolean released;

  MessageFrames(ByteBufAllocator allocator, Sink sink) {
    this.allocator = allocator;
    this.sink = sink;
  }

  /**
   * Takes the next bytes of the stream and ownership of the buffer.
   *
   * @throws ProtocolException for a length that is impossible, or from the sink; the stream is
   *     unusable afterwards
   */
  void feed(ByteBuf in) throws ProtocolException {
    if (released) {
      in.release();
      return;
    }
    try {
      ByteBuf header = partial;
      if (header != null) {
        complete(header, in);
        if (isComplete(header)) {
          partial = null;
          walkAndRelease(header);
        }
      }
      if (in.isReadable()) {
        walk(in);
      }
    } finally {
      in.release();
    }
  }

  private void walkAndRelease(ByteBuf in) throws ProtocolException {
    try {
      walk(in);
    } finally {
      in.release();
    }
  }

  /**
   * Completes a header, in two steps where the length field in it determines the size of the
   * header.
   */
  private static void complete(ByteBuf header, ByteBuf in) {
    while (in.isReadable() && !isComplete(header)) {
      int missing =
          headerLength(header, header.readerIndex(), header.writerIndex()) - header.readableBytes();
      header.writeBytes(in, Math.min(missing, in.readableBytes()));
    }
  }

  private static boolean isComplete(ByteBuf header) {
    return header.readableBytes()
        >= headerLength(header, header.readerIndex(), header.writerIndex());
  }

  /**
   * Returns the number of bytes needed to decide: for a ReadyForQuery also its only byte, for a
   * CommandComplete the begin of its tag, and for an ErrorResponse that of its severity.
   */
  private static int headerLength(ByteBuf in, int position, int end) {
    byte type = in.getByte(position);
    if (type == PgMessages.READY_FOR_QUERY) {
      return HEADER + 1;
    }
    int begin =
        switch (type) {
          case PgMessages.COMMAND_COMPLETE -> PgMessages.TAG_BEGIN;
          case PgMessages.ERROR_RESPONSE -> PgMessages.SEVERITY_BEGIN;
          default -> 0;
        };
    if (begin == 0 || end - position < HEADER) {
      return HEADER;
    }
    int body = in.getInt(position + 1) - 4;
    return HEADER + Math.max(0, Math.min(begin, body));
  }

  private void walk(ByteBuf in) throws ProtocolException {
    int position = in.readerIndex();
    int end = in.writerIndex();
    while (position < end) {
      if (remaining == 0) {
        byte type = in.getByte(position);
        if (end - position < headerLength(in, position, end)) {
          break;
        }
        try {
          begin(in, position, type);
        } catch (ProtocolException e) {
          handOn(in, position); // what came before it is sound
          throw e;
        }
        if (!verdict.passes()) {
          handOn(in, position);
        }
      }
      int step = (int) Math.min(remaining, end - position);
      position += step;
      remaining -= step;
      if (!verdict.passes()) {
        in.readerIndex(position);
      }
      if (remaining == 0 && verdict.cuts()) {
        handOn(in, position);
        sink.cut();
      }
    }
    if (position == end && in.isReadable()) {
      sink.bytes(in.retain());
      return;
    }
    handOn(in, position);
    if (position < end && !released) {
      partial =
          allocator
              .buffer(HEADER + PgMessages.SEVERITY_BEGIN)
              .writeBytes(in, position, end - position);
    }
  }

  private void begin(ByteBuf in, int position, byte type) throws ProtocolException {
    int length = in.getInt(position + 1);
    boolean ready = type == PgMessages.READY_FOR_QUERY;
    if (length < 4 || (ready && length != 5)) {
      throw new ProtocolException(
          "The server's message of type " + (char) type + " says it has " + length + " bytes");
    }
    byte detail =
        switch (type) {
          case PgMessages.READY_FOR_QUERY -> in.getByte(position + HEADER);
          case PgMessages.COMMAND_COMPLETE -> PgMessages.control(in, position);
          case PgMessages.ERROR_RESPONSE -> PgMessages.severity(in, position);
          default -> 0;
        };
    if (sink.isNoted(type, detail)) {
      handOn(in, position);
    }
    verdict = sink.begins(type, detail);
    remaining = length + 1L;
  }

  private void handOn(ByteBuf in, int upTo) {
    int length = upTo - in.readerIndex();
    if (length > 0) {
      sink.bytes(in.readRetainedSlice(length));
    }
  }

  /** Drops an incomplete header, and all later bytes. */
  void release() {
    released = true;
    if (partial != null) {
      partial.release();
      partial = null;
    }
  }
}
