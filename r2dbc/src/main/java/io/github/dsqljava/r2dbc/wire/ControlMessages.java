package io.github.dsqljava.r2dbc.wire;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.nio.charset.StandardCharsets;

/** The messages that begin and end transactions. */
final class ControlMessages {

  private ControlMessages() {}

  /** Returns a Query message, which needs no Sync. */
  static ByteBuf query(ByteBufAllocator allocator, String sql) {
    byte[] text = sql.getBytes(StandardCharsets.US_ASCII);
    ByteBuf out = allocator.buffer();
    out.writeByte('Q').writeInt(Integer.BYTES + text.length + 1).writeBytes(text).writeByte(0);
    return out;
  }

  /**
   * Returns Parse, Bind and Execute without Sync, which the server answers with three messages. If
   * one of them fails, the server skips everything up to the Sync of the messages behind them.
   */
  static ByteBuf prefix(ByteBufAllocator allocator, String sql) {
    byte[] text = sql.getBytes(StandardCharsets.US_ASCII);
    ByteBuf out = allocator.buffer();
    // The unnamed statement, without parameters.
    out.writeByte('P').writeInt(Integer.BYTES + text.length + 4);
    out.writeByte(0).writeBytes(text).writeByte(0).writeShort(0);
    // The unnamed portal, without values and formats.
    out.writeByte('B').writeInt(Integer.BYTES + 8);
    out.writeByte(0).writeByte(0).writeShort(0).writeShort(0).writeShort(0);
    out.writeByte('E').writeInt(Integer.BYTES + 5);
    out.writeByte(0).writeInt(0);
    return out;
  }
}
