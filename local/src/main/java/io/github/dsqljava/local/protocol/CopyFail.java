package io.github.dsqljava.local.protocol;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;

/** Ends a COPY FROM STDIN with an error. */
public final class CopyFail {
  private CopyFail() {}

  /** Returns the whole message, without a reason. */
  public static ByteBuf encode(ByteBufAllocator allocator) {
    ByteBuf out = allocator.buffer(Message.HEADER + 1);
    int length = Message.begin(out, FrontendType.COPY_FAIL);
    Message.write(out, "");
    return Message.end(out, length);
  }
}
