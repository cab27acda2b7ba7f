package io.github.dsqljava.vertx.internal;

import io.netty.buffer.ByteBuf;
import java.net.ProtocolException;

/**
 * Finds the commands in the output of Vert.x's encoder: messages up to one that the server answers
 * with a ReadyForQuery, or a Terminate. The encoder writes only whole commands.
 */
final class OutboundCommands {

  private OutboundCommands() {}

  /** Returns the number of ReadyForQuery that the server will send for this. */
  static int count(ByteBuf bytes) throws ProtocolException {
    int count = 0;
    int end = bytes.writerIndex();
    for (int at = bytes.readerIndex(); at < end; at = next(bytes, at)) {
      byte type = bytes.getByte(at);
      if (isLast(type) && type != PgMessages.TERMINATE) {
        count++;
      }
    }
    return count;
  }

  /** The length of the first command. */
  static int length(ByteBuf bytes) throws ProtocolException {
    int at = bytes.readerIndex();
    boolean last = false;
    while (!last) {
      int next = next(bytes, at);
      last = isLast(bytes.getByte(at));
      at = next;
    }
    return at - bytes.readerIndex();
  }

  private static boolean isLast(byte type) {
    return type == PgMessages.SYNC
        || type == PgMessages.QUERY
        || type == PgMessages.FUNCTION_CALL
        || type == PgMessages.TERMINATE;
  }

  private static int next(ByteBuf bytes, int at) throws ProtocolException {
    long length = PgMessages.length(bytes, at);
    if (length < PgMessages.HEADER || length > bytes.writerIndex() - at) {
      throw new ProtocolException(
          "Vert.x wrote a part of a command where whole ones were expected. Use a version of Vert.x"
              + " that this connector is tested with");
    }
    return at + (int) length;
  }
}
