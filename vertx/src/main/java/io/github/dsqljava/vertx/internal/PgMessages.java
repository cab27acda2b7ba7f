package io.github.dsqljava.vertx.internal;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import java.nio.charset.StandardCharsets;

/** The few PostgreSQL messages that {@link SessionWire} reads or writes itself (protocol 3.0). */
final class PgMessages {

  // From the client.
  static final byte QUERY = 'Q';
  static final byte PARSE = 'P';
  static final byte BIND = 'B';
  static final byte DESCRIBE = 'D';
  static final byte EXECUTE = 'E';
  static final byte CLOSE = 'C';
  static final byte SYNC = 'S';
  static final byte FUNCTION_CALL = 'F';
  static final byte TERMINATE = 'X';

  // From the server.
  static final byte READY_FOR_QUERY = 'Z';
  static final byte COMMAND_COMPLETE = 'C';
  static final byte ERROR_RESPONSE = 'E';
  static final byte NOTICE_RESPONSE = 'N';
  static final byte PARAMETER_STATUS = 'S';
  static final byte NOTIFICATION_RESPONSE = 'A';
  static final byte DATA_ROW = 'D';
  static final byte NO_DATA = 'n';
  static final byte COPY_IN_RESPONSE = 'G';

  /** The size of type and length. */
  static final int HEADER = 5;

  // Effects of a command on the transaction or the session, by its CommandComplete.
  static final byte COMMITTED = 'C';
  static final byte ROLLED_BACK = 'R';
  static final byte BEGUN = 'B';
  static final byte SET = 'S';

  /** An ErrorResponse that ends the session. */
  static final byte FATAL = 'F';

  /** Severity is the first field; this many bytes tell FATAL and PANIC from ERROR. */
  static final int SEVERITY_BEGIN = 6;

  private static final String SET_TAG = "SET\0";

  /** This many bytes of a tag tell COMMIT from COMMENT, and all other tags apart. */
  static final int TAG_BEGIN = 5;

  /** The size of a Sync. */
  static final int SYNC_LENGTH = HEADER;

  private PgMessages() {}

  /** The length of the whole message at this index; negative if its header is not there. */
  static long length(ByteBuf in, int index) {
    return in.writerIndex() - index < HEADER ? -1 : in.getUnsignedInt(index + 1) + 1;
  }

  /**
   * Returns a command's effect on the transaction or the session, by the tag of its
   * CommandComplete; 0 for none.
   */
  static byte control(ByteBuf in, int index) {
    if (length(in, index) == HEADER + SET_TAG.length()) {
      String tag = in.toString(index + HEADER, SET_TAG.length(), StandardCharsets.US_ASCII);
      return tag.equals(SET_TAG) ? SET : 0;
    }
    if (length(in, index) < HEADER + TAG_BEGIN) {
      return 0;
    }
    String tag = in.toString(index + HEADER, TAG_BEGIN, StandardCharsets.US_ASCII);
    return switch (tag) {
      case "COMMI" -> COMMITTED;
      case "ROLLB" -> ROLLED_BACK;
      case "BEGIN", "START" -> BEGUN;
      case "RESET", "DISCA" -> SET; // RESET, DISCARD: what an init hook has set is gone
      default -> 0;
    };
  }

  /** Whether an ErrorResponse announces the end of the session: {@link #FATAL}, or else 0. */
  static byte severity(ByteBuf in, int index) {
    if (length(in, index) < HEADER + SEVERITY_BEGIN) {
      return 0;
    }
    String severity = in.toString(index + HEADER, SEVERITY_BEGIN, StandardCharsets.US_ASCII);
    return severity.equals("SFATAL") || severity.equals("SPANIC") ? FATAL : 0;
  }

  static void writeSync(ByteBuf out) {
    out.writeByte(SYNC).writeInt(4);
  }

  /** A Query's text as a Parse of the unnamed statement, with no types given. */
  static void writeParse(ByteBuf out, ByteBuf query) {
    int textLength = (int) length(query, query.readerIndex()) - HEADER;
    out.writeByte(PARSE).writeInt(4 + 1 + textLength + 2);
    out.writeByte(0); // no name
    out.writeBytes(query, query.readerIndex() + HEADER, textLength);
    out.writeShort(0);
  }

  /** Binds the unnamed statement to the unnamed portal: no parameters, all columns as text. */
  static void writeBind(ByteBuf out) {
    out.writeByte(BIND).writeInt(4 + 1 + 1 + 2 + 2 + 2);
    out.writeZero(1 + 1 + 2 + 2 + 2);
  }

  /** Asks for the columns of the unnamed portal. */
  static void writeDescribePortal(ByteBuf out) {
    out.writeByte(DESCRIBE).writeInt(4 + 1 + 1).writeByte('P').writeByte(0);
  }

  /** Runs the unnamed portal to its end. */
  static void writeExecute(ByteBuf out) {
    out.writeByte(EXECUTE).writeInt(4 + 1 + 4).writeByte(0).writeInt(0);
  }

  static void writeReadyForQuery(ByteBuf out, byte status) {
    out.writeByte(READY_FOR_QUERY).writeInt(5).writeByte(status);
  }

  /** An error of severity ERROR with the fields that PostgreSQL promises. */
  static void writeError(ByteBuf out, String sqlState, String message) {
    int start = out.writerIndex();
    out.writeByte(ERROR_RESPONSE).writeInt(0);
    writeField(out, 'S', "ERROR");
    writeField(out, 'V', "ERROR");
    writeField(out, 'C', sqlState);
    writeField(out, 'M', message);
    out.writeByte(0);
    out.setInt(start + 1, out.writerIndex() - start - 1);
  }

  private static void writeField(ByteBuf out, char field, String value) {
    out.writeByte(field);
    ByteBufUtil.writeUtf8(out, value);
    out.writeByte(0);
  }
}
