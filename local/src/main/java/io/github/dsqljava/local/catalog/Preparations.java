package io.github.dsqljava.local.catalog;

import io.github.dsqljava.local.protocol.Parse;
import io.github.dsqljava.local.protocol.Subject;
import io.github.dsqljava.local.protocol.Sync;
import io.github.dsqljava.local.request.OwnNames;
import io.github.dsqljava.local.request.Prepared;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;

/**
 * The prepared statements of a session, after the catalog has changed. PostgreSQL keeps refusing a
 * statement whose result type has changed (0A000, cached plan must not change result type). On the
 * service the statement after OC001 works. So the session prepares them again.
 */
public final class Preparations {
  /** Asks PostgreSQL for the names of all prepared statements, in hexadecimal digits. */
  public static final String NAMES =
      "SELECT coalesce(string_agg(encode(convert_to(name, 'UTF8'), 'hex'), ' '), '')"
          + " FROM pg_catalog.pg_prepared_statements WHERE NOT from_sql";

  private Preparations() {}

  /**
   * Returns scripts that prepare them again, outside of a transaction. A statement that does not
   * fit the catalog any more stays as it was, and fails when it is used.
   *
   * @param statements statements that the client has prepared or tried to prepare
   * @param present the answer to {@link #NAMES}
   */
  public static List<ByteBuf> renewals(
      Collection<Prepared> statements, String present, OwnNames names, ByteBufAllocator allocator) {
    Set<String> known = Set.of(present.split(" "));
    List<ByteBuf> scripts = new ArrayList<>();
    for (Prepared prepared : statements) {
      if (known.contains(hex(prepared.name()))) {
        scripts.add(script(prepared.given(), names.trial(), allocator.buffer()));
      }
    }
    return scripts;
  }

  private static String hex(String name) {
    return HexFormat.of().formatHex(name.getBytes(StandardCharsets.ISO_8859_1));
  }

  private static ByteBuf script(Parse given, String trial, ByteBuf out) {
    given.withName(trial).encode(out);
    Subject.statement(trial).close(out);
    Subject.statement(given.name()).close(out);
    given.encode(out);
    return Sync.encode(out);
  }
}
