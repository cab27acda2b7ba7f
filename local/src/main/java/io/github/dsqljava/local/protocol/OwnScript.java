package io.github.dsqljava.local.protocol;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;

/**
 * Statements of dsql-local itself, as one batch of the extended protocol. It uses a named prepared
 * statement, which leaves the client's unnamed one alone.
 *
 * @param name of the prepared statement and the portal; one that no client can guess
 */
public record OwnScript(String name) {
  /** Returns all statements, one after the other until one fails, and a Sync. */
  public ByteBuf encode(ByteBufAllocator allocator, String... statements) {
    ByteBuf out = allocator.buffer();
    for (String sql : statements) {
      append(out, sql);
    }
    return Sync.encode(out);
  }

  /** The same with parameters. */
  public ByteBuf encode(ByteBufAllocator allocator, Iterable<Call> calls) {
    ByteBuf out = allocator.buffer();
    for (Call call : calls) {
      append(out, call);
    }
    return Sync.encode(out);
  }

  /** Appends one statement. Results come as text. */
  public ByteBuf append(ByteBuf out, String sql) {
    return append(out, Call.of(sql));
  }

  private ByteBuf append(ByteBuf out, Call call) {
    close(out); // one that failed has left them behind
    new Parse(name, call.sql()).encode(out);
    new Bind(name, name).encode(out, call.parameters());
    new Execute(name).encode(out);
    return close(out);
  }

  private ByteBuf close(ByteBuf out) {
    Subject.portal(name).close(out);
    return Subject.statement(name).close(out);
  }
}
