package io.github.dsqljava.local.protocol;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufUtil;

/**
 * A Parse of the extended protocol: prepares a statement.
 *
 * @param name of the prepared statement; empty for the unnamed one
 * @param parameters the types of its parameters, as the message has them
 */
public record Parse(String name, String sql, byte[] parameters) {
  private static final byte[] NO_PARAMETERS = {0, 0};

  /** A statement without declared parameters. */
  public Parse(String name, String sql) {
    this(name, sql, NO_PARAMETERS);
  }

  /** Reads a whole message; leaves the buffer's indices alone. */
  public static Parse decode(ByteBuf message) {
    String name = Message.text(message, Message.HEADER);
    String sql = Message.text(message, Message.HEADER + name.length() + 1);
    int rest = Math.min(Message.HEADER + name.length() + sql.length() + 2, message.readableBytes());
    byte[] parameters =
        ByteBufUtil.getBytes(message, message.readerIndex() + rest, message.readableBytes() - rest);
    return new Parse(name, sql, parameters);
  }

  /** Returns the same with another text. */
  public Parse withSql(String newSql) {
    return new Parse(name, newSql, parameters);
  }

  /** Returns the same under another name. */
  public Parse withName(String newName) {
    return new Parse(newName, sql, parameters);
  }

  /** Returns the whole message. */
  public ByteBuf encode(ByteBufAllocator allocator) {
    return encode(allocator.buffer());
  }

  /** Appends the whole message. */
  public ByteBuf encode(ByteBuf out) {
    int length = Message.begin(out, FrontendType.PARSE);
    Message.write(out, name);
    Message.write(out, sql);
    return Message.end(out.writeBytes(parameters), length);
  }
}
