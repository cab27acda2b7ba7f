package io.github.dsqljava.local.protocol;

import io.netty.buffer.ByteBuf;

/**
 * The object of a Describe or a Close message: a prepared statement or a portal.
 *
 * @param isStatement whether it is a prepared statement, and not a portal
 */
public record Subject(boolean isStatement, String name) {
  private static final byte STATEMENT = 'S';
  private static final byte PORTAL = 'P';

  /** A prepared statement. */
  public static Subject statement(String name) {
    return new Subject(/* isStatement= */ true, name);
  }

  /** A portal. */
  public static Subject portal(String name) {
    return new Subject(/* isStatement= */ false, name);
  }

  /** Reads a whole Describe or Close; leaves the buffer's indices alone. */
  public static Subject decode(ByteBuf message) {
    boolean isStatement =
        message.readableBytes() > Message.HEADER
            && message.getByte(message.readerIndex() + Message.HEADER) == STATEMENT;
    return new Subject(isStatement, Message.text(message, Message.HEADER + 1));
  }

  /** Appends a Describe of it. */
  public ByteBuf describe(ByteBuf out) {
    return append(out, FrontendType.DESCRIBE);
  }

  /** Appends a Close of it. */
  public ByteBuf close(ByteBuf out) {
    return append(out, FrontendType.CLOSE);
  }

  private ByteBuf append(ByteBuf out, byte type) {
    int length = Message.begin(out, type);
    out.writeByte(isStatement ? STATEMENT : PORTAL);
    Message.write(out, name);
    return Message.end(out, length);
  }
}
