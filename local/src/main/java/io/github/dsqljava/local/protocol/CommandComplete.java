package io.github.dsqljava.local.protocol;

import io.netty.buffer.ByteBuf;

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
}
