package io.github.dsqljava.local.session;

import io.github.dsqljava.local.sql.SqlReferences;
import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;

/**
 * {@code NOWAIT} and {@code SKIP LOCKED} change nothing in Aurora DSQL, where nobody waits. In
 * PostgreSQL they would, so they are blanked out, in place and without moving anything.
 */
final class LockClauses {
  private LockClauses() {}

  static ByteBuf withoutWaiting(byte type, ByteBuf message) {
    if (type != Frontend.QUERY && type != Frontend.PARSE) {
      return message;
    }
    int offset = Frontend.HEADER;
    if (type == Frontend.PARSE) {
      offset += Frontend.text(message, Frontend.HEADER).length() + 1;
    }
    String sql = Frontend.text(message, offset);
    String without = SqlReferences.withoutLockWaiting(sql);
    if (without.equals(sql)) {
      return message;
    }
    ByteBuf copy = message.copy();
    message.release();
    return copy.setBytes(offset, without.getBytes(StandardCharsets.ISO_8859_1));
  }
}
