package io.github.dsqljava.local.protocol;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;

/** A Sync of the extended protocol: ends a batch. */
public final class Sync {
  private Sync() {}

  /** Returns the whole message. */
  public static ByteBuf encode(ByteBufAllocator allocator) {
    return Message.empty(allocator, FrontendType.SYNC);
  }

  /** Appends the whole message. */
  public static ByteBuf encode(ByteBuf out) {
    return Message.empty(out, FrontendType.SYNC);
  }
}
