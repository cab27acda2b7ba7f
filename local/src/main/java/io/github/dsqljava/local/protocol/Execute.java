package io.github.dsqljava.local.protocol;

import io.netty.buffer.ByteBuf;

/** An Execute of the extended protocol: runs a portal. */
public record Execute(String portal) {
  /** Returns the row limit of a whole message; 0 for none. */
  public static int maxRows(ByteBuf message) {
    int at = Message.HEADER + Message.text(message, Message.HEADER).length() + 1;
    return message.readableBytes() < at + 4
        ? 0
        : Math.max(0, message.getInt(message.readerIndex() + at));
  }

  /** Reads a whole message; leaves the buffer's indices alone. */
  public static Execute decode(ByteBuf message) {
    return new Execute(Message.text(message, Message.HEADER));
  }

  /** Appends the whole message, without a limit of rows. */
  public ByteBuf encode(ByteBuf out) {
    int length = Message.begin(out, FrontendType.EXECUTE);
    Message.write(out, portal);
    return Message.end(out.writeInt(0), length);
  }
}
