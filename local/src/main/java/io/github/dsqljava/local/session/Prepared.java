package io.github.dsqljava.local.session;

import io.github.dsqljava.local.sql.SqlOutline;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;

/**
 * A prepared statement of the extended protocol.
 *
 * @param sql one character a byte
 * @param parameters what follows the SQL in its Parse message: the types of its parameters
 */
record Prepared(String sql, SqlOutline outline, byte[] parameters) {
  static Prepared of(ByteBuf parse, String name) {
    String sql = Frontend.text(parse, Frontend.HEADER + name.length() + 1);
    int rest =
        Math.min(Frontend.HEADER + name.length() + 1 + sql.length() + 1, parse.readableBytes());
    byte[] parameters =
        ByteBufUtil.getBytes(parse, parse.readerIndex() + rest, parse.readableBytes() - rest);
    return new Prepared(sql, SqlOutline.of(sql), parameters);
  }

  SqlOutline.Kind kind() {
    return outline.parts().isEmpty() ? SqlOutline.Kind.OTHER : outline.parts().get(0).kind();
  }
}
