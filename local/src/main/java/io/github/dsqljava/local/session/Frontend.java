package io.github.dsqljava.local.session;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.nio.charset.StandardCharsets;

/**
 * Messages of a client, written and taken apart. Text has one character for each byte, whatever the
 * client's encoding is. PostgreSQL 16, "Message Formats".
 */
final class Frontend {
  static final byte QUERY = 'Q';
  static final byte PARSE = 'P';
  static final byte BIND = 'B';
  static final byte EXECUTE = 'E';
  static final byte DESCRIBE = 'D';
  static final byte CLOSE = 'C';
  static final byte SYNC = 'S';
  static final byte FLUSH = 'H';
  static final byte FUNCTION_CALL = 'F';

  static final int HEADER = 5;

  /** A statement of our own, so that the client's unnamed one survives. */
  private static final String OWN = "dsql$own";

  private static final byte[] NO_PARAMETERS = {0, 0};

  private Frontend() {}

  /** Whether a message is one of those that PostgreSQL answers with one ReadyForQuery together. */
  static boolean belongsToGroup(byte type) {
    return switch (type) {
      case QUERY, PARSE, BIND, EXECUTE, DESCRIBE, CLOSE, SYNC, FLUSH, FUNCTION_CALL -> true;
      default -> false;
    };
  }

  /** Reads the text at an offset from the start of a message, without its closing zero. */
  static String text(ByteBuf message, int offset) {
    int start = message.readerIndex() + offset;
    int length = message.bytesBefore(start, message.writerIndex() - start, (byte) 0);
    return length < 0 ? "" : message.toString(start, length, StandardCharsets.ISO_8859_1);
  }

  static ByteBuf query(ByteBufAllocator allocator, String sql) {
    ByteBuf out = allocator.buffer(sql.length() + HEADER + 1);
    int length = begin(out, QUERY);
    write(out, sql);
    return end(out, length);
  }

  /** A ReadyForQuery that PostgreSQL did not send. */
  static ByteBuf ready(ByteBufAllocator allocator, byte status) {
    return allocator.buffer(6).writeByte('Z').writeInt(5).writeByte(status);
  }

  static void sync(ByteBuf out) {
    out.writeByte(SYNC).writeInt(4);
  }

  /** One transaction step of our own: all statements, then Sync. Results come as text. */
  static ByteBuf script(ByteBufAllocator allocator, String... statements) {
    ByteBuf out = allocator.buffer();
    for (String sql : statements) {
      execute(out, sql);
    }
    sync(out);
    return out;
  }

  /** Runs a statement of our own. */
  static void execute(ByteBuf out, String sql) {
    // One that failed has left them behind.
    close(out, 'P', OWN);
    close(out, 'S', OWN);
    parse(out, OWN, sql, NO_PARAMETERS);
    int length = begin(out, BIND);
    write(out, OWN);
    write(out, OWN);
    end(out.writeShort(0).writeShort(0).writeShort(0), length);
    length = begin(out, EXECUTE);
    write(out, OWN);
    end(out.writeInt(0), length);
    close(out, 'P', OWN);
    close(out, 'S', OWN);
  }

  /** Has a text looked at for mistakes in its syntax, without running anything. */
  static void check(ByteBuf out, String sql) {
    parse(out, OWN, sql, NO_PARAMETERS);
  }

  /**
   * @param parameters what follows the SQL in a Parse message
   */
  static void parse(ByteBuf out, String name, String sql, byte[] parameters) {
    int length = begin(out, PARSE);
    write(out, name);
    write(out, sql);
    end(out.writeBytes(parameters), length);
  }

  /** A Bind without parameters. */
  static ByteBuf bind(ByteBufAllocator allocator, String statement) {
    ByteBuf out = allocator.buffer();
    int length = begin(out, BIND);
    write(out, OWN);
    write(out, statement);
    return end(out.writeShort(0).writeShort(0).writeShort(0), length);
  }

  static void close(ByteBuf out, char what, String name) {
    int length = begin(out, CLOSE);
    out.writeByte(what);
    write(out, name);
    end(out, length);
  }

  /** The same Bind for another statement. */
  static ByteBuf rebind(ByteBufAllocator allocator, ByteBuf bind, String statement) {
    String portal = text(bind, HEADER);
    String old = text(bind, HEADER + portal.length() + 1);
    int rest = HEADER + portal.length() + 1 + old.length() + 1;
    ByteBuf out = allocator.buffer(bind.readableBytes() + statement.length());
    int length = begin(out, BIND);
    write(out, portal);
    write(out, statement);
    out.writeBytes(bind, bind.readerIndex() + rest, bind.readableBytes() - rest);
    return end(out, length);
  }

  private static int begin(ByteBuf out, byte type) {
    out.writeByte(type);
    int length = out.writerIndex();
    out.writeInt(0);
    return length;
  }

  private static ByteBuf end(ByteBuf out, int length) {
    return out.setInt(length, out.writerIndex() - length);
  }

  private static void write(ByteBuf out, String text) {
    out.writeCharSequence(text, StandardCharsets.ISO_8859_1);
    out.writeByte(0);
  }
}
