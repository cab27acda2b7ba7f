package io.github.dsqljava.local.protocol;

import io.netty.buffer.ByteBuf;

/** An Execute of the extended protocol: runs a portal. */
public record Execute(String portal) {
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
