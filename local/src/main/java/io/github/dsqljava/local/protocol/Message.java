package io.github.dsqljava.local.protocol;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.nio.charset.StandardCharsets;

/** Reads and writes the parts that all messages have: a type, a length, a body. */
public final class Message {
  /** The size of type and length, in bytes. */
  public static final int HEADER = 5;

  private Message() {}

  /** Returns the type byte of a whole message. */
  public static byte type(ByteBuf message) {
    return message.getByte(message.readerIndex());
  }

  /** Returns a message without a body. */
  public static ByteBuf empty(ByteBufAllocator allocator, byte type) {
    return empty(allocator.buffer(HEADER), type);
  }

  static ByteBuf empty(ByteBuf out, byte type) {
    return end(out, begin(out, type));
  }

  /**
   * Reads the string that begins at an offset of a message, without its closing zero; empty if it
   * has no end.
   */
  static String text(ByteBuf message, int offset) {
    int start = message.readerIndex() + offset;
    if (start >= message.writerIndex()) {
      return "";
    }
    int length = message.bytesBefore(start, message.writerIndex() - start, (byte) 0);
    return length < 0 ? "" : message.toString(start, length, StandardCharsets.ISO_8859_1);
  }

  /** Begins a message; returns the position of its length, for {@link #end}. */
  static int begin(ByteBuf out, byte type) {
    out.writeByte(type);
    int length = out.writerIndex();
    out.writeInt(0);
    return length;
  }

  static ByteBuf end(ByteBuf out, int length) {
    return out.setInt(length, out.writerIndex() - length);
  }

  static void write(ByteBuf out, String text) {
    out.writeCharSequence(text, StandardCharsets.ISO_8859_1);
    out.writeByte(0);
  }
}
