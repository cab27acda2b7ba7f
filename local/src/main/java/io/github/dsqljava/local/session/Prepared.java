package io.github.dsqljava.local.session;

import io.github.dsqljava.local.dialect.ClassifiedStatement;
import io.github.dsqljava.local.sql.SqlOutline;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufUtil;
import java.util.List;

/**
 * A prepared statement of the extended protocol.
 *
 * @param sql what PostgreSQL is given; one character a byte
 * @param isRewritten whether that differs from what the client sent
 * @param statements what the client sent: one, or PostgreSQL refuses it
 * @param parameters what follows the SQL in its Parse message: the types of its parameters
 */
record Prepared(
    String sql,
    boolean isRewritten,
    List<ClassifiedStatement> statements,
    SqlOutline outline,
    byte[] parameters) {
  static Prepared of(ByteBuf parse, String name) {
    String sql = Frontend.text(parse, Frontend.HEADER + name.length() + 1);
    int rest =
        Math.min(Frontend.HEADER + name.length() + 1 + sql.length() + 1, parse.readableBytes());
    byte[] parameters =
        ByteBufUtil.getBytes(parse, parse.readerIndex() + rest, parse.readableBytes() - rest);
    ClientSql client = ClientSql.of(sql);
    return new Prepared(
        client.text(),
        !client.text().equals(sql),
        client.statements(),
        SqlOutline.of(client.text()),
        parameters);
  }

  /** Whether the service refuses it whatever the state of the transaction is. */
  boolean isRefused() {
    return statements.size() == 1 && statements.get(0).refusal().isPresent();
  }

  /** Whether PostgreSQL must not get the client's Parse message. */
  boolean differsFromClient() {
    return isRewritten || isRefused();
  }

  /** The Parse message for PostgreSQL; one that fails if the service refuses it. */
  ByteBuf message(ByteBufAllocator allocator, String name) {
    if (isRefused()) {
      return Refused.parse(allocator, name, sql, parameters);
    }
    ByteBuf out = allocator.buffer();
    Frontend.parse(out, name, sql, parameters);
    return out;
  }

  SqlOutline.Kind kind() {
    return outline.parts().isEmpty() ? SqlOutline.Kind.OTHER : outline.parts().get(0).kind();
  }
}
