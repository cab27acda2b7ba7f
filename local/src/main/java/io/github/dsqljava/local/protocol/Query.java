package io.github.dsqljava.local.protocol;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;

/** A Query of the simple protocol, which may hold several statements. */
public record Query(String sql) {
  /** Reads a whole message; leaves the buffer's indices alone. */
  public static Query decode(ByteBuf message) {
    return new Query(Message.text(message, Message.HEADER));
  }

  /** Returns the whole message. */
  public ByteBuf encode(ByteBufAllocator allocator) {
    ByteBuf out = allocator.buffer(Message.HEADER + sql.length() + 1);
    int length = Message.begin(out, FrontendType.QUERY);
    Message.write(out, sql);
    return Message.end(out, length);
  }
}
