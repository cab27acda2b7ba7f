package io.github.dsqljava.local.protocol;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;

/** A ReadyForQuery: a batch has been answered. */
public record ReadyForQuery(TransactionStatus status) {
  /** Reads a whole message; leaves the buffer's indices alone. */
  public static ReadyForQuery decode(ByteBuf message) {
    return new ReadyForQuery(
        TransactionStatus.of(message.getByte(message.readerIndex() + Message.HEADER)));
  }

  /** Returns the whole message. */
  public ByteBuf encode(ByteBufAllocator allocator) {
    ByteBuf out = allocator.buffer(Message.HEADER + 1);
    int length = Message.begin(out, BackendType.READY_FOR_QUERY);
    return Message.end(out.writeByte(status.letter()), length);
  }
}
