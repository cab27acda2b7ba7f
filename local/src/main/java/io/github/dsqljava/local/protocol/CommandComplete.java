package io.github.dsqljava.local.protocol;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;

/**
 * A CommandComplete.
 *
 * @param tag for example {@code INSERT 0 1}
 */
public record CommandComplete(String tag) {
  /** Reads a whole message; leaves the buffer's indices alone. */
  public static CommandComplete decode(ByteBuf message) {
    return new CommandComplete(Message.text(message, Message.HEADER));
  }

  /** Returns the whole message. */
  public ByteBuf encode(ByteBufAllocator allocator) {
    ByteBuf out = allocator.buffer();
    int length = Message.begin(out, BackendType.COMMAND_COMPLETE);
    Message.write(out, tag);
    return Message.end(out, length);
  }
}
