package io.github.dsqljava.local.protocol;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;

/** A RowDescription of one column of type text that belongs to no table. */
public record RowDescription(String column) {
  private static final int TEXT_OID = 25;
  private static final int NO_MODIFIER = -1;

  /** Returns the whole message. */
  public ByteBuf encode(ByteBufAllocator allocator) {
    ByteBuf out = allocator.buffer();
    int length = Message.begin(out, BackendType.ROW_DESCRIPTION);
    out.writeShort(1);
    Message.write(out, column);
    out.writeInt(0).writeShort(0); // of no table
    out.writeInt(TEXT_OID).writeShort(-1).writeInt(NO_MODIFIER);
    out.writeShort(0); // its text and binary formats are the same
    return Message.end(out, length);
  }

  /**
   * Returns a whole message with another name of its only column, if the column has a certain name;
   * the same message if not.
   */
  public static ByteBuf rename(
      ByteBuf message, String from, String to, ByteBufAllocator allocator) {
    int start = message.readerIndex();
    if (message.getShort(start + Message.HEADER) != 1
        || !Message.text(message, Message.HEADER + 2).equals(from)) {
      return message;
    }
    ByteBuf out = allocator.buffer();
    int length = Message.begin(out, BackendType.ROW_DESCRIPTION);
    out.writeShort(1);
    Message.write(out, to);
    int behind = start + Message.HEADER + 2 + from.length() + 1;
    out.writeBytes(message, behind, message.writerIndex() - behind);
    message.release();
    return Message.end(out, length);
  }

  /**
   * Gives the only column of a whole message another type, whose text and binary formats are the
   * same as those of text.
   */
  public static void retype(ByteBuf message, int typeOid) {
    int name = message.readerIndex() + Message.HEADER + 2;
    int behind = name + Message.text(message, Message.HEADER + 2).length() + 1;
    message.setInt(behind + 4 + 2, typeOid);
  }
}
