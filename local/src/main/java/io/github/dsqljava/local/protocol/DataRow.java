package io.github.dsqljava.local.protocol;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * A DataRow.
 *
 * @param columns their values in the text format; null values are empty
 */
public record DataRow(List<String> columns) {
  /** Copies the values. */
  public DataRow {
    columns = List.copyOf(columns);
  }

  /** Reads a whole message; leaves the buffer's indices alone. */
  public static DataRow decode(ByteBuf message) {
    ByteBuf body =
        message.slice(
            message.readerIndex() + Message.HEADER, message.readableBytes() - Message.HEADER);
    int count = body.readUnsignedShort();
    List<String> columns = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      int length = body.readInt();
      columns.add(
          length < 0 ? "" : body.readCharSequence(length, StandardCharsets.ISO_8859_1).toString());
    }
    return new DataRow(columns);
  }

  /** Returns the whole message. */
  public ByteBuf encode(ByteBufAllocator allocator) {
    ByteBuf out = allocator.buffer();
    int length = Message.begin(out, BackendType.DATA_ROW);
    out.writeShort(columns.size());
    for (String value : columns) {
      out.writeInt(value.length());
      out.writeCharSequence(value, StandardCharsets.ISO_8859_1);
    }
    return Message.end(out, length);
  }
}
