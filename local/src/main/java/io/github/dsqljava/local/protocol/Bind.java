package io.github.dsqljava.local.protocol;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * A Bind of the extended protocol: makes a portal of a prepared statement. Parameters are not taken
 * apart.
 */
public record Bind(String portal, String statement) {
  /** Reads a whole message; leaves the buffer's indices alone. */
  public static Bind decode(ByteBuf message) {
    String portal = Message.text(message, Message.HEADER);
    return new Bind(portal, Message.text(message, Message.HEADER + portal.length() + 1));
  }

  /** Whether a whole message is well-formed, has no parameters, and wants all columns alike. */
  public static boolean hasNoParameters(ByteBuf message) {
    Bind bind = decode(message);
    int start =
        message.readerIndex() + Message.HEADER + bind.portal.length() + bind.statement.length() + 2;
    int rest = message.writerIndex() - start;
    if (rest < 6 || message.getInt(start) != 0) {
      return false;
    }
    int formats = message.getUnsignedShort(start + 4);
    return formats <= 1 && rest == 6 + 2 * formats;
  }

  /** Returns a client's Bind with another statement, and otherwise unchanged. */
  public static ByteBuf redirect(ByteBufAllocator allocator, ByteBuf message, String statement) {
    Bind bind = decode(message);
    int rest =
        Math.min(
            Message.HEADER + bind.portal.length() + bind.statement.length() + 2,
            message.readableBytes());
    ByteBuf out = allocator.buffer(message.readableBytes() + statement.length());
    int length = Message.begin(out, FrontendType.BIND);
    Message.write(out, bind.portal);
    Message.write(out, statement);
    out.writeBytes(message, message.readerIndex() + rest, message.readableBytes() - rest);
    return Message.end(out, length);
  }

  /** Returns the whole message, without parameters; results come as text. */
  public ByteBuf encode(ByteBufAllocator allocator) {
    return encode(allocator.buffer());
  }

  /** Appends the whole message, without parameters; results come as text. */
  public ByteBuf encode(ByteBuf out) {
    return encode(out, List.of());
  }

  /** Appends the whole message; parameters and results come as text. */
  public ByteBuf encode(ByteBuf out, List<String> parameters) {
    int length = Message.begin(out, FrontendType.BIND);
    Message.write(out, portal);
    Message.write(out, statement);
    out.writeShort(0); // all parameters are text
    out.writeShort(parameters.size());
    for (String parameter : parameters) {
      out.writeInt(parameter.length()); // a character stands for a byte, as in all messages
      out.writeCharSequence(parameter, StandardCharsets.ISO_8859_1);
    }
    return Message.end(out.writeShort(0), length); // so are all columns
  }
}
